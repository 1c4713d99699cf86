import { literal } from './code.ts';
import type { ProjectNames } from './names.ts';
import type { PlannedStage } from './plan-stages.ts';

const AWS = '^3.1164.0';

export function packageFile(
  stages: readonly PlannedStage[],
  { feed }: ProjectNames,
  version: string,
  deploy: boolean,
): string {
  const modules = stages.flatMap(({ module, imports = [] }) => [module, ...imports.map(([, one]) => one)]);
  const packages = modules
    .filter((one) => one.startsWith('@millrace/'))
    .map((one) => one.split('/').slice(0, 2).join('/'));
  const own = [
    '@millrace/core',
    '@millrace/dynamodb',
    '@millrace/s3',
    ...packages,
    ...(deploy ? ['@millrace/lambda-adapter'] : []),
  ];
  const others = {
    '@aws-sdk/client-dynamodb': AWS,
    '@aws-sdk/client-s3': AWS,
    '@aws-sdk/lib-dynamodb': AWS,
    zod: '^4.0.0',
  };
  const dependencies = { ...Object.fromEntries(own.map((name) => [name, version])), ...others };
  const tools = {
    '@millrace/cli': version,
    '@millrace/testkit': version,
    '@types/node': '^22.0.0',
    typescript: '^6.0.0',
  };
  const content = {
    name: feed,
    private: true,
    type: 'module',
    engines: { node: '>=22.18' },
    scripts: {
      test: 'node --test test/*.test.ts',
      typecheck: 'tsc --noEmit',
      ...(deploy && {
        bundle:
          'esbuild src/handler.ts --bundle --minify --platform=node --target=node24 --format=esm --main-fields=module,main --conditions=module --outfile=dist/index.mjs',
      }),
    },
    dependencies: sorted(dependencies),
    devDependencies: sorted({ ...tools, ...(deploy && { esbuild: '^0.28.0' }) }),
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function sorted(names: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(names).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

export function tsconfigFile(): string {
  const content = {
    compilerOptions: {
      strict: true,
      noEmit: true,
      target: 'es2023',
      module: 'nodenext',
      lib: ['es2024', 'esnext.disposable'],
      types: ['node'],
      allowImportingTsExtensions: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      skipLibCheck: true,
    },
    include: ['src', 'test', 'millrace.config.ts'],
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

export function configFile({ variable, feed }: ProjectNames, bucket: string): string {
  return `import { defineConfig } from '@millrace/cli';
import { dynamodbLedger } from '@millrace/dynamodb';
import { s3Quarantine } from '@millrace/s3';
import { ${variable} } from './src/feed.ts';

/** What the \`millrace\` command works with. */
export default defineConfig({
  feeds: [${variable}],
  ledger: dynamodbLedger({ table: process.env['LEDGER_TABLE'] ?? 'ledger' }),
  quarantine: s3Quarantine({ bucket: process.env['QUARANTINE_BUCKET'] ?? ${literal(`${bucket}-quarantine`)} }),
  sources: { ${literal(feed).includes('-') ? literal(feed) : feed}: { bucket: process.env['LANDING_BUCKET'] ?? ${literal(bucket)}, prefix: ${literal(`${feed}/`)} } },
});
`;
}

export function handlerFile({ variable }: ProjectNames): string {
  return `import { dynamodbLedger } from '@millrace/dynamodb';
import { emfObserver, type SqsHandler, toSqsHandler } from '@millrace/lambda-adapter';
import { s3Quarantine } from '@millrace/s3';
import { ${variable} } from './feed.ts';

/** New objects, as the queue delivers them. */
export const handler: SqsHandler = toSqsHandler(${variable}, {
  ledger: dynamodbLedger({ table: named('LEDGER_TABLE') }),
  quarantine: s3Quarantine({ bucket: named('QUARANTINE_BUCKET') }),
  observer: emfObserver(),
});

function named(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(\`\${variable} is not set; the stack sets it.\`);
  return value;
}
`;
}

export function readmeFile(names: ProjectNames, sample: string, facts: readonly string[], deploy: boolean): string {
  const { feed, type } = names;
  const deployment = `
## Deploy

\`npm run bundle\`, then \`sam deploy --guided\`. Files under \`${feed}/\` of the landing bucket are carried from then on.
`;
  return `# ${feed}

A [Millrace](https://github.com/millrace/millrace) feed, written from \`${sample}\`:

${facts.map((fact) => `- ${fact}`).join('\n')}

## Work on it

\`npm install\`, then \`npm test\` and \`npm run typecheck\`.

| file                 | what it is                                                              |
| -------------------- | ----------------------------------------------------------------------- |
| \`src/feed.ts\`        | the feed: how files are read, and where records land                    |
| \`src/schema.ts\`      | what a record must be                                                   |
| \`test/feed.test.ts\`  | compares what is read of \`samples/\` with \`golden/\`                      |
| \`millrace.config.ts\` | what the \`millrace\` command works with: \`npx millrace run ${feed} --dry\` |

After a change that is meant to change records, \`UPDATE_GOLDEN=1 npm test\` writes the golden file; review it like code. Check
\`${type}\` against what the supplier promises: a sample does not show everything.
${deploy ? deployment : ''}`;
}

export const GITIGNORE = 'node_modules\ndist\n.aws-sam\n';

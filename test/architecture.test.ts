import { describe, expect, test } from 'vitest';
import { noImportCycles } from './architecture/cycle-rules.ts';
import * as dependencies from './architecture/dependency-rules.ts';
import * as publicTypes from './architecture/public-type-rules.ts';
import * as skeleton from './architecture/skeleton-rules.ts';
import * as sources from './architecture/source-rules.ts';
import { fixture, readWorkspace, type Rule } from '../tools/workspace.ts';

/** A rule, and small stand-ins for a repository that break it: text of the message → files. */
interface RuleTest {
  readonly rule: Rule;
  readonly breaks: Readonly<Record<string, Readonly<Record<string, string | object>>>>;
}

const core = { 'packages/core/package.json': {} };
const gzip = { 'packages/gzip/package.json': { peerDependencies: { '@millrace/core': '^1.0.0' } } };
const index = (text: string): Record<string, string | object> => ({ ...gzip, 'packages/gzip/src/index.ts': text });
const atTopLevel = (text: string): Record<string, string | object> => ({
  ...index(`export { a } from './a.ts';`),
  'packages/gzip/src/a.ts': text,
});

const rules: Readonly<Record<string, RuleTest>> = {
  'core depends on nothing and imports nothing': {
    rule: dependencies.coreStandsAlone,
    breaks: {
      'has dependencies': { 'packages/core/package.json': { dependencies: { uuid: '1.0.0' } } },
      'imports node:fs': { ...core, 'packages/core/src/a.ts': `import { open } from 'node:fs';` },
      'imports @aws-sdk/client-s3': {
        ...core,
        'packages/core/src/a.ts': `export type A = import('@aws-sdk/client-s3').S3Client;`,
      },
      'uses Buffer': { ...core, 'packages/core/src/a.ts': `export const a = (): unknown => Buffer.from('');` },
      'uses NodeJS': { ...core, 'packages/core/src/a.ts': `let timer: NodeJS.Timeout;` },
    },
  },
  'an adapter imports core and what it declares, never another adapter': {
    rule: dependencies.adaptersImportTheirOwn,
    breaks: {
      'never imports another': index(`import { s3Source } from '@millrace/s3';`),
      'imports @millrace/formats; an adapter never': index(`import { parseLines } from '@millrace/formats';`),
      'imports @millrace/framing, which packages/aws-logs/package.json does not declare': {
        'packages/aws-logs/package.json': { peerDependencies: { '@millrace/core': '^1.0.0' } },
        'packages/aws-logs/src/index.ts': `import { lineParser } from '@millrace/framing';`,
      },
      'does not declare as a dependency': index(`export { gunzip } from 'fflate/browser';`),
      'imports pako': index(`export const load = (): Promise<unknown> => import('pako');`),
    },
  },
  'core and AWS clients are peers': {
    rule: dependencies.clientsArePeers,
    breaks: {
      'must be among the peerDependencies': { 'packages/s3/package.json': {} },
      '@aws-sdk/client-s3 must be a peer': {
        'packages/s3/package.json': { dependencies: { '@aws-sdk/client-s3': '3.0.0' } },
      },
      '@millrace/formats must be a peer': {
        'packages/s3/package.json': { dependencies: { '@millrace/formats': '1.0.0' } },
      },
      'must be a range': { 'packages/s3/package.json': { peerDependencies: { '@aws-sdk/client-s3': 'catalog:' } } },
      'is another adapter': { 'packages/s3/package.json': { peerDependencies: { '@millrace/gzip': '^1.0.0' } } },
      'must be in devDependencies too': {
        'packages/s3/package.json': { peerDependencies: { '@millrace/core': '^1.0.0' } },
      },
    },
  },
  'the Lambda adapter knows no SDK': {
    rule: dependencies.lambdaAdapterKnowsNoSdk,
    breaks: {
      'imports @aws-sdk/client-s3': {
        'packages/lambda-adapter/package.json': {},
        'packages/lambda-adapter/src/a.ts': `import type { S3Client } from '@aws-sdk/client-s3';`,
      },
      'depends on aws-lambda': {
        'packages/lambda-adapter/package.json': { peerDependencies: { 'aws-lambda': '1.0.0' } },
      },
    },
  },
  'the testkit knows no test runner': {
    rule: dependencies.testkitKnowsNoRunner,
    breaks: {
      'imports vitest': {
        'packages/testkit/package.json': {},
        'packages/testkit/src/a.ts': `import { it } from 'vitest';`,
      },
      'imports node:test': {
        'packages/testkit/package.json': {},
        'packages/testkit/src/a.ts': `import { it } from 'node:test';`,
      },
    },
  },
  'examples import published entry points only': {
    rule: dependencies.examplesUsePublishedEntryPoints,
    breaks: {
      'which is not published': {
        'examples/demo/package.json': {},
        'examples/demo/main.ts': `import '../../packages/core/src/feed.ts';`,
      },
      'which no package exports': {
        'examples/demo/package.json': {},
        'examples/demo/main.ts': `import '@millrace/core/dist/index.js';`,
      },
    },
  },
  'documents import published entry points only': {
    rule: dependencies.documentsUsePublishedEntryPoints,
    breaks: {
      'which is not published': { 'README.md': "```ts\nimport { feed } from './packages/core/src/index.ts';\n```\n" },
      'which no package exports': { 'docs/a.md': "```ts\nimport { feed } from '@millrace/nothing';\n```\n" },
    },
  },
  'no imports in circles': {
    rule: dependencies.importsHaveNoCycles,
    breaks: {
      'a.ts → packages/gzip/src/b.ts → packages/gzip/src/a.ts': {
        ...gzip,
        'packages/gzip/src/a.ts': `import { b } from './b.ts';`,
        'packages/gzip/src/b.ts': `export { a } from './a.ts';`,
      },
    },
  },
  'nothing happens at import': {
    rule: sources.nothingHappensAtImport,
    breaks: {
      'runs when the package is imported: `new S3Client': atTopLevel(
        `export const a = /* @__PURE__ */ new S3Client({});`,
      ),
      'runs when the package is imported: `register()': atTopLevel(`register();`),
      'runs when the package is imported: `await load': atTopLevel(`export const a = await load();`),
      'runs when the package is imported: `readFileSync': atTopLevel(`export const a = { text: readFileSync('a') };`),
      'runs when the package is imported: `process': atTopLevel(`export const a = process.env.A ?? 'b';`),
      'runs when the package is imported: `if (': atTopLevel(`if (globalThis.fetch) { globalThis.fetch = () => {}; }`),
      'runs when the package is imported: `static {': atTopLevel(`export class A { static { register(A); } }`),
      'runs when the package is imported: `made()': atTopLevel(`export class A { static readonly made = made(); }`),
      'imports ./patch.ts for its effect': atTopLevel(`import './patch.ts';`),
    },
  },
  'contracts use function properties, not methods': {
    rule: sources.contractsUseFunctionProperties,
    breaks: {
      'declares write() as a method': {
        ...core,
        'packages/core/src/a.ts': `export interface Sink<T> { write(value: T): void }`,
      },
      'declares map() as a method': {
        ...core,
        'packages/core/src/a.ts': `export type Each<T> = { map?(value: T): T };`,
      },
    },
  },
  'index.ts lists every export by name': {
    rule: sources.indexListsEveryExport,
    breaks: {
      'exports everything': index(`export * from './gunzip.ts';`),
      'exports a default': index(`export default function gunzip(): void {}`),
    },
  },
  'no circle of imports, including those of types': {
    rule: noImportCycles,
    breaks: {
      'packages/gzip/src/a.ts → packages/gzip/src/b.ts → packages/gzip/src/a.ts': {
        'packages/gzip/src/a.ts': `import { b } from './b.ts';`,
        'packages/gzip/src/b.ts': `import type { A } from './a.ts';`,
      },
    },
  },
  'no file over 300 lines': {
    rule: sources.filesStaySmall,
    breaks: { 'has 301 lines': index('//\n'.repeat(301)) },
  },
  'no public type of a foreign vendor': {
    rule: publicTypes.publicTypesNameNoForeignVendor,
    breaks: {
      'shows a type of fflate': {
        ...index(`export { gunzip } from './gunzip.ts';`),
        'packages/gzip/src/gunzip.ts': `import type { Options } from './options.ts';\nexport const gunzip: (options: Options) => void = () => {};`,
        'packages/gzip/src/options.ts': `import type { Gunzip } from 'fflate';\nexport interface Options { readonly engine: Gunzip }`,
      },
      'shows a type of node:stream': {
        ...core,
        'packages/core/src/index.ts': `import type { Readable } from 'node:stream';\nexport type { A };\ntype A = Readable;`,
      },
    },
  },
  'no any in a public signature': {
    rule: publicTypes.publicTypesHoldNoAny,
    breaks: {
      'a.ts:1 has `any`': {
        ...index(`export { a } from './a.ts';`),
        'packages/gzip/src/a.ts': `export function a(value: any): void {}`,
      },
      'a.ts:2 has `any`': {
        ...index(`export { a } from './a.ts';`),
        'packages/gzip/src/a.ts': `export const a: B = {};\ninterface B { readonly c?: Record<string, any> }`,
      },
    },
  },
  'packages have one skeleton': {
    rule: skeleton.packagesHaveOneSkeleton,
    breaks: {
      'packages/gzip/LICENSE is missing': gzip,
      'packages/gzip/LICENSE differs': { ...gzip, LICENSE: 'MIT' },
      'no *.test.ts': gzip,
      'does not build on tsup.base.ts': { ...gzip, 'packages/gzip/tsup.config.ts': 'export {};' },
    },
  },
  'READMEs have one outline': {
    rule: skeleton.readmesHaveOneOutline,
    breaks: {
      'has the headings # gzip | ## Use;': {
        ...gzip,
        'packages/gzip/README.md': '# gzip\n\n```sh\n# no heading\n```\n\n## Use\n',
      },
    },
  },
  'manifests have one shape': {
    rule: skeleton.manifestsHaveOneShape,
    breaks: {
      'name must be "@millrace/gzip"': { 'packages/gzip/package.json': { name: 'gzip' } },
      'sideEffects must be false': gzip,
      'description must be': { 'packages/gzip/package.json': { description: 'no sentence' } },
    },
  },
  'packages share one version': {
    rule: skeleton.packagesShareOneVersion,
    breaks: {
      'have the versions 1.0.0, 2.0.0': {
        'packages/a/package.json': { version: '1.0.0' },
        'packages/b/package.json': { version: '2.0.0' },
      },
    },
  },
  'examples are private': {
    rule: skeleton.examplesArePrivate,
    breaks: { 'examples/demo/package.json': { 'examples/demo/package.json': {} } },
  },
};

const repository = readWorkspace(new URL('../', import.meta.url));

test('the repository was read', () => {
  expect(repository.packages.map(({ id }) => id)).toContain('core');
  expect(repository.files.get('package.json')).toContain('"millrace"');
});

describe.each(Object.entries(rules))('%s', (_name, { rule, breaks }) => {
  test('holds', () => {
    expect(rule(repository)).toEqual([]);
  });

  test.each(Object.entries(breaks))('is broken by a stand-in: %s', (message, files) => {
    expect(rule(fixture(files)).join('\n')).toContain(message);
  });
});

test('what packages need to do at import is allowed', () => {
  const source = `
    import type { A } from './a.ts';
    export const brand: unique symbol = Symbol.for('@millrace/a');
    const LIMITS = Object.freeze({ count: 25, bytes: 16 * 1024 * 1024, names: new Set(['a', \`b\${1}\`]) });
    const table = /* @__PURE__ */ crcTable(Uint8Array.of(0x1f, 0x8b));
    export const gunzip = (): unknown => new Client(table, LIMITS);
    export class AError extends Error { static readonly code = 'A'; readonly made = Date.now(); }
    export function a(): void { register(); }
    declare const b: string;
  `;
  expect(sources.nothingHappensAtImport(fixture(index(source)))).toEqual([]);
});

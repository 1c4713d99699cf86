import { isDeepStrictEqual } from 'node:util';
import type { Rule, WorkspacePackage } from '../../tools/workspace.ts';

const HEADINGS = [
  '## Install',
  '## Use',
  '## Options',
  '## Errors',
  '## Guarantees and limits',
  '## When not to use it',
];
const FILES = ['LICENSE', 'README.md', 'package.json', 'src/index.ts', 'tsconfig.json', 'tsup.config.ts'];
const REPOSITORY = 'https://github.com/millrace/millrace';

export const packagesHaveOneSkeleton: Rule = ({ files, packages }) =>
  packages.flatMap(({ dir }) => {
    const missing = FILES.filter((file) => !files.has(`${dir}/${file}`)).map(
      (file) => `${dir}/${file} is missing; every package has it.`,
    );
    const tested = [...files.keys()].some((path) => path.startsWith(`${dir}/test/`) && path.endsWith('.test.ts'));
    return [
      ...missing,
      ...(tested ? [] : [`${dir}/test has no *.test.ts; every package is tested.`]),
      ...(files.get(`${dir}/LICENSE`) === files.get('LICENSE')
        ? []
        : [`${dir}/LICENSE differs from the repository's.`]),
      ...(files.get(`${dir}/tsup.config.ts`)?.includes('../../tsup.base.ts') === false
        ? [`${dir}/tsup.config.ts does not build on tsup.base.ts.`]
        : []),
    ];
  });

export const readmesHaveOneOutline: Rule = ({ files, packages }) =>
  packages.flatMap(({ dir, id }) => {
    const expected = [`# @millrace/${id}`, ...HEADINGS];
    const found = headingsOf(files.get(`${dir}/README.md`) ?? '');
    if (isDeepStrictEqual(found, expected)) return [];
    return [
      `${dir}/README.md has the headings ${found.join(' | ') || '(none)'}; it must have ${expected.join(' | ')}.`,
    ];
  });

/** First- and second-level headings. What stands in code fences is not a heading. */
function headingsOf(markdown: string): readonly string[] {
  return markdown.replaceAll(/^```.*?^```/gms, '').match(/^##? .*$/gm) ?? [];
}

export const manifestsHaveOneShape: Rule = ({ packages }) =>
  packages.flatMap((one) =>
    Object.entries(expectedManifest(one))
      .filter(([field, expected]) => !isDeepStrictEqual(one.manifest[field], expected))
      .map(([field, expected]) => `${one.dir}/package.json: ${field} must be ${JSON.stringify(expected)}.`),
  );

function expectedManifest({ dir, id, manifest }: WorkspacePackage): Readonly<Record<string, unknown>> {
  const built = (entry: string): Readonly<Record<string, unknown>> => ({
    import: { types: `./dist/${entry}.d.ts`, default: `./dist/${entry}.js` },
    require: { types: `./dist/${entry}.d.cts`, default: `./dist/${entry}.cjs` },
  });
  const own = './package.json';
  const { imports } = manifest;
  // Beside `.`, a package may have entry points that load less than all of it, each a file of `src`.
  const others = Object.keys(manifest.exports ?? {}).filter((name) => name !== '.' && name !== own);
  const entries = [['.', 'index'], ...others.map((name) => [name, name.slice('./'.length)])] as const;
  const published = Object.fromEntries(entries.map(([name, entry]) => [name, built(entry!)]));
  const exported = entries.map(([name, entry]) => [
    name,
    { '@millrace/source': `./src/${entry}.ts`, ...built(entry!) },
  ]);
  return {
    name: `@millrace/${id}`,
    license: 'MIT',
    homepage: `${REPOSITORY}/tree/main/${dir}#readme`,
    bugs: `${REPOSITORY}/issues`,
    repository: { type: 'git', url: `git+${REPOSITORY}.git`, directory: dir },
    type: 'module',
    sideEffects: false,
    engines: { node: '>=22' },
    files: ['dist'],
    main: './dist/index.cjs',
    types: './dist/index.d.cts',
    exports: { ...Object.fromEntries(exported), [own]: own },
    publishConfig: {
      access: 'public',
      provenance: true,
      exports: { ...published, [own]: own },
      ...(imports !== undefined && { imports: withoutSource(imports as Readonly<Record<string, object>>) }),
    },
    scripts: { build: 'tsup' },
    // A sentence, and words that find it: theirs to choose.
    description:
      typeof manifest.description === 'string' && manifest.description.endsWith('.')
        ? manifest.description
        : 'A sentence.',
    keywords:
      Array.isArray(manifest.keywords) && manifest.keywords.includes('millrace') ? manifest.keywords : ['millrace'],
    private: undefined,
  };
}

function withoutSource(imports: Readonly<Record<string, object>>): object {
  const published = ([name, conditions]: [string, object]): [string, object] => [
    name,
    Object.fromEntries(Object.entries(conditions).filter(([condition]) => condition !== '@millrace/source')),
  ];
  return Object.fromEntries(Object.entries(imports).map(published));
}

export const packagesShareOneVersion: Rule = ({ packages }) => {
  const versions = new Set(packages.map(({ manifest }) => manifest.version));
  if (versions.size <= 1) return [];
  return [
    `packages/* have the versions ${[...versions].join(', ')}; they are released as one group, so run \`changeset version\`.`,
  ];
};

export const examplesArePrivate: Rule = ({ examples }) =>
  examples
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ dir }) => `${dir}/package.json must say "private": true.`);

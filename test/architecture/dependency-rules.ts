import ts from 'typescript';
import { type Import, importsOf, isRelative, packageOf, parse, placeOf, resolveRelative, walk } from './syntax.ts';
import { withoutGuideFiles } from '../../tools/guide-files.ts';
import type { Rule, Workspace, WorkspacePackage } from '../../tools/workspace.ts';

const CORE = '@millrace/core';
/** The layer between core and the adapters: a second line splitter would have a second set of line numbers and offsets. */
const FRAMING = '@millrace/framing';
/** Packages that put others together for a person, and that no other package imports. */
const PROGRAMS: ReadonlySet<string> = new Set(['cli']);
const AWS_CLIENT = /^@(aws-sdk|smithy)\//;
const TEST_RUNNERS = new Set([
  'vitest',
  'jest',
  '@jest/globals',
  'mocha',
  'ava',
  'tap',
  'uvu',
  'node:test',
  'bun:test',
]);
/** Values that only Node has. Web standards that Node shares (`AbortSignal`, `TextDecoder`, `crypto`) are not among them. */
const NODE_GLOBALS = new Set([
  'Buffer',
  'NodeJS',
  'process',
  'global',
  'require',
  'module',
  '__dirname',
  '__filename',
  'setImmediate',
  'clearImmediate',
]);

export const coreStandsAlone: Rule = ({ packages }) =>
  named(packages, 'core').flatMap((core) => {
    const depends = (['dependencies', 'peerDependencies', 'optionalDependencies'] as const)
      .filter((field) => Object.keys(core.manifest[field] ?? {}).length > 0)
      .map((field) => `${core.dir}/package.json has ${field}; core depends on nothing at run time.`);
    const imports = externalImports(core).map(
      (one) => `${one.place} imports ${one.specifier}; core imports nothing. Take what it gives as an argument.`,
    );
    return [...depends, ...imports, ...nodeGlobals(core)];
  });

function nodeGlobals(core: WorkspacePackage): string[] {
  const found: string[] = [];
  for (const [path, text] of core.sources) {
    walk(parse(path, text), (node) => {
      if (!ts.isIdentifier(node) || !NODE_GLOBALS.has(node.text) || isMemberName(node)) return;
      found.push(`${placeOf(node)} uses ${node.text}, which only Node has; core runs anywhere.`);
    });
  }
  return found;
}

/** `x.process`, `{ process: … }` and declared members are somebody's own names. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) return node.getStart() !== parent.getStart();
  return 'name' in parent && parent.name === node;
}

export const adaptersImportTheirOwn: Rule = ({ packages }) =>
  adapters(packages).flatMap((adapter) => {
    const declared = new Set([
      CORE,
      ...Object.keys(adapter.manifest.dependencies ?? {}),
      ...Object.keys(adapter.manifest.peerDependencies ?? {}),
    ]);
    return externalImports(adapter).flatMap(({ specifier, place }) => {
      const target = packageOf(specifier);
      const isProgram = PROGRAMS.has(adapter.id);
      if (!isProgram && target.startsWith('@millrace/') && target !== CORE && target !== FRAMING) {
        return [
          `${place} imports ${target}; an adapter never imports another. Take it as a value, through core's contracts.`,
        ];
      }
      if (specifier.startsWith('node:') || declared.has(target)) return [];
      if (specifier in ((adapter.manifest['imports'] as object | undefined) ?? {})) return [];
      return [
        `${place} imports ${target}, which ${adapter.dir}/package.json does not declare as a dependency or peer.`,
      ];
    });
  });

export const clientsArePeers: Rule = ({ packages }) =>
  adapters(packages).flatMap((adapter) => {
    const { dir, id, manifest } = adapter;
    const { dependencies = {}, peerDependencies = {}, devDependencies = {} } = manifest;
    const isProgram = PROGRAMS.has(id);
    // A program brings what it needs itself; core is a peer of it too, so that it and the feeds have one copy.
    const mustBePeer = Object.keys(dependencies).filter(
      (name) =>
        (name.startsWith('@millrace/') && name !== FRAMING && (!isProgram || name === CORE)) || AWS_CLIENT.test(name),
    );
    return [
      ...mustBePeer.map((name) => `${dir}/package.json: ${name} must be a peer, so that a program has one copy of it.`),
      ...(CORE in peerDependencies ? [] : [`${dir}/package.json: ${CORE} must be among the peerDependencies.`]),
      ...Object.keys(peerDependencies)
        .filter((name) => name.startsWith('@millrace/') && name !== CORE && !isProgram)
        .map((name) => `${dir}/package.json: ${name} is another adapter, and no adapter needs one.`),
      ...Object.entries(peerDependencies)
        .filter(([, range]) => !/^(workspace:\^|catalog:peers|\^|>=)/.test(range))
        .map(
          ([name]) =>
            `${dir}/package.json: the peer ${name} must be a range, \`catalog:peers\`: users have their own version.`,
        ),
      ...Object.keys(peerDependencies)
        .filter((name) => !(name in devDependencies))
        .map(
          (name) => `${dir}/package.json: the peer ${name} must be in devDependencies too, so that its tests have it.`,
        ),
    ];
  });

export const programsComeLast: Rule = ({ packages }) => [
  ...packages.flatMap((one) =>
    externalImports(one)
      .filter(({ specifier }) => PROGRAMS.has(packageOf(specifier).replace(/^@millrace\//, '')))
      .map(({ place, specifier }) => `${place} imports ${specifier}, a program; move what both need to a library.`),
  ),
  // Whoever installs the command has few of the packages: one that is not there must not matter until it is needed.
  ...packages
    .filter(({ id }) => PROGRAMS.has(id))
    .flatMap(({ dir, manifest }) => {
      const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest as {
        readonly peerDependencies?: Readonly<Record<string, string>>;
        readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
      };
      return Object.keys(peerDependencies)
        .filter((name) => name !== CORE && peerDependenciesMeta[name]?.optional !== true)
        .map((name) => `${dir}/package.json: the peer ${name} must be optional.`);
    }),
];

export const lambdaAdapterKnowsNoSdk: Rule = ({ packages }) =>
  named(packages, 'lambda-adapter').flatMap((adapter) => [
    ...externalImports(adapter)
      .filter(({ specifier }) => packageOf(specifier) !== CORE && !specifier.startsWith('node:'))
      .map(
        ({ place, specifier }) => `${place} imports ${specifier}; the Lambda adapter knows core and event shapes only.`,
      ),
    ...Object.keys({ ...adapter.manifest.dependencies, ...adapter.manifest.peerDependencies })
      .filter((name) => name !== CORE)
      .map((name) => `${adapter.dir}/package.json depends on ${name}; the Lambda adapter needs core only.`),
  ]);

export const testkitKnowsNoRunner: Rule = ({ packages }) =>
  named(packages, 'testkit').flatMap((testkit) =>
    externalImports(testkit)
      .filter(({ specifier }) => TEST_RUNNERS.has(specifier) || TEST_RUNNERS.has(packageOf(specifier)))
      .map(
        ({ place, specifier }) =>
          `${place} imports ${specifier}; the testkit's cases are data that any runner can run.`,
      ),
  );

export const examplesUsePublishedEntryPoints: Rule = (workspace) =>
  workspace.examples.flatMap((example) => {
    const code = [...workspace.files].filter(
      ([path]) => path.startsWith(`${example.dir}/`) && /\.[mc]?[jt]s$/.test(path),
    );
    return code.flatMap(([path, text]) =>
      importsOf(path, text).flatMap((one) => entryPointProblems(workspace, example.dir, path, one)),
    );
  });

export const documentsUsePublishedEntryPoints: Rule = (workspace) =>
  [...workspace.files]
    .filter(([path]) => path.endsWith('.md') && !path.endsWith('CHANGELOG.md'))
    .flatMap(([path, text]) => {
      const code = [...withoutGuideFiles(path, text).matchAll(/^```ts\n(.*?)^```/gms)]
        .map((block) => block[1]!)
        .join('\n');
      return importsOf(path, code).flatMap((one) => entryPointProblems(workspace, '', path, { ...one, place: path }));
    });

function entryPointProblems(workspace: Workspace, home: string, path: string, { specifier, place }: Import): string[] {
  if (isRelative(specifier)) {
    const target = resolveRelative(path, specifier);
    if (home !== '' && target.startsWith(`${home}/`)) return [];
    return [`${place} imports ${specifier}, which is not published; import it from a package.`];
  }
  if (!specifier.startsWith('@millrace/')) return [];
  const target = workspace.packages.find(({ manifest }) => manifest.name === packageOf(specifier));
  const entry = `.${specifier.slice(packageOf(specifier).length)}`;
  if (target !== undefined && entry in (target.manifest.exports ?? {})) return [];
  return [`${place} imports ${specifier}, which no package exports.`];
}

/** Types may refer to each other in circles; code that must be loaded may not. */
export const importsHaveNoCycles: Rule = ({ packages }) =>
  packages.flatMap(({ sources }) => {
    const found: string[] = [];
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) {
        found.push(
          `${[...trail.slice(trail.indexOf(path)), path].join(' → ')}: break the circle, or import only types.`,
        );
        return;
      }
      if (done.has(path)) return;
      for (const one of importsOf(path, sources.get(path) ?? '')) {
        if (!isRelative(one.specifier) || one.typeOnly || !one.atLoad) continue;
        visit(resolveRelative(path, one.specifier), [...trail, path]);
      }
      done.add(path);
    };
    for (const path of sources.keys()) visit(path, []);
    return found;
  });

function named(packages: readonly WorkspacePackage[], id: string): WorkspacePackage[] {
  return packages.filter((one) => one.id === id);
}

function adapters(packages: readonly WorkspacePackage[]): WorkspacePackage[] {
  return packages.filter((one) => one.id !== 'core' && !COMPOSED.has(one.id));
}

/** Packages that read any file, so that they bring the parsers. Only the command imports them. */
const COMPOSED: ReadonlySet<string> = new Set(['inspect']);

export const composedPackagesBringTheirs: Rule = ({ packages }) => [
  ...packages
    .filter(({ id }) => COMPOSED.has(id))
    .flatMap((one) => {
      const { dependencies = {}, peerDependencies = {} } = one.manifest;
      const declared = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
      return [
        ...externalImports(one)
          .filter(({ specifier }) => !specifier.startsWith('node:') && !declared.has(packageOf(specifier)))
          .map(
            ({ place, specifier }) => `${place} imports ${specifier}, which ${one.dir}/package.json does not declare.`,
          ),
        ...Object.keys(dependencies)
          .filter((name) => AWS_CLIENT.test(name) || name === CORE)
          .map((name) => `${one.dir}/package.json: ${name} must be a peer, so that a program has one copy of it.`),
      ];
    }),
  ...packages
    .filter(({ id }) => id !== 'cli')
    .flatMap((one) =>
      externalImports(one)
        .filter(({ specifier }) => COMPOSED.has(packageOf(specifier).replace(/^@millrace\//, '')))
        .map(({ place, specifier }) => `${place} imports ${specifier}; only the command does.`),
    ),
];

function externalImports({ sources }: WorkspacePackage): Import[] {
  return [...sources]
    .flatMap(([path, text]) => importsOf(path, text))
    .filter(({ specifier }) => !isRelative(specifier));
}

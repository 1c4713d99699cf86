import { readdirSync, readFileSync } from 'node:fs';

/** A file's text by its path from the root of the repository, with `/` on every platform. */
export type Files = ReadonlyMap<string, string>;

/** What the rules read of a `package.json`. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** A folder of `packages/` or `examples/` with a manifest of its own. */
export interface WorkspacePackage {
  /** Such as `packages/gzip`. */
  readonly dir: string;
  /** The folder's name, such as `gzip`. */
  readonly id: string;
  readonly manifest: Manifest;
  /** The TypeScript files of `src`. */
  readonly sources: Files;
}

/** The repository, or a small stand-in for it, as the rules see it. */
export interface Workspace {
  readonly files: Files;
  readonly packages: readonly WorkspacePackage[];
  readonly examples: readonly WorkspacePackage[];
}

/** What is wrong: one line for each place, with the file and what to do. */
export type Rule = (workspace: Workspace) => readonly string[];

/** Finds packages and examples among files. Nothing lists them, so a new one cannot be forgotten. */
function workspaceOf(files: Files): Workspace {
  const within = (parent: string): WorkspacePackage[] => {
    const manifests = [...files.keys()].filter((path) => new RegExp(`^${parent}/[^/]+/package\\.json$`).test(path));
    return manifests.toSorted().map((path) => {
      const dir = path.slice(0, -'/package.json'.length);
      const sources = new Map([...files].filter(([file]) => file.startsWith(`${dir}/src/`) && file.endsWith('.ts')));
      return { dir, id: dir.slice(parent.length + 1), manifest: JSON.parse(files.get(path)!) as Manifest, sources };
    });
  };
  return { files, packages: within('packages'), examples: within('examples') };
}

const SKIPPED = new Set(['node_modules', 'dist', 'coverage', '.git']);
const READ = /\.(ts|mts|cts|mjs|cjs|js|json|md|yaml)$|\/LICENSE$/;

/** Reads the repository from disk, without what is installed or built. */
export function readWorkspace(root: URL): Workspace {
  const files = new Map<string, string>();
  const visit = (dir: string): void => {
    for (const entry of readdirSync(new URL(`./${dir}`, root), { withFileTypes: true })) {
      if (SKIPPED.has(entry.name)) continue;
      const path = dir + entry.name;
      if (entry.isDirectory()) visit(`${path}/`);
      else if (READ.test(`/${path}`)) files.set(path, readFileSync(new URL(`./${path}`, root), 'utf8'));
    }
  };
  visit('');
  return workspaceOf(files);
}

/** A stand-in for the repository. Objects are written as JSON. */
export function fixture(files: Readonly<Record<string, string | object>>): Workspace {
  const texts = Object.entries(files).map(
    ([path, content]) => [path, typeof content === 'string' ? content : JSON.stringify(content)] as const,
  );
  return workspaceOf(new Map(texts));
}

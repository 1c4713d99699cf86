import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runProgram } from '../packed/run-program.ts';
import type { Variant } from './variant.ts';

/** Where the programs are that measured processes run, and what they need. */
export interface Programs {
  readonly url: (path: string) => string;
  /** Flags that every process of Node gets. */
  readonly nodeFlags: readonly string[];
  /** Why a variant cannot run here; undefined where it can. Installs what peers need, once. */
  readonly missing: (variant: Variant) => Promise<string | undefined>;
}

const SUITE = fileURLToPath(new URL('.', import.meta.url));
const SOURCE = '--conditions=@millrace/source';

/**
 * Makes the programs ready. As a rule they are JavaScript and load the built packages, as users have them: stripping types
 * alone would take 17 MB of each process. Where this process runs from source, so do they.
 *
 * @param profile a directory for CPU profiles
 */
export async function preparePrograms(profile: string | undefined): Promise<Programs> {
  const fromSource = process.execArgv.includes(SOURCE);
  if (!fromSource) {
    await buildPackages();
    await compile();
  }
  let peers: Promise<string | undefined> | undefined;
  let python: Promise<string | undefined> | undefined;
  return {
    url: (path) => {
      const compiled = path.endsWith('.ts') && !fromSource;
      return pathToFileURL(compiled ? join(SUITE, 'dist/bench', path.replace(/ts$/, 'js')) : join(SUITE, path)).href;
    },
    nodeFlags: [
      ...(fromSource ? [SOURCE] : []),
      ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
    ],
    missing: async ({ program }) => {
      if (program.kind === 'peer') return (peers ??= installPeers());
      if (program.kind === 'python') return (python ??= findBoto3());
      return undefined;
    },
  };
}

/** Builds the packages where a source is newer than what was built of it. */
async function buildPackages(): Promise<void> {
  const packages = join(SUITE, '../../packages');
  const newest = (folder: string): number => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Math.max(0, ...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs));
  };
  const stale = readdirSync(packages).some((name) => {
    const built = join(packages, name, 'dist/index.js');
    return !existsSync(built) || statSync(built).mtimeMs < newest(join(packages, name, 'src'));
  });
  if (!stale) return;
  console.log('Building the packages …');
  try {
    await runProgram('pnpm', ['run', 'build'], { cwd: join(packages, '..') });
  } catch (cause) {
    throw new Error('The packages are older than their sources. Run pnpm run build, or the suite by pnpm.', { cause });
  }
}

/** Turns each module of the suite into JavaScript under `dist`. */
async function compile(): Promise<void> {
  const { transpileModule, ModuleKind, ScriptTarget } = (await import('typescript')).default;
  const compilerOptions = {
    module: ModuleKind.ESNext,
    target: ScriptTarget.ES2023,
    rewriteRelativeImportExtensions: true,
    verbatimModuleSyntax: true,
  };
  const tools = dirname(SUITE.replace(/\/$/, ''));
  for (const folder of ['bench', 'bench/floor', 'bench/variants', 'stub-aws']) {
    for (const file of readdirSync(join(tools, folder)).filter((name) => name.endsWith('.ts'))) {
      const source = join(tools, folder, file);
      const target = join(SUITE, 'dist', folder, file.replace(/ts$/, 'js'));
      if (existsSync(target) && statSync(target).mtimeMs > statSync(source).mtimeMs) continue;
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, transpileModule(readFileSync(source, 'utf8'), { compilerOptions }).outputText);
    }
  }
}

/** Installs the peers beside the workspace, by their lock file. */
async function installPeers(): Promise<string | undefined> {
  const cwd = join(SUITE, 'peers');
  const lock = join(cwd, 'package-lock.json');
  const stamp = join(cwd, 'node_modules/.package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs > statSync(lock).mtimeMs) return undefined;
  console.log('Installing the peers of the benchmark …');
  try {
    await runProgram(
      'npm',
      ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--fetch-retries=0'],
      { cwd },
    );
    return undefined;
  } catch (error) {
    return `npm ci in ${cwd} failed: ${(error as Error).message.trim().split('\n').at(-1)}`;
  }
}

async function findBoto3(): Promise<string | undefined> {
  try {
    await runProgram('python3', ['-c', 'import boto3']);
    return undefined;
  } catch (error) {
    return `python3 with boto3 is not there: ${(error as Error).message.trim().split('\n').at(-1)}`;
  }
}

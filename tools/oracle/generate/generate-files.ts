import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../packed/run-program.ts';
import { CACHE, pythonWith } from '../environment.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const WORKBOOKS = fileURLToPath(new URL('../../../packages/xlsx/test/support/make-workbooks.py', import.meta.url));

/**
 * Writes files with several writers of Python and npm, and with the programs zip and tar: `count` each of Parquet, CSV and
 * archives, as many again by writers of npm, and a third as many of XML and NDJSON, and of workbooks. The same seed gives the
 * same files, as far as a writer does not put in the time of day.
 */
export async function generateFiles(into: string, count: number, seed: number): Promise<void> {
  const python = await pythonWith('requirements-writers.txt');
  const third = Math.ceil(count / 3);
  const programs: readonly (readonly [script: string, folder: string, count: number])[] = [
    [join(HERE, 'parquet_files.py'), 'parquet', count],
    [join(HERE, 'csv_files.py'), 'csv', count],
    [join(HERE, 'archive_files.py'), 'archives', count],
    [join(HERE, 'other_files.py'), 'xml-and-ndjson', third],
    [WORKBOOKS, 'workbooks', third],
  ];
  mkdirSync(into, { recursive: true });
  const env = { ...process.env, TZ: 'UTC', PYTHONHASHSEED: '0' };
  for (const [script, folder, files] of programs) {
    mkdirSync(join(into, folder), { recursive: true });
    await runProgram(python, [script, join(into, folder), String(files), String(seed)], { cwd: into, env });
    console.log(`${folder}: ${files} files`);
  }
  const writers = await npmWriters();
  await runProgram(process.execPath, [writers, join(into, 'npm'), String(count), String(seed)]);
  console.log(`npm: ${count} files`);
}

/** Installs the writers of npm in the cache, and returns the script beside them. */
async function npmWriters(): Promise<string> {
  const folder = join(CACHE, 'npm-writers');
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'files-by-npm.mjs']) copyFileSync(join(HERE, name), join(folder, name));
  if (!existsSync(join(folder, 'node_modules'))) console.log('Installing writers of npm …');
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--save-exact'];
  await runProgram('npm', args, { cwd: folder });
  return join(folder, 'files-by-npm.mjs');
}

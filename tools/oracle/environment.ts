import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../packed/run-program.ts';
import { missingPython } from '../python.ts';

/** Below it are the virtual environments, and what generators need of npm. */
export const CACHE = fileURLToPath(new URL('../../node_modules/.cache/millrace-oracle/', import.meta.url));

/** Says why the oracles cannot run here; undefined if they can. */
export function missingOracles(): Promise<string | undefined> {
  return missingPython(11);
}

/**
 * Makes a virtual environment with the packages that a file beside this module pins, unless it is there from an earlier run,
 * and returns its `python`.
 */
export async function pythonWith(requirements: 'requirements.txt' | 'requirements-writers.txt'): Promise<string> {
  const file = fileURLToPath(new URL(requirements, import.meta.url));
  const shared = readFileSync(new URL('requirements.txt', import.meta.url));
  const digest = createHash('sha256').update(readFileSync(file)).update(shared).digest('hex').slice(0, 12);
  const folder = join(CACHE, `${requirements.replace('.txt', '')}-${digest}`);
  const python = join(folder, 'bin', 'python');
  // Written last: an installation that was cut off starts again from nothing.
  const stamp = join(folder, 'complete');
  if (existsSync(stamp)) return python;
  console.log(`Installing ${requirements} into a virtual environment …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await runProgram('python3', ['-m', 'venv', folder]);
  await runProgram(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', file]);
  writeFileSync(stamp, '');
  return python;
}

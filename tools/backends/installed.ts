import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Backend } from './backend.ts';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/millrace-backends/', import.meta.url));

/** Installs a backend unless this version of it is there from an earlier run, and returns its folder. */
export async function installed(backend: Backend): Promise<string> {
  const folder = join(CACHE, `${backend.name}-${backend.version}`);
  // Written last: an installation that was cut off starts again from nothing.
  const stamp = join(folder, 'complete');
  if (existsSync(stamp)) return folder;
  console.log(`${backend.name}: installing ${backend.version}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await backend.install(folder);
  writeFileSync(stamp, '');
  return folder;
}

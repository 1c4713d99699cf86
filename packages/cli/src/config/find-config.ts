import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MillraceError } from '@millrace/core';

/** In the order in which they are looked for. */
const NAMES = ['ts', 'mts', 'js', 'mjs'].map((extension) => `millrace.config.${extension}`);

/**
 * Finds the configuration: the file that was named, or the nearest `millrace.config.ts`, `.mts`, `.js` or `.mjs` in the working
 * directory and the directories above it.
 *
 * @throws MillraceError `CLI_CONFIG_MISSING`
 */
export function findConfig(cwd: string, named: string | undefined): string {
  if (named !== undefined) {
    const path = resolve(cwd, named);
    if (existsSync(path)) return path;
    throw new MillraceError('CLI_CONFIG_MISSING', `There is no file ${path}. Correct --config.`);
  }
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    const found = NAMES.map((name) => join(directory, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (dirname(directory) === directory) break;
  }
  throw new MillraceError(
    'CLI_CONFIG_MISSING',
    `There is no millrace.config.ts in ${resolve(cwd)} or above it. Create one that exports defineConfig({ feeds }), or name it ` +
      'with --config.',
  );
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

/** Packs every package as it would be published and answers the tarballs. */
export async function packAll(root: string, into: string): Promise<readonly string[]> {
  await runProgram('pnpm', ['-r', '--filter', './packages/*', 'pack', '--pack-destination', into], { cwd: root });
  return readdirSync(into)
    .filter((file) => file.endsWith('.tgz'))
    .map((file) => join(into, file));
}

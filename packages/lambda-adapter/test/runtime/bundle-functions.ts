import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles the functions into one file with all that they need, as they are deployed. */
export async function bundleFunctions(folder: string, format: 'esm' | 'cjs'): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('functions.ts', import.meta.url))],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format,
    ...(format === 'esm' && { mainFields: ['module', 'main'] }),
    // From source; `module` is a condition by default only where there are no others.
    conditions: ['@millrace/source', 'module'],
    outfile: join(folder, format === 'esm' ? 'index.mjs' : 'index.cjs'),
    logLevel: 'error',
  });
}

import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** Bundles the functions into one file and answers its folder. The SDK goes with it, so that its version is the tested one. */
export function bundleFunctions(): string {
  const folder = fileURLToPath(new URL('../dist/functions', import.meta.url));
  buildSync({
    entryPoints: [fileURLToPath(new URL('../../prices-functions/index.ts', import.meta.url))],
    outfile: `${folder}/index.mjs`,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // ES modules first: smaller, and nothing in the bundle calls require.
    mainFields: ['module', 'main'],
    // This repository's packages from source. With packages from npm, leave this out.
    conditions: ['@millrace/source', 'module'],
    logLevel: 'warning',
  });
  return folder;
}

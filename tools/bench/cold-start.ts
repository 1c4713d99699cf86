import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startStubAws } from '../stub-aws.ts';
import { type Spread, spread } from './statistics.ts';

/** Milliseconds from nothing to a handler that has done its first work. */
export interface ColdStart {
  readonly bundleKB: number;
  readonly importMs: Spread;
  /** The first invocation, with an object of ten records. */
  readonly firstMs: Spread;
  readonly secondMs: Spread;
  readonly rssMB: Spread;
}

type Sample = { readonly [K in Exclude<keyof ColdStart, 'bundleKB'>]: number };

export const COLD_START = 'cold-start';

/** Handlers, each bundled into one file with all that it needs, as they are deployed. */
const HANDLERS = ['floor-sdk', 'millrace', 'document-client'];
const KEY = 'ndjson/utf-8/300x10/0.gz';

/** Starts each handler in turn, in a fresh process, against a stub that answers at once. */
export async function measureColdStart(rounds: number): Promise<Readonly<Record<string, ColdStart>>> {
  const folder = fileURLToPath(new URL('cold/', import.meta.url));
  const bundles = await bundle(folder);
  const stub = await startStubAws();
  const samples: Record<string, Sample[]> = {};
  try {
    await fetch(`${stub.env['AWS_ENDPOINT_URL_S3']}/bench/${KEY}`, { method: 'HEAD' });
    for (let round = 0; round < rounds; round += 1) {
      for (const name of HANDLERS) {
        const args = [join(folder, 'child.mjs'), join(bundles, `${name}-handler.cjs`), KEY];
        const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...stub.env } });
        (samples[name] ??= []).push(JSON.parse(stdout) as Sample);
      }
    }
  } finally {
    stub.stop();
  }
  const results: Record<string, ColdStart> = {};
  for (const [name, runs] of Object.entries(samples)) {
    const of = (metric: keyof Sample): Spread => spread(runs.map((run) => run[metric]));
    results[name] = {
      bundleKB: Math.round(statSync(join(bundles, `${name}-handler.cjs`)).size / 1000),
      importMs: of('importMs'),
      firstMs: of('firstMs'),
      secondMs: of('secondMs'),
      rssMB: of('rssMB'),
    };
  }
  return results;
}

async function bundle(folder: string): Promise<string> {
  const { build } = await import('tsup');
  const outDir = fileURLToPath(new URL('dist/cold', import.meta.url));
  await build({
    entry: HANDLERS.map((name) => join(folder, `${name}-handler.ts`)),
    config: false,
    format: 'cjs',
    target: 'node22',
    platform: 'node',
    noExternal: [/./],
    splitting: false,
    minify: true,
    silent: true,
    outExtension: () => ({ js: '.cjs' }),
    outDir,
  });
  return outDir;
}

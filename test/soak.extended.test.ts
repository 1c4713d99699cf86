import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** `pnpm run reliability soak` does the same with 10,000 references. */
it('a handler holds nothing of the references that it has carried', async () => {
  const program = fileURLToPath(new URL('../tools/reliability.ts', import.meta.url));
  const options = ['--conditions=@millrace/source', program, 'soak', '--references', '600'];
  const { NODE_OPTIONS: _, ...env } = process.env;
  // It exits with 1 if one of its bounds is passed; the heap's is for the long run.
  const { stdout } = await promisify(execFile)(process.execPath, options, { env }).catch(
    (error: { stdout: string }) => error,
  );
  const { failed, heapMB, sockets, timers, holds } = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
    readonly failed: number;
    readonly heapMB: { readonly warm: number; readonly end: number };
    readonly sockets: { readonly end: number };
    readonly timers: { readonly end: number };
    readonly holds: Readonly<Record<string, boolean>>;
  };
  expect(holds).toMatchObject({ sockets: true, timers: true, outcomes: true });
  // So short a run is still compiling. What it can show is that no object of some 10 KB is held for each reference.
  expect(heapMB.end - heapMB.warm).toBeLessThan(5);
  expect(failed).toBe(120);
  expect(sockets.end).toBeGreaterThan(0);
  expect(timers.end).toBe(0);
}, 120_000);

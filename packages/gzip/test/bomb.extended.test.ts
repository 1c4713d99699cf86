import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { BombTask } from './bomb-child.ts';
import { ENGINES } from './drive.ts';

const CHILD = fileURLToPath(new URL('bomb-child.ts', import.meta.url));
const MIB = 1024 * 1024;

interface ChildOutcome {
  readonly code: string;
  readonly produced: number;
  readonly largest: number;
  readonly risenBytes: number;
}

async function inChild(task: BombTask): Promise<ChildOutcome> {
  const args = ['--expose-gc', '--conditions=@millrace/source', CHILD, JSON.stringify(task)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as ChildOutcome;
}

describe.each(ENGINES)('a bomb of 1 GiB with engine %s', { timeout: 120_000 }, (engine) => {
  it.each([
    ['by its ratio, as one chunk', {}, 2 * MIB, false, 'GZIP_RATIO_EXCEEDED', 64 * MIB],
    ['by its ratio, in chunks', {}, 64 * 1024, false, 'GZIP_RATIO_EXCEEDED', 64 * MIB],
    // V8 lets 64 MiB of dropped outputs gather before it frees them; here it is told to do so earlier.
    ['by its size', { maxRatio: 2000, maxOutputBytes: 192 * MIB }, 64 * 1024, true, 'GZIP_TOO_LARGE', 192 * MIB],
  ])('stops at the limit within 64 MB of memory: %s', async (_, limits, chunkBytes, collect, code, most) => {
    const outcome = await inChild({ options: { engine, ...limits }, chunkBytes, collect });
    expect(outcome.code).toBe(code);
    expect(outcome.produced).toBeGreaterThan(60 * MIB);
    expect(outcome.produced).toBeLessThanOrEqual(most);
    expect(outcome.largest).toBeLessThanOrEqual(256 * 1024);
    expect(outcome.risenBytes).toBeLessThan(64e6);
  });
});

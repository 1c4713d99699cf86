import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../packed/run-program.ts';
import { startStubAws } from '../stub-aws.ts';

/**
 * Shows that memory does not grow with the object: carries 100 MB and 1 GB of gzipped NDJSON from a stub S3 into a stub
 * DynamoDB, each in a process of its own with Node's default heap settings, and compares their peaks with each other and
 * with a process that has loaded the same modules: one that carried four records, because the AWS SDK loads some of its
 * modules at the first request: `pnpm run reliability memory`. It builds the packages first. The last line is one JSON object.
 */
const MB = 1_000_000;
const IDLE = 1000;
const SMALL = 100 * MB;
const LARGE = 1000 * MB;
/** The large object's peak may exceed the small one's by a tenth, and the idle process by 200 MB. */
const TARGETS = { largeOverSmall: 1.1, overIdleBytes: 200 * MB };

interface Carried {
  readonly peakBytes: number;
  readonly seconds: number;
  readonly totals: { readonly read: number; readonly written: number; readonly bytesDecoded: number };
}

// What is measured is what is published: the built packages, not their sources.
const root = fileURLToPath(new URL('../../', import.meta.url));
await runProgram('pnpm', ['run', 'build'], { cwd: root });
const stub = await startStubAws();

function carry(bytes: number): Carried {
  const program = fileURLToPath(new URL('memory/carry.mjs', import.meta.url));
  const { NODE_OPTIONS: _, ...env } = process.env;
  const options = { env: { ...env, ...stub.env }, encoding: 'utf8' } as const;
  const carried = JSON.parse(execFileSync(process.execPath, [program, String(bytes)], options)) as Carried;
  const { peakBytes, seconds, totals } = carried;
  console.log(`${totals.written} records, ${bytes / MB} MB: peak ${megabytes(peakBytes)} MB, ${seconds.toFixed(1)} s`);
  return carried;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / MB);
}

try {
  const idle = carry(IDLE);
  const small = carry(SMALL);
  const large = carry(LARGE);
  const { records: received } = await stub.stats();
  const runs = [idle, small, large];
  const written = runs.reduce((sum, { totals }) => sum + totals.written, 0);
  const ratio = large.peakBytes / small.peakBytes;
  const overIdle = large.peakBytes - idle.peakBytes;
  const holds = {
    largeOverSmall: ratio <= TARGETS.largeOverSmall,
    overIdle: overIdle <= TARGETS.overIdleBytes,
    nothingLost: received === written && runs.every(({ totals }) => totals.read === totals.written),
  };
  const peakMB = {
    idle: megabytes(idle.peakBytes),
    small: megabytes(small.peakBytes),
    large: megabytes(large.peakBytes),
  };
  process.exitCode = Object.values(holds).every(Boolean) ? 0 : 1;
  console.log(
    JSON.stringify({
      node: process.version,
      peakMB,
      largeOverSmall: Number(ratio.toFixed(3)),
      overIdleMB: megabytes(overIdle),
      records: { written, received },
      seconds: { small: Number(small.seconds.toFixed(1)), large: Number(large.seconds.toFixed(1)) },
      targets: { largeOverSmall: TARGETS.largeOverSmall, overIdleMB: megabytes(TARGETS.overIdleBytes) },
      holds,
    }),
  );
} finally {
  stub.stop();
}

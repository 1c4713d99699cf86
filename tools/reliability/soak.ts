import { numbersFromArguments } from './arguments.ts';
import { soak } from './soak-run.ts';
import { startStubAws } from '../stub-aws.ts';

/**
 * Shows that a handler holds nothing of what it has carried: sends references through one handler in one process and compares
 * heap, sockets and timers of a warm process with those at the end: `pnpm run reliability soak --references 10000`. The last line is one
 * JSON object.
 */
const { references, batch } = numbersFromArguments({ references: 10_000, batch: 10 });
/** The heap may grow by so much; if each reference left 256 bytes, 10,000 would leave 2.5 MB. */
const MOST_HEAP_GROWTH_BYTES = 1_500_000;
/**
 * How many requests meet at one moment is chance: four references at a time, each with a read and a write. A connection left
 * open by each reference would be hundreds.
 */
const MOST_SOCKET_GROWTH = 8;

const stub = await startStubAws();
try {
  Object.assign(process.env, stub.env);
  const { samples, failed, poison, logged, seconds } = await soak({
    references,
    batch,
    connections: stub.connections,
  });
  for (const { references: sent, heapBytes, rssBytes, sockets, timers } of samples) {
    console.log(
      `${sent}: heap ${megabytes(heapBytes)} MB, rss ${megabytes(rssBytes)} MB, ${sockets} sockets, ${timers} timers`,
    );
  }
  // By a fifth of the way the process is warm: modules are loaded, connections made, functions compiled.
  const warm = samples[1]!;
  const end = samples.at(-1)!;
  const warmSockets = Math.max(...samples.slice(0, 5).map(({ sockets }) => sockets));
  const holds = {
    heap: end.heapBytes - warm.heapBytes <= MOST_HEAP_GROWTH_BYTES,
    sockets: Math.max(...samples.slice(5).map(({ sockets }) => sockets)) <= warmSockets + MOST_SOCKET_GROWTH,
    timers: end.timers <= warm.timers,
    outcomes: failed === poison && logged === references,
  };
  if (!Object.values(holds).every(Boolean)) process.exitCode = 1;
  console.log(
    JSON.stringify({
      node: process.version,
      references,
      heapMB: { warm: megabytes(warm.heapBytes), end: megabytes(end.heapBytes) },
      rssMB: { warm: megabytes(warm.rssBytes), end: megabytes(end.rssBytes) },
      sockets: { warm: warmSockets, end: end.sockets },
      timers: { warm: warm.timers, end: end.timers },
      failed,
      seconds: Number(seconds.toFixed(1)),
      holds,
    }),
  );
} finally {
  stub.stop();
}

function megabytes(bytes: number): number {
  return Number((bytes / 1_000_000).toFixed(2));
}

import { Worker } from 'node:worker_threads';
import type { Violation, WorldEvent } from '@millrace/testkit/simulation';

export interface SeedWorkerData {
  /** Name of the fault to plant. */
  readonly plant: string | undefined;
}

export interface SeedOrder {
  readonly seed: string;
  /** Shrinks the seed's history while it breaks this rule. */
  readonly shrinkRule: string | undefined;
}

export interface SeedOutcome {
  readonly seed: string;
  readonly digest: string;
  readonly violations: readonly Violation[];
  /** Of a shrunk history. */
  readonly events?: readonly WorldEvent[];
}

/** Threads that run seeds. */
export interface SeedPool {
  readonly run: (seed: string, shrinkRule?: string) => Promise<SeedOutcome>;
  readonly size: number;
  readonly close: () => Promise<void>;
}

/** Starts threads. A simulation replaces the clocks of its thread, so each thread runs one seed at a time. */
export async function startSeedPool(size: number, plant?: string): Promise<SeedPool> {
  const workerData: SeedWorkerData = { plant };
  const workers = Array.from(
    { length: size },
    () => new Worker(new URL('./seed-worker.ts', import.meta.url), { workerData }),
  );
  const idle: Worker[] = [];
  const waiting: ((worker: Worker) => void)[] = [];
  const release = (worker: Worker): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
  };
  await Promise.all(workers.map(async (worker) => (await message(worker), release(worker))));
  return {
    size,
    run: async (seed, shrinkRule) => {
      const worker = idle.pop() ?? (await new Promise<Worker>((resolve) => waiting.push(resolve)));
      const outcome = message(worker) as Promise<SeedOutcome>;
      worker.postMessage({ seed, shrinkRule } satisfies SeedOrder);
      try {
        return await outcome;
      } finally {
        release(worker);
      }
    },
    close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  };
}

function message(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const done = (act: () => void): void => {
      worker.off('error', failed);
      worker.off('message', received);
      act();
    };
    const failed = (error: Error): void => done(() => reject(error));
    const received = (value: unknown): void => done(() => resolve(value));
    worker.once('error', failed);
    worker.once('message', received);
  });
}

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Violation, WorldEvent } from '@millrace/testkit/simulation';

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

/** Processes that run seeds. */
export interface SeedPool {
  readonly run: (seed: string, shrinkRule?: string) => Promise<SeedOutcome>;
  readonly size: number;
  readonly close: () => Promise<void>;
}

/**
 * Starts processes. A simulation replaces the clocks of its process, so each runs one seed at a time. Threads would do, but Node
 * can crash when one is terminated, and takes the tests with it.
 *
 * @param plant name of the fault to plant
 */
export async function startSeedPool(size: number, plant?: string): Promise<SeedPool> {
  const workers = Array.from({ length: size }, () => startWorker(plant));
  const idle: ChildProcess[] = [];
  const waiting: ((worker: ChildProcess) => void)[] = [];
  const release = (worker: ChildProcess): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
  };
  await Promise.all(workers.map(async (worker) => (await message(worker), release(worker))));
  return {
    size,
    run: async (seed, shrinkRule) => {
      const worker = idle.pop() ?? (await new Promise<ChildProcess>((resolve) => waiting.push(resolve)));
      const outcome = message(worker) as Promise<SeedOutcome>;
      worker.send({ seed, shrinkRule } satisfies SeedOrder);
      try {
        return await outcome;
      } finally {
        release(worker);
      }
    },
    close: async () => void (await Promise.all(workers.map(stopWorker))),
  };
}

function startWorker(plant: string | undefined): ChildProcess {
  // The test runner sets options of its own for what it starts.
  const { NODE_OPTIONS: _, ...env } = process.env;
  return fork(fileURLToPath(new URL('seed-worker.ts', import.meta.url)), plant === undefined ? [] : [plant], {
    execArgv: ['--conditions=@millrace/source', '--no-warnings'],
    env,
  });
}

async function stopWorker(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, 'exit');
  worker.kill('SIGKILL');
  await ended;
}

function message(worker: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const done = (act: () => void): void => {
      worker.off('exit', ended);
      worker.off('message', received);
      act();
    };
    const ended = (code: number | null, signal: string | null): void =>
      done(() => reject(new Error(`A process that runs seeds ended with ${signal ?? code}.`)));
    const received = (value: unknown): void => done(() => resolve(value));
    worker.once('exit', ended);
    worker.once('message', received);
  });
}

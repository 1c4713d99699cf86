import { parentPort, workerData } from 'node:worker_threads';
import { random } from '../reliability/random.ts';
import { damaged } from './damage.ts';
import { type FuzzResult, runCase } from './run-case.ts';
import { TARGETS } from './targets.ts';

/** What a worker is to do: cases of a seed from `first` on, in turn over the targets, until it is told to end. */
export interface Task {
  readonly seed: number;
  readonly first: number;
  readonly targets: readonly string[];
  /** The run at work, for whoever finds this worker dead or silent. */
  readonly progress: Int32Array<SharedArrayBuffer>;
  readonly until: number;
  readonly runs: number;
}

/** What became of one case. */
export interface Done extends FuzzResult {
  readonly run: number;
  readonly target: string;
  readonly milliseconds: number;
}

/** The input of a run: the same for the same seed, number and target. */
export function inputOf(target: string, seed: number, run: number): Uint8Array {
  return damaged(
    TARGETS.find(({ name }) => name === target)!,
    random(seed, run),
  );
}

export function targetOf(targets: readonly string[], run: number): string {
  return targets[run % targets.length]!;
}

async function work({ seed, first, targets, progress, until, runs }: Task): Promise<void> {
  for (let run = first; run < runs && Date.now() < until; run += 1) {
    Atomics.store(progress, 0, run);
    const name = targetOf(targets, run);
    const started = performance.now();
    const result = await runCase(
      TARGETS.find((one) => one.name === name)!,
      {
        target: name,
        seed,
        run,
        input: inputOf(name, seed, run),
      },
    );
    const done: Done = { ...result, run, target: name, milliseconds: performance.now() - started };
    parentPort!.postMessage(done);
  }
}

if (parentPort !== null) await work(workerData as Task);

import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { keepCase } from './fuzz/kept-cases.ts';
import { TARGETS } from './fuzz/targets.ts';
import { type Done, inputOf, type Task, targetOf } from './fuzz/worker.ts';

/**
 * Carries damaged inputs through every codec and parser, whole and cut at random: `pnpm run fuzz --seconds 600`. Each
 * call explores inputs of a fresh seed, which the first line prints; `--seed N` repeats one. `--target parseCsv` takes
 * one of the targets, `--run K` repeats one run. Nothing may end but in records, rejections or a coded
 * error, the same for both ways of cutting, in a heap of 128 MB and within 10 s. An input for which that is not so is
 * kept in tools/fuzz/kept, where the tests find it. The last line is one JSON object.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    target: { type: 'string', multiple: true },
    run: { type: 'string' },
  },
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
});
const MAX_HEAP_MB = 128;
const MAX_SILENCE_MS = 10_000;

const seed = Number(values.seed);
console.log(`seed ${seed}`);
const targets = values.target ?? TARGETS.map(({ name }) => name);
const unknown = targets.find((name) => !TARGETS.some((target) => target.name === name));
if (unknown !== undefined) throw new TypeError(`There is no target ${unknown}.`);
const until = Date.now() + Number(values.seconds) * 1000;
const runs = values.run === undefined ? Number.MAX_SAFE_INTEGER : Number(values.run) + 1;

const totals = { runs: 0, records: 0, rejections: 0, slowestMs: 0 };
const runsByTarget: Record<string, number> = Object.fromEntries(targets.map((name) => [name, 0]));
const outcomes: Record<string, number> = {};
const failures: string[] = [];
let next = values.run === undefined ? 0 : Number(values.run);

function fail(run: number, problem: string): void {
  const target = targetOf(targets, run);
  const kept = keepCase({ target, seed, run, input: inputOf(target, seed, run) });
  failures.push(`${target}, run ${run}: ${problem}`);
  console.log(`${target}, run ${run} of seed ${seed}: ${problem}\n  kept as ${kept}`);
}

while (next < runs && Date.now() < until && failures.length < 20) {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const task: Task = { seed, first: next, targets, progress, until, runs };
  const worker = new Worker(new URL('./fuzz/worker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  let heard = Date.now();
  worker.on('message', ({ run, target, milliseconds, outcome, records, rejections, problems }: Done) => {
    heard = Date.now();
    next = run + 1;
    totals.runs += 1;
    totals.records += records;
    totals.rejections += rejections;
    totals.slowestMs = Math.max(totals.slowestMs, Math.round(milliseconds));
    runsByTarget[target] = (runsByTarget[target] ?? 0) + 1;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    for (const problem of problems) fail(run, problem);
  });
  let crash: unknown;
  worker.on('error', (error) => (crash = error));
  const exited = once(worker, 'exit');
  let silent = false;
  const watch = async (): Promise<void> => {
    while (!silent) {
      await sleep(1000, undefined, { ref: false });
      silent = Date.now() - heard > MAX_SILENCE_MS;
    }
    await worker.terminate();
  };
  await Promise.race([exited, watch()]);
  await exited;
  if (silent || crash !== undefined) {
    const run = Atomics.load(progress, 0);
    fail(run, silent ? `nothing for ${MAX_SILENCE_MS / 1000} s` : `crashed: ${String(crash)}`);
    next = run + 1;
  }
}
if (failures.length > 0) process.exitCode = 1;
console.log(
  JSON.stringify({ node: process.version, seed, ...totals, runsByTarget, outcomes, failures: failures.length }),
);

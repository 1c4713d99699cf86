import { expect, it } from 'vitest';
import { runCase } from '../../tools/fuzz/run-case.ts';
import { TARGETS } from '../../tools/fuzz/targets.ts';
import { inputOf } from '../../tools/fuzz/worker.ts';

const SEED = 1;

/** Defines a test of each target, with the inputs of the runs `from` to `to` of one seed; returns what they came to. */
export function fuzzEveryTarget({ from, to }: { readonly from: number; readonly to: number }): {
  readonly outcomes: ReadonlySet<string>;
} {
  const outcomes = new Set<string>();
  it.each(TARGETS.map((target) => [target.name, target] as const))(
    '%s fails by a code or not at all',
    async (_, target) => {
      for (let run = from; run < to; run += 1) {
        const input = inputOf(target.name, SEED, run);
        const { problems, outcome } = await runCase(target, { target: target.name, seed: SEED, run, input });
        expect(problems, `run ${run}`).toEqual([]);
        outcomes.add(outcome);
      }
    },
  );
  return { outcomes };
}

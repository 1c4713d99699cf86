import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chaosRun } from '../../tools/reliability/chaos-run.ts';
import { type Stage, startStage } from '../../tools/reliability/stage.ts';

/** A smaller set of what `pnpm run reliability chaos` does. */
const SEED = 3;
/** A run of three objects with many faults takes seconds, and many of them on a busy machine. */
const LONGEST_MS = 120_000;

describe.each([
  ['single items, by the sdk sender', 12, { sender: 'sdk' }],
  ['single items, by the lean sender', 12, { sender: 'lean' }],
  ['packs of 20', 12, { pack: 20 }],
  ['single items with natural keys that repeat', 12, { natural: true }],
  ['single items of three objects', 8, { objects: 3 }],
  ['single items of three objects with natural keys', 8, { natural: true, objects: 3 }],
  ['packs of 20 of three objects', 8, { pack: 20, objects: 3 }],
] as const)('chaos, landing %s', (_, runs, how) => {
  let stage: Stage;
  const faults: Record<string, number> = {};
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  const numbers = Array.from({ length: runs }, (_empty, run) => run);
  it.each(numbers)(`run ${'%i'} of seed ${SEED} is exact`, { timeout: LONGEST_MS }, async (run) => {
    const result = await chaosRun(stage, SEED, run, how);
    for (const [kind, count] of Object.entries(result.faults)) faults[kind] = (faults[kind] ?? 0) + count;
    const { lost, doubled, wrong, problems, examples } = result;
    expect({ lost, doubled, wrong, problems, examples }).toEqual({
      lost: 0,
      doubled: 0,
      wrong: 0,
      problems: [],
      examples: [],
    });
  });

  it('has really injected faults, of both services', () => {
    const services = new Set(Object.keys(faults).map((kind) => kind.split(':')[0]));
    expect(services).toEqual(new Set(['s3', 'dynamodb']));
    expect(Object.keys(faults).length).toBeGreaterThan(8);
  });
});

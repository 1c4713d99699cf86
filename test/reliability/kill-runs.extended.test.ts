import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Landing } from '../../tools/reliability/arguments.ts';
import { killSeries } from '../../tools/reliability/kill-series.ts';
import { type Stage, startStage } from '../../tools/reliability/stage.ts';

describe('a process that is killed while it loads', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  it.each([
    ['single items', {}],
    ['packs of 4', { pack: 4 }],
    ['single items with natural keys that repeat', { natural: true }],
    ['single items of three objects in one run', { objects: 3 }],
  ] as const)(
    'loads everything exactly as %s, and writes little twice',
    async (_, landing) => {
      const { pack = 1, objects = 1, natural = false }: Landing = landing;
      // As many items as records if they are packed: what a kill costs is counted in batches of items.
      const items = 4000;
      const result = await killSeries(stage, { kills: 4, records: items * pack, seed: 2, ...landing });
      expect(result).toMatchObject({ kills: 4, lost: 0, doubled: 0, wrong: 0, problems: [] });
      // Of records that share a key in one write, only the last is sent: a tenth has one shortly before.
      expect(result.written).toBeGreaterThanOrEqual(natural ? 0.85 * items : items);
      expect(result.written).toBeLessThan(1.2 * items + 4 * 25 * objects);
    },
    60_000,
  );
});

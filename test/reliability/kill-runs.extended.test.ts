import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killSeries } from '../../scripts/reliability/kill-series.ts';
import { type Stage, startStage } from '../../scripts/reliability/stage.ts';

describe('a process that is killed while it loads', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  it.each([
    ['single items', undefined],
    ['packs of 4', 4],
  ] as const)(
    'loads the object exactly as %s, and writes little twice',
    async (_, pack) => {
      // As many items as records where they are packed: what a kill costs is counted in batches of items.
      const items = 4000;
      const result = await killSeries(stage, { kills: 4, records: items * (pack ?? 1), seed: 2, pack });
      expect(result).toMatchObject({ kills: 4, lost: 0, doubled: 0, wrong: 0, problems: [] });
      expect(result.written).toBeGreaterThanOrEqual(items);
      expect(result.written).toBeLessThan(1.2 * items + 4 * 25);
    },
    60_000,
  );
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, startStage } from '../../tools/reliability/stage.ts';
import { stopSeries } from '../../tools/reliability/stop-series.ts';

describe('a process that is paused beyond its lease while it writes', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  it.each([
    ['by its clock', false],
    ['by conditional writes, at any moment', true],
  ])(
    'puts no older row over a newer one: %s',
    async (_, keepNewest) => {
      const result = await stopSeries(stage, { runs: 2, records: 600, seed: 3, keepNewest });
      expect(result).toMatchObject({ runs: 2, reverted: 0, lost: 0, problems: [] });
    },
    300_000,
  );
});

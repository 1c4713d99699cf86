import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shuffleSeries } from '../../scripts/reliability/shuffle-series.ts';
import { type Stage, startStage } from '../../scripts/reliability/stage.ts';

const SIZE = { objects: 6, overwrites: 3, seed: 1 };
const EXACT = { events: 18, lost: 0, doubled: 0, wrong: 0, problems: [] };

describe('events that come several times, at once and out of order', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  it('leave what the newest versions hold', async () => {
    const result = await shuffleSeries(stage, { versions: 'newest', ...SIZE });
    expect(result).toMatchObject({ ...EXACT, records: 6 * 130 });
    expect(result.deliveries).toBeGreaterThan(18);
  });

  it('leave every version that could be read, where the feed keeps all', async () => {
    const result = await shuffleSeries(stage, { versions: 'all', ...SIZE });
    expect(result).toMatchObject(EXACT);
    expect(result.records).toBeGreaterThanOrEqual(6 * 130);
  });

  it('leave every version in packs, where the feed keeps all', async () => {
    const result = await shuffleSeries(stage, { versions: 'all', ...SIZE, pack: 40 });
    expect(result).toMatchObject(EXACT);
    expect(result.records).toBeGreaterThanOrEqual(6 * 130);
  });
});

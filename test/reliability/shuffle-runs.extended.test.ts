import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shuffleSeries } from '../../tools/reliability/shuffle-series.ts';
import { type Stage, startStage } from '../../tools/reliability/stage.ts';

const SIZE = { files: 6, overwrites: 3, seed: 1 };
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

  it('leave every version that could be read, if the feed keeps all', async () => {
    const result = await shuffleSeries(stage, { versions: 'all', ...SIZE });
    expect(result).toMatchObject(EXACT);
    expect(result.records).toBeGreaterThanOrEqual(6 * 130);
  });

  it('leave every version in packs, if the feed keeps all', async () => {
    const result = await shuffleSeries(stage, { versions: 'all', ...SIZE, pack: 40 });
    expect(result).toMatchObject(EXACT);
    expect(result.records).toBeGreaterThanOrEqual(6 * 130);
  });

  it('leave the last record of each key, if records of a version share keys', async () => {
    const result = await shuffleSeries(stage, { versions: 'newest', ...SIZE, natural: true });
    expect(result).toMatchObject({ ...EXACT, records: 6 * 130 });
    expect(result.deliveries).toBeGreaterThan(18);
  });

  it.each([
    ['newest', { natural: true }],
    ['all', {}],
    ['all', { pack: 40 }],
  ] as const)('leave the same if an event has three objects: %s, %j', async (versions, landing) => {
    const result = await shuffleSeries(stage, { versions, ...SIZE, ...landing, objects: 3 });
    expect(result).toMatchObject(EXACT);
    expect(result.records).toBeGreaterThanOrEqual(6 * 130);
    expect(result.invocations).toBeLessThan(result.deliveries * 3);
  });

  it('refuse shared keys if the feed keeps all versions', async () => {
    await expect(shuffleSeries(stage, { versions: 'all', ...SIZE, natural: true })).rejects.toThrow(
      'Records of all versions cannot share natural keys',
    );
  });
});

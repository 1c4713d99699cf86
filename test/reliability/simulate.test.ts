import { afterAll, beforeAll, expect, test } from 'vitest';
import { REGRESSION_SEEDS } from '../../tools/reliability/simulate/regression-seeds.ts';
import { startSeedPool, type SeedPool } from '../../tools/reliability/simulate/seed-pool.ts';

let pool: SeedPool;
let another: SeedPool;
beforeAll(async () => {
  [pool, another] = await Promise.all([startSeedPool(1), startSeedPool(1)]);
});
afterAll(() => Promise.all([pool.close(), another.close()]));

test('keeps every promise in the histories of 40 seeds', { timeout: 300_000 }, async () => {
  const failed: string[] = [];
  for (let seed = 1; seed <= 40; seed += 2) {
    const outcomes = await Promise.all([pool.run(String(seed)), another.run(String(seed + 1))]);
    for (const { seed: of, violations } of outcomes)
      if (violations.length > 0) failed.push(`${of}: ${violations[0]!.text}`);
  }
  expect(failed).toEqual([]);
});

test('keeps every promise in the histories that once broke one', { timeout: 120_000 }, async () => {
  const broken: Record<string, string> = {};
  for (const seed of Object.keys(REGRESSION_SEEDS)) {
    const [first] = (await pool.run(seed)).violations;
    if (first !== undefined) broken[seed] = first.text;
  }
  expect(broken).toEqual({});
});

test('gives the same history for the same seed, whatever ran before', { timeout: 120_000 }, async () => {
  const digests = async (one: SeedPool, seeds: readonly string[]): Promise<Record<string, string>> => {
    const found: Record<string, string> = {};
    for (const seed of seeds) found[seed] = (await one.run(seed)).digest;
    return found;
  };
  const [forwards, backwards] = [await digests(pool, ['7', '8', '9']), await digests(another, ['9', '8', '7'])];
  expect(backwards).toEqual(forwards);
  expect(new Set(Object.values(forwards)).size).toBe(3);
});

test('finds a fault that is planted, and shrinks its history', { timeout: 300_000 }, async () => {
  const planted = await startSeedPool(1, 'any-response-is-believed');
  try {
    for (let seed = 1; seed <= 200; seed += 1) {
      const rule = (await planted.run(String(seed))).violations[0]?.rule;
      if (rule === undefined || (await pool.run(String(seed))).violations.length > 0) continue;
      const { events = [] } = await planted.run(String(seed), rule);
      expect(events.length).toBeGreaterThan(0);
      expect(events.length).toBeLessThanOrEqual(20);
      return;
    }
    expect.unreachable('200 seeds did not find it');
  } finally {
    await planted.close();
  }
});

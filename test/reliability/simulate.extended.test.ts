import { expect, test } from 'vitest';
import { findPlants } from '../../scripts/reliability/simulate/find-plants.ts';
import { PLANTS } from '../../scripts/reliability/simulate/plants.ts';
import { runSeeds } from '../../scripts/reliability/simulate/run-seeds.ts';

test('keeps every promise in the histories of 500 seeds', { timeout: 600_000 }, async () => {
  const { failed, byRule } = await runSeeds({ seeds: 500, from: 1, workers: 2 });
  expect({ failed, byRule }).toEqual({ failed: 0, byRule: {} });
});

test.each(PLANTS)('finds $name within 2,000 seeds and 20 events', { timeout: 600_000 }, async (plant) => {
  const [found] = await findPlants([plant], { seeds: 2000, from: 1, workers: 2 });
  expect(found?.events ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(20);
});

import { expect, test } from 'vitest';
import { findPlants } from '../../tools/reliability/simulate/find-plants.ts';
import { PLANTS } from '../../tools/reliability/simulate/plants.ts';
import { runSeeds } from '../../tools/reliability/simulate/run-seeds.ts';

/**
 * Of the traces of seeds 1 to 50, the same on Node 22 and 24. A change of what Millrace requests, or of what a seed draws, changes
 * it: record what `pnpm run reliability simulate --seeds 50` prints on both.
 */
const RECORDED_DIGEST = 'ce6e9d8a67f2258ac786c38ddf9407a520100cdab7f52b638061864be7611a62';

test('keeps every promise in the histories of 500 seeds', { timeout: 600_000 }, async () => {
  const { failed, byRule } = await runSeeds({ seeds: 500, from: 1, workers: 2 });
  expect({ failed, byRule }).toEqual({ failed: 0, byRule: {} });
});

test('gives the recorded histories, whichever Node runs them', { timeout: 120_000 }, async () => {
  const { digest } = await runSeeds({ seeds: 50, from: 1, workers: 2 });
  expect(digest).toBe(RECORDED_DIGEST);
});

test.each(PLANTS)('finds $name within 2,000 seeds and 20 events', { timeout: 600_000 }, async (plant) => {
  const [found] = await findPlants([plant], { seeds: 2000, from: 1, workers: 2 });
  expect(found?.events ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(20);
});

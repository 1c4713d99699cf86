import { writeBudget } from '@millrace/dynamodb';
import { expect, it } from 'vitest';
import { carryLimited, extremes } from '../scripts/budget/carry-limited.ts';

/** Smaller parts of what `pnpm run budget-runs` does. */
it('stays within a budget, evenly', async () => {
  const { taken, lost, records } = await carryLimited({ records: 1500, limit: 1_000_000, budget: 500 });
  expect({ lost, records }).toEqual({ lost: 0, records: 1500 });
  expect(extremes(taken, 2).most).toBeLessThanOrEqual(1000 + 50 + 125);
});

it('shares a budget between sinks', async () => {
  const budget = writeBudget({ unitsPerSecond: 500 });
  const both = await Promise.all([
    carryLimited({ records: 750, limit: 1_000_000, budget }),
    carryLimited({ records: 750, limit: 1_000_000, budget }),
  ]);
  const taken = both.flatMap((one) => one.taken).toSorted((a, b) => a.at - b.at);
  expect(extremes(taken, 2).most).toBeLessThanOrEqual(1000 + 50 + 125);
  expect(both.map(({ lost }) => lost)).toEqual([0, 0]);
});

it('loses nothing to a table that throttles', async () => {
  const { lost, records, heldShare } = await carryLimited({ records: 3000, limit: 1000 });
  expect({ lost, records }).toEqual({ lost: 0, records: 3000 });
  expect(heldShare).toBeGreaterThan(0);
});

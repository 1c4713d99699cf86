import { writeBudget } from '@millrace/dynamodb';
import { expect, it } from 'vitest';
import { carryLimited } from '../tools/budget/carry-limited.ts';
import type { Taken } from '../tools/budget/limited-table.ts';

/**
 * The least milliseconds for 1,500 units at 500 a second: what may go at once takes none. A busy machine takes longer.
 * That the rate is even is shown on a fake clock, in the tests of the package.
 */
const LEAST_MS = (1000 * (1500 - 50 - 125)) / 500;
const span = (taken: readonly Taken[]): number => taken.at(-1)!.at - taken[0]!.at;

/** Smaller parts of what `pnpm run budget-runs` does. */
it('stays within a budget', async () => {
  const { taken, lost, records } = await carryLimited({ records: 1500, limit: 1_000_000, budget: 500 });
  expect({ lost, records }).toEqual({ lost: 0, records: 1500 });
  expect(span(taken)).toBeGreaterThanOrEqual(LEAST_MS);
});

it('shares a budget between sinks', async () => {
  const budget = writeBudget({ unitsPerSecond: 500 });
  const both = await Promise.all([
    carryLimited({ records: 750, limit: 1_000_000, budget }),
    carryLimited({ records: 750, limit: 1_000_000, budget }),
  ]);
  const taken = both.flatMap((one) => one.taken).toSorted((a, b) => a.at - b.at);
  expect(span(taken)).toBeGreaterThanOrEqual(LEAST_MS);
  expect(both.map(({ lost }) => lost)).toEqual([0, 0]);
});

it('loses nothing to a table that throttles', async () => {
  const { lost, records, heldShare } = await carryLimited({ records: 3000, limit: 1000 });
  expect({ lost, records }).toEqual({ lost: 0, records: 3000 });
  expect(heldShare).toBeGreaterThan(0);
});

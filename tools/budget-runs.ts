import { channel } from 'node:diagnostics_channel';
import { carryLimited, extremes } from './budget/carry-limited.ts';
import { numbersFromArguments } from './reliability/arguments.ts';

/**
 * Shows that a sink stays within its budget, and settles at what a table takes that throttles it: `pnpm run budget-runs`.
 * It prints the rate as it changes, and what the table took each second. The last line is one JSON object.
 */
const { seconds, budget, limit } = numbersFromArguments({ seconds: 40, budget: 200, limit: 1000 });

const within = await carryLimited({ records: seconds * budget, limit: 1_000_000, budget });
console.log(`A budget of ${budget} units a second, taken: ${within.perSecond.join(' ')}`);
const { most, fewest } = extremes(within.taken, 10);

channel('millrace.dynamodb.rate').subscribe((message) => {
  const { perSecond, why } = message as { readonly perSecond: number; readonly why: string };
  if (why === 'throttled') console.log(`throttled: ${Math.round(perSecond)} units a second`);
});
const settled = await carryLimited({ records: seconds * limit, limit });
console.log(`A table that takes ${limit} units a second, taken: ${settled.perSecond.join(' ')}`);
const steady = settled.perSecond.slice(10, -1);
const mean = steady.reduce((sum, units) => sum + units, 0) / steady.length;

const holds = {
  budget: most <= 10 * budget * 1.05 && fewest >= 10 * budget * 0.95,
  limit: mean >= limit * 0.9 && mean <= limit * 1.1,
  nothingLost: within.lost + settled.lost === 0,
};
process.exitCode = Object.values(holds).every(Boolean) ? 0 : 1;
console.log(
  JSON.stringify({
    budget: { unitsPerSecond: budget, inTenSeconds: { most, fewest } },
    limit: { unitsPerSecond: limit, mean: Math.round(mean), heldShare: Number(settled.heldShare.toFixed(3)) },
    records: within.records + settled.records,
    lost: within.lost + settled.lost,
    holds,
  }),
);

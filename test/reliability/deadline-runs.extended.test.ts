import { expect, it } from 'vitest';
import { deadlineSeries } from '../../tools/reliability/deadline-series.ts';

it.each([
  ['single items', {}],
  ['packs of 20', { pack: 20 }],
  ['single items with natural keys that repeat', { natural: true }],
  ['single items of three objects in one event', { objects: 3 }],
  ['single items of three objects in one event, with natural keys', { objects: 3, natural: true }],
  ['packs of 20 of three objects in one event', { objects: 3, pack: 20 }],
] as const)('what no run has the time for is complete and exact after several, as %s', async (_, landing) => {
  const result = await deadlineSeries({ records: 20_000, deadlineMs: 150, ...landing });
  expect(result).toMatchObject({ lost: 0, doubled: 0, wrong: 0, twice: 0, problems: [] });
  expect(result.runs).toBeGreaterThan(1);
  expect(result.watermarks).toEqual(result.watermarks.toSorted((left, right) => left - right));
});

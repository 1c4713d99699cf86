import { expect, it } from 'vitest';
import { deadlineSeries } from '../../scripts/reliability/deadline-series.ts';

it.each([
  ['single items', undefined],
  ['packs of 20', 20],
] as const)('an object that no run has the time for is complete and exact after several, as %s', async (_, pack) => {
  const result = await deadlineSeries({ records: 20_000, deadlineMs: 150, pack });
  expect(result).toMatchObject({ lost: 0, doubled: 0, wrong: 0, twice: 0, problems: [] });
  expect(result.runs).toBeGreaterThan(1);
  expect(result.watermarks).toEqual(result.watermarks.toSorted((left, right) => left - right));
});

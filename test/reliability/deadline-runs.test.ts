import { expect, it } from 'vitest';
import { deadlineSeries } from '../../scripts/reliability/deadline-series.ts';

it.each([undefined, 20])('an object that no run has the time for is exact after several, in packs of %s', async (pack) => {
  const result = await deadlineSeries({ records: 20_000, deadlineMs: 150, pack });
  expect(result).toMatchObject({ lost: 0, doubled: 0, wrong: 0, twice: 0, problems: [] });
  expect(result.runs).toBeGreaterThan(1);
  expect(result.watermarks).toEqual(result.watermarks.toSorted((left, right) => left - right));
});

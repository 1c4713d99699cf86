import { describe, expect, it } from 'vitest';
import { type Counts, sumCounts } from '../src/index.ts';

const counts = (by: number): Counts => ({
  read: by,
  expanded: 2 * by,
  written: 3 * by,
  rejected: 0,
  dropped: 0,
  skipped: 0,
  unsettled: 0,
  bytesIn: 10 * by,
  bytesDecoded: 100 * by,
});

describe('sumCounts', () => {
  it('adds up every count, and nothing else that a report has', () => {
    const reports = [counts(1), { ...counts(10), feed: 'prices', watermark: 7 }];
    expect(sumCounts(reports)).toEqual(counts(11));
    expect(sumCounts(new Set([counts(5)]))).toEqual(counts(5));
  });

  it('is 0 throughout for none', () => {
    expect(sumCounts([])).toEqual(counts(0));
  });
});

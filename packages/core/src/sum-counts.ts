import type { Counts } from './report.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Adds up the counts of items, or of runs; all are 0 where there are none. Other members of a report are left out. */
export function sumCounts(reports: Iterable<Counts>): Counts {
  const total: Mutable<Counts> = {
    read: 0,
    expanded: 0,
    written: 0,
    rejected: 0,
    dropped: 0,
    skipped: 0,
    unsettled: 0,
    bytesIn: 0,
    bytesDecoded: 0,
  };
  for (const report of reports) {
    for (const name of Object.keys(total) as (keyof Counts)[]) total[name] += report[name];
  }
  return total;
}

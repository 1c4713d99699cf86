import type { Rejection } from '@millrace/core';
import { type MemorySink, memorySink } from '@millrace/testkit';

/** A quarantine in memory that keeps each rejection once, whatever run wrote it. */
export interface KeptRejections {
  readonly quarantine: MemorySink<Rejection>;
  /** Those of records, by ordinal. */
  readonly records: () => readonly Rejection[];
  /** Notes on runs that failed. */
  readonly notes: () => readonly Rejection[];
}

export function keepRejections(): KeptRejections {
  const quarantine = memorySink<Rejection>({
    name: 'memory',
    // A note must not hide behind a record's rejection, and each run has its own.
    key: ({ value: { item, ordinal, branch, scope, run } }) =>
      scope === 'item' ? `${item.id}#${run}` : `${item.id}#${ordinal}.${branch}`,
  });
  return {
    quarantine,
    records: () =>
      quarantine
        .values()
        .filter(({ scope }) => scope === undefined)
        .sort((a, b) => a.ordinal - b.ordinal),
    notes: () => quarantine.values().filter(({ scope }) => scope === 'item'),
  };
}

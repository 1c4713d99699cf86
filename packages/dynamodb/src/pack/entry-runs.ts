import type { Entry } from '@millrace/core/plugin';

/** Entries of a write, one after another, that are of one group of ordinals of one item. */
export interface EntryRun {
  readonly item: string;
  /** First ordinal of the group. */
  readonly first: number;
  /** Position of the first of them, and the one after the last. */
  readonly start: number;
  readonly end: number;
}

/** Entries come in the order of their ordinals, one item's after another's. */
export function entryRuns(entries: readonly Entry<unknown>[], length: number): readonly EntryRun[] {
  const runs: EntryRun[] = [];
  let start = 0;
  let item = '';
  let first = Number.NaN;
  for (let position = 0; position < entries.length; position += 1) {
    const {
      ordinal,
      item: { id },
    } = entries[position]!;
    if (ordinal >= first && ordinal < first + length && id === item) continue;
    if (position > start) runs.push({ item, first, start, end: position });
    start = position;
    item = id;
    first = ordinal - (ordinal % length);
  }
  if (entries.length > start) runs.push({ item, first, start, end: entries.length });
  return runs;
}

/** Whether a group comes in two runs: an object that a run carries twice at the same time. */
export function isTorn(runs: readonly EntryRun[]): boolean {
  const seen = new Set<string>();
  return runs.some(({ first, item }) => seen.size === seen.add(`${first} ${item}`).size);
}

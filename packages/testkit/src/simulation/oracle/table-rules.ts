import type { ExpectedRecord } from '../deployment.ts';
import { finalValues, type JudgedObject, type JudgedPut } from './judged-object.ts';
import type { Violation } from './violation.ts';

/** Values that a reader of the table finds, by key. */
export type TableView = ReadonlyMap<string, readonly string[]>;

/** What histories may leave in a table. */
export interface TableMode {
  /** Rejected records were replayed, so that those may be there too. */
  readonly replayed: boolean;
  /** A completed version retires the rows of those before. */
  readonly replaces: boolean;
  /** A person purged rows of earlier versions, so that they may be missing. */
  readonly purged: boolean;
}

export function viewOf(records: readonly ExpectedRecord[]): TableView {
  const view = new Map<string, string[]>();
  for (const { key, value } of records) view.set(key, [...(view.get(key) ?? []), value]);
  return view;
}

/**
 * What the table must show of an object: of each key the record that the newest completed write leaves, or one of a write that
 * came later and has not completed; each key once; and nothing that no write holds.
 *
 * Where a version replaces the one before, nothing may be there that only writes before the newest completed one hold, and
 * all that this one holds must be.
 */
export function judgeTable({ object, puts }: JudgedObject, view: TableView, mode: TableMode): readonly Violation[] {
  const known = new Map<string, Map<number, Set<string>>>();
  for (const put of puts) {
    for (const { delivered } of put.expected) {
      for (const { key, value } of delivered) {
        const byPut = known.get(key) ?? new Map<number, Set<string>>();
        known.set(key, byPut);
        byPut.set(put.index, (byPut.get(put.index) ?? new Set()).add(value));
      }
    }
  }
  const violations: Violation[] = [];
  for (const [key, byPut] of known) {
    const found = view.get(key) ?? [];
    const problem = problemOf(key, found, puts, byPut, mode);
    if (problem !== undefined) violations.push({ rule: 'table', text: `${object}: key ${key} ${problem}` });
  }
  return violations;
}

function problemOf(
  key: string,
  found: readonly string[],
  puts: readonly JudgedPut[],
  byPut: ReadonlyMap<number, ReadonlySet<string>>,
  { replayed, replaces, purged }: TableMode,
): string | undefined {
  if (found.length > 1) return `is there ${found.length} times: ${found.join(', ')}`;
  const last = puts.findLast(({ complete }) => complete !== undefined);
  const lower = puts.findLast(
    (put) =>
      put.complete !== undefined && hasKey(put.expected[put.variant]!.delivered, key) && (!replaces || put === last),
  );
  const [value] = found;
  if (replaces && last !== undefined && value !== undefined) {
    const newest = [...byPut].findLast(([, values]) => values.has(value))?.[0] ?? 0;
    if (newest < last.index) return `has ${value} of write ${newest}, which write ${last.index} has replaced`;
  }
  if (value === undefined) {
    return lower === undefined || (purged && lower !== last)
      ? undefined
      : `is missing, though write ${lower.index} is complete`;
  }
  const since = lower?.index ?? 0;
  for (const [index, values] of byPut) {
    if (index < since || !values.has(value)) continue;
    if (index > since || lower === undefined) return undefined;
    if (finalValues(lower.expected[lower.variant]!.delivered).get(key) === value || replayed) return undefined;
  }
  const wanted = lower && finalValues(lower.expected[lower.variant]!.delivered).get(key);
  return `has ${value}, and should have ${wanted ?? 'that of a write'} of write ${since} or a later one`;
}

function hasKey(records: readonly ExpectedRecord[], key: string): boolean {
  return records.some((record) => record.key === key);
}

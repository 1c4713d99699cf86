import { type Entry, MillraceError, toMillraceError } from '@millrace/core';
import type { WriteMode } from './upsert.ts';
import { valueText } from './value-text.ts';
import type { PlannedColumn, WritePlan } from './write-plan.ts';

/** A row to be written. */
export interface Row {
  /** Of its entry, and of those of the same key whose place it took. */
  readonly positions: readonly number[];
  /** Equal for rows of one key, but for spellings that only the database knows to be equal. */
  readonly key: string;
  /** By the index of the column; absent where the record does not say. */
  readonly texts: readonly (string | null | undefined)[];
  /** Indexes of the columns that have a default of their own and a value in this record: rows that differ in it differ in statement. */
  readonly given: string;
  readonly chars: number;
}

export interface Prepared {
  readonly rows: readonly Row[];
  /** Entries whose place was taken by another of the same key. */
  readonly duplicates: number;
}

/**
 * Turns the entries of a write into rows, in order of their keys: two writes that lock rows in one order do not wait for each
 * other in a circle. `refuse` is told of each record that no column could hold.
 */
export function prepare(
  entries: readonly Entry<unknown>[],
  plan: WritePlan,
  { mode, allowInexact }: { readonly mode: WriteMode; readonly allowInexact: boolean },
  refuse: (position: number, error: MillraceError) => void,
): Prepared {
  const rows = new Map<string, Row>();
  let duplicates = 0;
  for (const [position, { value }] of entries.entries()) {
    try {
      const row = rowOf(value, position, plan, allowInexact);
      const earlier = rows.get(row.key);
      if (earlier === undefined) {
        rows.set(row.key, row);
        continue;
      }
      duplicates += 1;
      const positions = [...earlier.positions, position];
      rows.set(row.key, { ...(mode === 'keep' ? earlier : row), positions });
    } catch (thrown) {
      refuse(position, toMillraceError(thrown, 'POSTGRES_VALUE_UNSUPPORTED'));
    }
  }
  return { rows: [...rows.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1)), duplicates };
}

function rowOf(value: unknown, position: number, plan: WritePlan, allowInexact: boolean): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const what = Array.isArray(value) ? 'a list' : typeof value;
    throw new MillraceError('POSTGRES_RECORD_NOT_OBJECT', `Only an object has columns; this record is ${what}.`);
  }
  const texts: (string | null | undefined)[] = plan.columns.map(() => undefined);
  let given = '';
  let chars = 0;
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const column = plan.byName.get(name);
    if (column === undefined) {
      if (plan.chosen) continue;
      throw columnUnknown(name);
    }
    const text = valueIn(column, member, allowInexact);
    texts[column.index] = text;
    chars += (text?.length ?? 0) + 3;
    if (column.hasDefault) given += ` ${column.index}`;
  }
  // The order of a record's properties is its own.
  if (given !== '') given = given.split(' ').toSorted().join(' ');
  return { positions: [position], key: keyOf(texts, plan.key), texts, given, chars };
}

function valueIn(column: PlannedColumn, value: unknown, allowInexact: boolean): string | null {
  try {
    return valueText(value, column, allowInexact);
  } catch (thrown) {
    const { code, message, details } = toMillraceError(thrown, 'POSTGRES_VALUE_UNSUPPORTED');
    const text = `Column ${JSON.stringify(column.name)}: ${message}`;
    throw new MillraceError(code, text, { cause: thrown, details: { ...details, column: column.name } });
  }
}

function keyOf(texts: Row['texts'], key: readonly PlannedColumn[]): string {
  let identity = '';
  for (const { index, name, type } of key) {
    const text = texts[index];
    if (text === undefined || text === null) {
      const message = `The record has no ${JSON.stringify(name)}, which is part of the key.`;
      throw new MillraceError('POSTGRES_KEY_MISSING', message, { details: { column: name } });
    }
    const spelled = type === 'uuid' ? text.toLowerCase() : text;
    identity += key.length === 1 ? spelled : `${spelled.length}:${spelled}`;
  }
  return identity;
}

function columnUnknown(name: string): MillraceError {
  return new MillraceError(
    'POSTGRES_COLUMN_UNKNOWN',
    `The table has no column ${JSON.stringify(name)} to write to. Add it, map the record, or name those to be written in columns.`,
    { details: { column: name } },
  );
}

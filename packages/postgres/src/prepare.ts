import { isMillraceError, MillraceError } from '@millrace/core';
import { type Entry, landingVersion } from '@millrace/core/plugin';
import type { WriteMode } from './write-mode.ts';
import { valueText } from './value-text.ts';
import type { PlannedColumn } from './planned-column.ts';
import type { WritePlan } from './write-plan.ts';

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
  /** Whether the record has the version of its object in the columns by which versions are compared. */
  readonly versioned: boolean;
  /** The generation of its object, if a ledger counts them. */
  readonly generation: number | undefined;
  readonly chars: number;
}

/** A row whose place other entries may still take. */
interface OpenRow extends Row {
  readonly positions: number[];
}

export interface Prepared {
  readonly rows: readonly Row[];
  /** Entries whose place was taken by another of the same key. */
  readonly duplicates: number;
  /** Entries whose place was taken by one of a newer version of their object. */
  readonly superseded: number;
}

/**
 * Turns the entries of a write into rows, in order of their keys: two writes that lock rows in one order do not wait for each
 * other in a circle. `refuse` is called for each record that no column could hold.
 */
export function prepare(
  entries: readonly Entry<unknown>[],
  plan: WritePlan,
  { mode, allowInexact }: { readonly mode: WriteMode; readonly allowInexact: boolean },
  refuse: (position: number, error: MillraceError) => void,
): Prepared {
  const rows = new Map<string, OpenRow>();
  let duplicates = 0;
  let superseded = 0;
  for (const [position, entry] of entries.entries()) {
    try {
      const row = rowOf(entry, position, plan, allowInexact);
      const earlier = rows.get(row.key);
      if (earlier === undefined) {
        rows.set(row.key, row);
        continue;
      }
      // One list for all of them: a copy for each would cost the square of their number.
      const { positions } = earlier;
      positions.push(position);
      const older = isOlder(row, earlier, plan);
      if (older) superseded += 1;
      else duplicates += 1;
      rows.set(row.key, { ...(mode === 'keep' || older ? earlier : row), positions });
    } catch (thrown) {
      refuse(position, refusalFor(thrown));
    }
  }
  return { rows: [...rows.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1)), duplicates, superseded };
}

/** What a getter or `toJSON` of a record throws can quote the record. */
function refusalFor(thrown: unknown): MillraceError {
  if (isMillraceError(thrown)) return thrown;
  const what = thrown instanceof Error ? thrown.name : typeof thrown;
  const text = `The record threw while it was read (${what}). Map it to plain values first.`;
  return new MillraceError('POSTGRES_VALUE_UNSUPPORTED', text);
}

function rowOf(entry: Entry<unknown>, position: number, plan: WritePlan, allowInexact: boolean): OpenRow {
  const { value, generation } = entry;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const what = Array.isArray(value) ? 'a list' : typeof value;
    throw new MillraceError('POSTGRES_RECORD_NOT_OBJECT', `Only an object has columns; this record is ${what}.`);
  }
  const texts: (string | null | undefined)[] = plan.columns.map(() => undefined);
  let given = '';
  let chars = 0;
  let property = 0;
  for (const [name, member] of Object.entries(value)) {
    property += 1;
    if (member === undefined) continue;
    const column = plan.byName.get(name);
    if (column === undefined) {
      if (plan.chosen || isOfVersion(name, member, entry, plan)) continue;
      throw columnUnknown(property);
    }
    const text = valueIn(column, member, allowInexact);
    texts[column.index] = text;
    chars += (text?.length ?? 0) + 3;
    if (column.hasDefault) given += ` ${column.index}`;
  }
  // The order of a record's properties is its own.
  if (given !== '') given = given.split(' ').toSorted().join(' ');
  const versioned = isVersioned(texts, entry, plan);
  return { positions: [position], key: keyOf(texts, plan.key), texts, given, versioned, generation, chars };
}

/** A table may have no column for what landing says of the object's version: one of an earlier release has none. */
function isOfVersion(name: string, member: unknown, { item, generation }: Entry<unknown>, plan: WritePlan): boolean {
  return (name === plan.generation && member === generation) || member === landingVersion(item.id);
}

/** Only what landing wrote is a version: a table may have columns of these names with a meaning of their own. */
function isVersioned(texts: Row['texts'], { item, generation }: Entry<unknown>, { guard }: WritePlan): boolean {
  if (guard === undefined || generation === undefined) return false;
  return texts[guard.generation.index] === String(generation) && texts[guard.source.index] === item.uri;
}

/** Whether a row is of an older generation of the source that another row is of. */
function isOlder(row: Row, than: Row, { guard }: WritePlan): boolean {
  if (guard === undefined || !row.versioned || !than.versioned) return false;
  const { index } = guard.source;
  return row.texts[index] === than.texts[index] && row.generation! < than.generation!;
}

function valueIn(column: PlannedColumn, value: unknown, allowInexact: boolean): string | null {
  try {
    return valueText(value, column, allowInexact);
  } catch (thrown) {
    const { code, message, details } = refusalFor(thrown);
    const text = `Column ${JSON.stringify(column.name)}: ${message}`;
    throw new MillraceError(code, text, { details: { ...details, column: column.name } });
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

/** Names of a record's properties are content: in a file with a header they come from the file. */
function columnUnknown(property: number): MillraceError {
  return new MillraceError(
    'POSTGRES_COLUMN_UNKNOWN',
    `Property ${property} of the record has no column of its name to write to. Add the column, map the record, or list the properties to write in columns.`,
    { details: { property } },
  );
}

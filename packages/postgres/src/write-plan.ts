import { MillraceError } from '@millrace/core';
import type { PlannedColumn } from './planned-column.ts';
import { qualified } from './identifier.ts';
import { hasKey, type TableName, type TargetTable } from './target-table.ts';
import { type readVersionColumns, versionGuard, type VersionGuard } from './version-guard.ts';

/** How records become rows of one table. */
export interface WritePlan {
  readonly columns: readonly PlannedColumn[];
  readonly byName: ReadonlyMap<string, PlannedColumn>;
  readonly key: readonly PlannedColumn[];
  /** Whether a record may have properties that are not written. */
  readonly chosen: boolean;
  /** The columns by which versions are compared, if they are. */
  readonly guard: VersionGuard | undefined;
  /** Name of the property that landing fills with the object's generation. A table without that column does without it. */
  readonly generation: string;
  /** Whether the client reports the number of rows in a command tag. */
  readonly tagged: boolean;
}

/** What the sink's options say of the table. */
export interface PlanOptions {
  readonly name: TableName;
  readonly key: readonly string[];
  readonly chosen?: readonly string[] | undefined;
  readonly versions: ReturnType<typeof readVersionColumns>;
}

/**
 * Compares the table with what is to be written to it.
 *
 * @throws MillraceError `POSTGRES_COLUMN_MISSING` or `POSTGRES_KEY_NOT_UNIQUE`
 */
export function writePlan(table: TargetTable, { name, key, chosen, versions }: PlanOptions): WritePlan {
  const writable = table.columns.filter((column) => column.writable);
  const wanted = [...new Set([...key, ...(chosen ?? writable.map((column) => column.name))])];
  const columns = wanted.map((one, index) => {
    const found = writable.find((column) => column.name === one);
    if (found === undefined) throw columnMissing(name, one, table);
    return { ...found, index };
  });
  if (!hasKey(table, key)) throw keyNotUnique(name, key, table);
  const byName = new Map(columns.map((column) => [column.name, column]));
  return {
    columns,
    byName,
    key: key.map((one) => byName.get(one)!),
    chosen: chosen !== undefined,
    guard: versionGuard(byName, versions, name),
    generation: versions.generation,
    tagged: table.tagged,
  };
}

function columnMissing(name: TableName, column: string, { columns }: TargetTable): MillraceError {
  const known = columns.filter(({ writable }) => writable).map((one) => one.name);
  return new MillraceError(
    'POSTGRES_COLUMN_MISSING',
    `Table ${qualified(name)} has no column ${JSON.stringify(column)} to write to; it has ${known.join(', ')}.`,
    { details: { ...name, column, columns: known } },
  );
}

function keyNotUnique(name: TableName, key: readonly string[], { keys }: TargetTable): MillraceError {
  const known = keys.map((one) => `(${one.join(', ')})`).join(', ') || 'none';
  return new MillraceError(
    'POSTGRES_KEY_NOT_UNIQUE',
    `Table ${qualified(name)} needs a primary key or unique index on exactly (${key.join(', ')}), or a second delivery would double its rows. It has: ${known}.`,
    { details: { ...name, key, keys } },
  );
}

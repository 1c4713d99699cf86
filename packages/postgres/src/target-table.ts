import { MillraceError } from '@millrace/core';
import type { Context } from '@millrace/core/plugin';
import { ask, type Asking } from './ask.ts';
import { columnKind } from './column-kind.ts';
import { qualified } from './identifier.ts';
import { invalidResponse, jsonIn, singleRow, textOf } from './response.ts';
import type { ColumnShape } from './value-text.ts';

/** A column of a table, as PostgreSQL's catalogue has it. */
export interface TargetColumn extends ColumnShape {
  readonly name: string;
  /** What text is cast to: without length or precision, which only an assignment checks; a cast would cut. */
  readonly type: string;
  readonly required: boolean;
  readonly hasDefault: boolean;
  /** False where PostgreSQL generates the value always. */
  readonly writable: boolean;
}

export interface TargetTable {
  readonly columns: readonly TargetColumn[];
  /** The columns of each unique index that a conflict can be found by, each list in order of names. */
  readonly keys: readonly (readonly string[])[];
  /** Whether the client reports the number of rows in a command tag. */
  readonly tagged: boolean;
}

export interface TableName {
  readonly schema?: string | undefined;
  readonly table: string;
}

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly base: string;
  readonly element: string | null;
  readonly required: boolean;
  readonly hasDefault: boolean;
  readonly writable: boolean;
}

/**
 * All as text, so that the clients' own parsers play no part, and one row in any case, so that an empty response is not taken
 * for a missing table. `format_type` with -1 names a type without its length.
 */
const CATALOGUE = `
SELECT (c.oid IS NOT NULL)::text AS found, (
  SELECT json_agg(json_build_object(
    'name', a.attname, 'type', format_type(a.atttypid, -1), 'base', b.typname,
    'element', CASE WHEN b.typcategory = 'A' THEN e.typname END, 'required', a.attnotnull,
    'hasDefault', a.atthasdef OR a.attidentity <> '', 'writable', a.attgenerated = '' AND a.attidentity <> 'a'
  ) ORDER BY a.attnum)
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
  LEFT JOIN pg_type e ON e.oid = b.typelem
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
)::text AS columns, (
  SELECT json_agg((
    SELECT json_agg(a.attname ORDER BY a.attname) FROM unnest(i.indkey[0:i.indnkeyatts - 1]) AS k(attnum)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
  ))
  FROM pg_index i
  WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
)::text AS keys
FROM (SELECT to_regclass($1) AS oid) AS wanted LEFT JOIN pg_class c ON c.oid = wanted.oid`;

/** Reads what a table looks like; undefined if there is none. */
export async function readTable(name: TableName, asking: Asking, context: Context): Promise<TargetTable | undefined> {
  const answer = await ask({ text: CATALOGUE, values: [qualified(name)] }, asking, context);
  if ('fault' in answer) throw answer.fault.error;
  const row = singleRow(answer);
  if (textOf(row, 'found') !== 'true') return undefined;
  const columns = jsonIn(row, 'columns') ?? [];
  const keys = jsonIn(row, 'keys') ?? [];
  if (!isListOf(columns, isColumnRow)) throw invalidResponse('Its columns are not columns of a catalog.');
  if (!isListOf(keys, isKey)) throw invalidResponse('Its keys are not lists of names.');
  return {
    columns: columns.map(({ base, element, ...column }) => ({
      ...column,
      kind: element === null ? columnKind(base) : 'array',
      elements: columnKind(element ?? ''),
    })),
    keys,
    tagged: answer.affected !== undefined,
  };
}

function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isOne);
}

const isKey = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

function isColumnRow(value: unknown): value is ColumnRow {
  const { base, element, hasDefault, name, required, type, writable } = Object(value) as Partial<ColumnRow>;
  const texts = [name, type, base, element ?? ''].every((one) => typeof one === 'string');
  return texts && [required, hasDefault, writable].every((one) => typeof one === 'boolean');
}

export function tableNotFound(name: TableName): MillraceError {
  const text = `Table ${qualified(name)} was not found by this connection. Create it with ensureTable, or check schema and rights.`;
  return new MillraceError('POSTGRES_TABLE_NOT_FOUND', text, { details: { ...name } });
}

/** Whether exactly these columns make a row unique. */
export function hasKey({ keys }: TargetTable, columns: readonly string[]): boolean {
  const wanted = JSON.stringify(columns.toSorted());
  return keys.some((key) => JSON.stringify(key.toSorted()) === wanted);
}

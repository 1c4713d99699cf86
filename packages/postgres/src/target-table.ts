import { type Context, MillraceError } from '@millrace/core';
import { ask, type Asking } from './ask.ts';
import { columnKind } from './column-kind.ts';
import { qualified } from './identifier.ts';
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

/** All as text, so that the clients' own parsers play no part. `format_type` with -1 names a type without its length. */
const CATALOGUE = `
SELECT (
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
FROM pg_class c WHERE c.oid = to_regclass($1)`;

/** Reads what a table looks like; undefined where there is none. */
export async function readTable(name: TableName, asking: Asking, context: Context): Promise<TargetTable | undefined> {
  const answer = await ask({ text: CATALOGUE, values: [qualified(name)] }, asking, context);
  if ('fault' in answer) throw answer.fault.error;
  const [row] = answer.rows as readonly { readonly columns: string | null; readonly keys: string | null }[];
  if (row === undefined) return undefined;
  const columns = JSON.parse(row.columns ?? '[]') as readonly ColumnRow[];
  return {
    columns: columns.map(({ base, element, ...column }) => ({
      ...column,
      kind: element === null ? columnKind(base) : 'array',
      elements: columnKind(element ?? ''),
    })),
    keys: JSON.parse(row.keys ?? '[]') as readonly (readonly string[])[],
  };
}

export function tableNotFound(name: TableName): MillraceError {
  const text = `There is no table ${qualified(name)} that this connection sees. Make it with ensureTable, or look at schema and rights.`;
  return new MillraceError('POSTGRES_TABLE_NOT_FOUND', text, { details: { ...name } });
}

/** Whether exactly these columns make a row unique. */
export function hasKey({ keys }: TargetTable, columns: readonly string[]): boolean {
  const wanted = JSON.stringify(columns.toSorted());
  return keys.some((key) => JSON.stringify(key.toSorted()) === wanted);
}

/** How values of a column are written as text: what PostgreSQL's type asks for, where it asks for something. */
export type ColumnKind = 'json' | 'bytes' | 'float' | 'array' | 'plain';

const KINDS: Readonly<Record<string, ColumnKind>> = {
  json: 'json',
  jsonb: 'json',
  bytea: 'bytes',
  float4: 'float',
  float8: 'float',
};

/** The kind of a type, by its name in `pg_type`. */
export function columnKind(typeName: string): ColumnKind {
  return KINDS[typeName] ?? 'plain';
}

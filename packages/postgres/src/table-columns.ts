import type { OptionCheck } from '@millrace/core/plugin';
import { identifier } from './identifier.ts';

/** A column's type in SQL, such as `numeric(12,2)`, and whether it is NOT NULL. */
export interface PostgresColumn {
  readonly type: string;
  /** @default false */
  readonly required?: boolean;
}

/** Columns by name. A type alone is that of a column that may be null. Types are SQL: never take them from a file. */
export type PostgresColumns = Readonly<Record<string, string | PostgresColumn>>;

/** Names of types, with schema, length, precision and brackets; nothing that could end a statement. */
const TYPE = /^[\w "().,[\]]+$/;

export const tableColumns: OptionCheck = (value) => {
  const expected = 'columns by name, each a type such as "numeric", or { type, required }';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return expected;
  const all = Object.entries(value);
  const fits = ([name, column]: readonly [string, unknown]): boolean => {
    const { type, required = false } = columnOf(column as string | PostgresColumn);
    return (
      identifier(name) === undefined && typeof type === 'string' && TYPE.test(type) && typeof required === 'boolean'
    );
  };
  return all.length > 0 && all.every(fits) ? undefined : expected;
};

export function columnOf(column: string | PostgresColumn): PostgresColumn {
  return typeof column === 'string' ? { type: column } : (Object(column) as PostgresColumn);
}

import { MillraceError } from '@millrace/core';
import { check, checkOptions, type Context } from '@millrace/core/plugin';
import { arrayLiteral } from './array-literal.ts';
import { ask, type Asking } from './ask.ts';
import { openClient, type PostgresConnection } from './client.ts';
import { identifier, identifiers, qualified, quoted } from './identifier.ts';
import { MAX_TIMER_MS, readRetryOptions } from './retry-options.ts';
import { invalidResponse } from './response.ts';
import { columnOf, type PostgresColumns, tableColumns } from './table-columns.ts';
import { hasKey, readTable, type TargetTable } from './target-table.ts';

export interface EnsurePostgresTableOptions extends PostgresConnection {
  /** Name of the table, as it is. */
  readonly table: string;
  /** Schema of the table, which must exist. @default the first of the connection's `search_path` */
  readonly schema?: string;
  /** The columns: `landingColumns()`, `columnsFromSchema(schema)`, or types by name. */
  readonly columns: PostgresColumns;
  /** Column, or columns, of the primary key. @default 'uuid' */
  readonly key?: string | readonly string[];
  /** Milliseconds that a statement may take; 2^31 - 1 at most. @default 60000 */
  readonly timeoutMs?: number;
  /** Stops waiting. The table may be made nonetheless. */
  readonly signal?: AbortSignal;
}

/** A column, or the key, of a table that is not as it was asked for. */
export interface PostgresTableDifference {
  /** Name of the column, or `key`. */
  readonly setting: string;
  readonly expected: string;
  readonly actual: string;
}

/**
 * Creates a table if it does not exist. An existing table is compared and never changed: it must have each column with the
 * given type (lengths and precisions are not compared) and nullability, and a primary key or unique index on the key. It may
 * have other columns.
 *
 * @returns whether the table was created
 * @throws MillraceError `POSTGRES_TABLE_DIFFERS` with `details.differences`, `POSTGRES_ACCESS_DENIED`, `POSTGRES_UNAVAILABLE`,
 *   `POSTGRES_REQUEST_FAILED`, `POSTGRES_DRIVER_MISSING`, `POSTGRES_ABORTED`, `OPTION_UNKNOWN` or `OPTION_INVALID`
 * @example
 * await ensureTable({ connection, table: 'landing', columns: landingColumns() });
 */
export async function ensureTable(options: EnsurePostgresTableOptions): Promise<{ readonly created: boolean }> {
  checkOptions('ensureTable', options, {
    client: check.optional(check.object),
    connection: check.optional(check.text),
    table: identifier,
    schema: check.optional(identifier),
    columns: tableColumns,
    key: check.optional((value) => keyAmong(value, options.columns)),
    timeoutMs: check.optional(check.integer(1, MAX_TIMER_MS)),
    signal: check.optional(check.object),
  });
  const { columns, schema, signal = new AbortController().signal, table, timeoutMs = 60_000 } = options;
  const name = { schema, table };
  const key = [options.key ?? 'uuid'].flat();
  const invalid = keyAmong(key, columns);
  if (invalid !== undefined) throw new MillraceError('OPTION_INVALID', `ensureTable: option "key" must be ${invalid}.`);
  const client = openClient(options, { connections: 1, timeoutMs });
  const context: Context = { feed: '', run: '', stage: 'ensureTable', signal, count: () => {} };
  const asking: Asking = {
    client: client.get,
    table: qualified(name),
    budget: readRetryOptions('ensureTable'),
    timeoutMs,
  };
  const run = async (text: string, values: (string | null)[] = []): Promise<readonly unknown[]> => {
    const answer = await ask({ text, values }, asking, context);
    if ('fault' in answer) throw answer.fault.error;
    return answer.rows;
  };
  try {
    const found = await readTable(name, asking, context);
    if (found === undefined) {
      const parts = Object.entries(columns).map(([column, given]) => {
        const { type, required = false } = columnOf(given);
        return `${quoted(column)} ${type}${required ? ' NOT NULL' : ''}`;
      });
      // Two processes that make it at the same time both find it afterwards; which of them made it is not told.
      await run(
        `CREATE TABLE IF NOT EXISTS ${qualified(name)} (${parts.join(', ')}, PRIMARY KEY (${key.map(quoted).join(', ')}))`,
      ).catch(async (error: unknown) => {
        if ((await readTable(name, asking, context)) === undefined) throw error;
      });
    }
    const table_ = found ?? (await readTable(name, asking, context));
    const differences = await compared(table_, columns, key, run);
    if (differences.length > 0) throw differs(qualified(name), differences);
    return { created: found === undefined };
  } finally {
    await client.close();
  }
}

function keyAmong(value: unknown, columns: PostgresColumns): string | undefined {
  const names = Object.keys(Object(columns) as object);
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return identifiers(value) ?? (all.every((one) => names.includes(one as string)) ? undefined : 'among the columns');
}

async function compared(
  table: TargetTable | undefined,
  columns: PostgresColumns,
  key: readonly string[],
  run: (text: string, values: (string | null)[]) => Promise<readonly unknown[]>,
): Promise<readonly PostgresTableDifference[]> {
  const asked = Object.entries(columns).map(([name, column]) => ({ name, ...columnOf(column) }));
  // PostgreSQL knows that int8 is bigint, and that a type without a schema is that of the search_path.
  const rows = await run(
    'SELECT format_type(to_regtype(type), -1) AS type FROM unnest($1::text[]) WITH ORDINALITY AS asked(type, n) ORDER BY n',
    [arrayLiteral(asked.map(({ type }) => type))],
  );
  if (rows.length !== asked.length) throw invalidResponse('It does not have a row for each type.');
  const types = rows.map((row) => (row as { readonly type?: unknown } | null)?.type);
  const differences: PostgresTableDifference[] = [];
  for (const [index, { name, required = false, type }] of asked.entries()) {
    const actual = table?.columns.find((column) => column.name === name);
    const shown = (one: string, notNull: boolean): string => (notNull ? `${one} NOT NULL` : one);
    const known = types[index];
    const expected = shown(typeof known === 'string' ? known : type, required || key.includes(name));
    const found = actual === undefined ? 'none' : shown(actual.type, actual.required);
    if (found !== expected) differences.push({ setting: name, expected, actual: found });
  }
  if (table !== undefined && !hasKey(table, key)) {
    const actual = table.keys.map((one) => one.join(', ')).join('; ') || 'none';
    differences.push({ setting: 'key', expected: key.join(', '), actual });
  }
  return differences;
}

function differs(name: string, differences: readonly PostgresTableDifference[]): MillraceError {
  const shown = differences
    .map(({ setting, expected, actual }) => `${setting} is ${actual}, not ${expected}`)
    .join('; ');
  const text = `Table ${name} is there, but not as asked: ${shown}. Change the table, the options, or the name.`;
  return new MillraceError('POSTGRES_TABLE_DIFFERS', text, { details: { differences } });
}

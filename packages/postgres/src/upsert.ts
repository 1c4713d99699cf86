import { arrayLiteral } from './array-literal.ts';
import type { Question } from './ask.ts';
import { qualified, quoted } from './identifier.ts';
import type { Row } from './prepare.ts';
import type { TableName } from './target-table.ts';
import type { PlannedColumn } from './write-plan.ts';

/** What becomes of a row whose key is there already. */
export type WriteMode = 'upsert' | 'keep';

/** Where rows go, and how. */
export interface Target {
  readonly name: TableName;
  readonly key: readonly string[];
  readonly mode: WriteMode;
}

/**
 * One statement for many rows: `INSERT … SELECT … FROM unnest($1::text[], …) ON CONFLICT …`, a parameter for each column. The
 * text of the statement does not depend on the number of rows, and each value is read by its column's own type.
 */
export function upsert(rows: readonly Row[], columns: readonly PlannedColumn[], target: Target): Question {
  const casts = columns.map(({ type }, index) => `c${index}::${type}`);
  return {
    text: `${intoTable(columns, target)} SELECT ${casts.join(', ')} ${fromUnnest(columns)} ${onConflict(columns, target)}`,
    values: valuesOf(rows, columns),
  };
}

/**
 * The same for rows of which some have one key in the table's eyes, such as 1 and 1.0: the last of each is written. It answers
 * how many were.
 */
export function upsertLast(rows: readonly Row[], columns: readonly PlannedColumn[], target: Target): Question {
  const casts = columns.map(({ type }, index) => `c${index}::${type} AS c${index}`);
  const keys = target.key.map((name) => `c${columns.findIndex((column) => column.name === name)}`).join(', ');
  const all = columns.map((_, index) => `c${index}`).join(', ');
  const text =
    `WITH written AS (${intoTable(columns, target)} SELECT ${all} FROM (` +
    `SELECT DISTINCT ON (${keys}) * FROM (SELECT ${casts.join(', ')}, n ${fromUnnest(columns, true)}) AS read ` +
    `ORDER BY ${keys}, n DESC) AS last ${onConflict(columns, target)} RETURNING 1) ` +
    `SELECT count(*)::text AS written FROM written`;
  return { text, values: valuesOf(rows, columns) };
}

function intoTable(columns: readonly PlannedColumn[], { name }: Target): string {
  return `INSERT INTO ${qualified(name)} (${columns.map((column) => quoted(column.name)).join(', ')})`;
}

function fromUnnest(columns: readonly PlannedColumn[], numbered = false): string {
  const parameters = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const names = columns.map((_, index) => `c${index}`);
  return `FROM unnest(${parameters})${numbered ? ' WITH ORDINALITY' : ''} AS given(${[...names, ...(numbered ? ['n'] : [])].join(', ')})`;
}

function onConflict(columns: readonly PlannedColumn[], { key, mode }: Target): string {
  const others = columns.filter(({ name }) => !key.includes(name)).map(({ name }) => quoted(name));
  const action =
    mode === 'keep' || others.length === 0
      ? 'NOTHING'
      : `UPDATE SET ${others.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}`;
  return `ON CONFLICT (${key.map(quoted).join(', ')}) DO ${action}`;
}

function valuesOf(rows: readonly Row[], columns: readonly PlannedColumn[]): string[] {
  return columns.map(({ index }) => arrayLiteral(rows.map(({ texts }) => texts[index] ?? null)));
}

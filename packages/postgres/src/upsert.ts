import { arrayLiteral } from './array-literal.ts';
import type { Question } from './ask.ts';
import { qualified, quoted } from './identifier.ts';
import type { RowsOfStatement } from './statements-of.ts';
import type { TableName } from './target-table.ts';
import type { VersionGuard } from './version-guard.ts';
import type { WriteMode } from './write-mode.ts';
import type { PlannedColumn } from './planned-column.ts';

/** Where rows go, and how. */
export interface Target {
  readonly name: TableName;
  readonly key: readonly string[];
  readonly mode: WriteMode;
  readonly guard: VersionGuard | undefined;
}

/**
 * One statement for many rows: `INSERT … SELECT … FROM unnest($1::text[], …) ON CONFLICT …`, a parameter for each column. The
 * text of the statement does not depend on the number of rows, and each value is read by its column's own type.
 */
export function upsert(batch: RowsOfStatement, target: Target): Question {
  return withRows(`${insertAll(batch, target)} ${onConflict(batch, target)}`, batch);
}

/** The same for a client that does not report command tags: the statement itself counts what it wrote, as `written`. */
export function countedUpsert(batch: RowsOfStatement, target: Target): Question {
  const text = `${insertAll(batch, target)} ${onConflict(batch, target)} RETURNING 1`;
  return withRows(`WITH millrace_stored AS (${text}) SELECT count(*)::text AS written FROM millrace_stored`, batch);
}

/**
 * The same for rows of which some have one key in the table's eyes, such as 1 and 1.0: the last of each is written. It returns
 * how many different `keys` there are, and how many rows were `written`.
 */
export function upsertLast(batch: RowsOfStatement, target: Target): Question {
  const keys = keyColumns(batch, target)
    .map(({ alias }) => alias)
    .join(', ');
  const all = batch.columns.map((_, index) => `c${index}`).join(', ');
  const text =
    `WITH millrace_last AS (SELECT DISTINCT ON (${keys}) * FROM (${numbered(batch.columns)}) AS millrace_given ORDER BY ${keys}, n DESC), ` +
    `millrace_stored AS (${intoTable(batch, target)} SELECT ${all} FROM millrace_last ${onConflict(batch, target)} RETURNING 1) ` +
    `SELECT (SELECT count(*) FROM millrace_last)::text AS keys, (SELECT count(*) FROM millrace_stored)::text AS written`;
  return withRows(text, batch);
}

/** The same, and it also returns the numbers of the rows whose keys were not written, as `missing`. */
export function upsertFindingMissing(batch: RowsOfStatement, target: Target): Question {
  const keys = keyColumns(batch, target);
  const all = batch.columns.map((_, index) => `c${index}`).join(', ');
  const returned = keys.map(({ name, alias }) => `${quoted(name)} AS ${alias}`).join(', ');
  const same = keys.map(({ alias }) => `millrace_stored.${alias} = millrace_given.${alias}`).join(' AND ');
  const text =
    `WITH millrace_given AS (${numbered(batch.columns)}), ` +
    `millrace_stored AS (${intoTable(batch, target)} SELECT ${all} FROM millrace_given ${onConflict(batch, target)} RETURNING ${returned}) ` +
    `SELECT (SELECT count(*) FROM millrace_stored)::text AS written, (SELECT json_agg(millrace_given.n) FROM millrace_given ` +
    `WHERE NOT EXISTS (SELECT FROM millrace_stored WHERE ${same}))::text AS missing`;
  return withRows(text, batch);
}

/** Inserts and fails if a key is there. */
export function insertOnly(batch: RowsOfStatement, target: Target): Question {
  const text = `${insertAll(batch, target)} RETURNING 1`;
  return withRows(`WITH millrace_stored AS (${text}) SELECT count(*)::text AS written FROM millrace_stored`, batch);
}

/** Returns the numbers of the rows whose place in the table a newer row of the same source has, as `superseded`. */
export function findSuperseded(batch: RowsOfStatement, target: Target, guard: VersionGuard): Question {
  const compared = comparedColumns(batch, guard);
  const needed = batch.columns.filter(({ name }) => target.key.includes(name) || compared.includes(name));
  const asked = { ...batch, columns: needed };
  const given = (name: string): string => `millrace_given.c${needed.findIndex((column) => column.name === name)}`;
  const text =
    `SELECT json_agg(millrace_given.n)::text AS superseded FROM (${numbered(needed)}) AS millrace_given ` +
    `JOIN ${qualified(target.name)} AS stored ON ${sameKey(asked, target)} WHERE ${isNewer(compared, given)}`;
  return withRows(text, asked);
}

/** `tgtype`: 1 for each row, 2 before. A constraint's own triggers come after. */
const DROPPING = `EXISTS (SELECT FROM pg_trigger WHERE tgtype & 3 = 3 AND tgenabled <> 'D' AND tgrelid IN (
  SELECT of_table.oid UNION ALL SELECT relid FROM pg_partition_tree(of_table.oid)))`;

/**
 * Returns the numbers of the rows whose keys are not in the table, as `absent`; none if no trigger of the table can drop rows.
 */
export function findAbsent(batch: RowsOfStatement, target: Target): Question {
  const needed = batch.columns.filter(({ name }) => target.key.includes(name));
  const asked = { ...batch, columns: needed };
  const table = qualified(target.name);
  const text =
    `SELECT json_agg(millrace_given.n)::text AS absent FROM (${numbered(needed)}) AS millrace_given WHERE ` +
    `(SELECT ${DROPPING} FROM (SELECT '${table.replaceAll("'", "''")}'::regclass::oid AS oid) AS of_table) ` +
    `AND NOT EXISTS (SELECT FROM ${table} AS stored WHERE ${sameKey(asked, target)})`;
  return withRows(text, asked);
}

function withRows(text: string, { columns, rows }: RowsOfStatement): Question {
  const values = columns.map(({ index }) => arrayLiteral(rows.map(({ texts }) => texts[index] ?? null)));
  return { text, values, records: rows.length };
}

function insertAll(batch: RowsOfStatement, target: Target): string {
  return `${intoTable(batch, target)} SELECT ${casts(batch.columns).join(', ')} ${fromUnnest(batch.columns)}`;
}

function intoTable({ columns }: RowsOfStatement, { name }: Target): string {
  return `INSERT INTO ${qualified(name)} AS stored (${columns.map((column) => quoted(column.name)).join(', ')})`;
}

/** The rows, read by their types, with their numbers from 1. */
function numbered(columns: readonly PlannedColumn[]): string {
  const read = casts(columns).map((cast, index) => `${cast} AS c${index}`);
  return `SELECT ${read.join(', ')}, n ${fromUnnest(columns, true)}`;
}

const casts = (columns: readonly PlannedColumn[]): string[] => columns.map(({ type }, index) => `c${index}::${type}`);

function fromUnnest(columns: readonly PlannedColumn[], withNumbers = false): string {
  const parameters = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const names = columns.map((_, index) => `c${index}`);
  return `FROM unnest(${parameters})${withNumbers ? ' WITH ORDINALITY' : ''} AS given(${[...names, ...(withNumbers ? ['n'] : [])].join(', ')})`;
}

function keyColumns({ columns }: RowsOfStatement, { key }: Target) {
  return key.map((name) => ({ name, alias: `c${columns.findIndex((column) => column.name === name)}` }));
}

function sameKey(batch: RowsOfStatement, target: Target): string {
  const same = keyColumns(batch, target).map(({ name, alias }) => `stored.${quoted(name)} = millrace_given.${alias}`);
  return same.join(' AND ');
}

/** Whether rows that are there stay as they are, and are not counted. */
export function keepsRows({ columns }: RowsOfStatement, { key, mode }: Target): boolean {
  return mode === 'keep' || columns.every(({ name }) => key.includes(name));
}

function onConflict(batch: RowsOfStatement, target: Target): string {
  const on = `ON CONFLICT (${target.key.map(quoted).join(', ')}) DO`;
  if (keepsRows(batch, target)) return `${on} NOTHING`;
  const others = batch.columns.filter(({ name }) => !target.key.includes(name)).map(({ name }) => quoted(name));
  return `${on} UPDATE SET ${others.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}${unlessNewer(batch, target)}`;
}

/** A row of a newer generation of the same source stays. Generations of different sources cannot be compared. */
function unlessNewer(batch: RowsOfStatement, { guard }: Target): string {
  if (!batch.versioned || guard === undefined) return '';
  const newer = isNewer(comparedColumns(batch, guard), (name) => `EXCLUDED.${quoted(name)}`);
  return ` WHERE (${newer}) IS NOT TRUE`;
}

/** Source, generation and, if the statement has it and it counts, ordinal. */
function comparedColumns(
  { columns }: RowsOfStatement,
  { source, generation, ordinal }: VersionGuard,
): readonly string[] {
  const numbered = ordinal !== undefined && columns.some(({ name }) => name === ordinal.name);
  return [source.name, generation.name, ...(numbered ? [ordinal.name] : [])];
}

/** Whether the stored row is of the same source, and newer; unknown, and so not true, if it does not say. */
function isNewer([source, generation, ordinal]: readonly string[], given: (name: string) => string): string {
  const compare = (name: string, operator: '=' | '>'): string => `stored.${quoted(name)} ${operator} ${given(name)}`;
  const higher = compare(generation!, '>');
  const later = ordinal === undefined ? '' : ` OR (${compare(generation!, '=')} AND ${compare(ordinal, '>')})`;
  return `${compare(source!, '=')} AND (${higher}${later})`;
}

import { MillraceError } from '@millrace/core';
import {
  type Context,
  type GenerationRows,
  placedUuids,
  type PlacedRows,
  type RetiredCounts,
  type RetiredRows,
} from '@millrace/core/plugin';
import { arrayLiteral } from './array-literal.ts';
import { ask, type Asking, type Question } from './ask.ts';
import { qualified, quoted } from './identifier.ts';
import { countsOf } from './response.ts';
import type { TableName } from './target-table.ts';
import type { WritePlan } from './write-plan.ts';

/** Keys of one statement. */
const MAX_KEYS = 5000;

/** The rows to retire, as a condition over the table. */
interface Condition {
  readonly text: string;
  readonly values: (string | null)[];
}

/**
 * Deletes landed rows, or counts them in a dry run. Each statement deletes what it finds by itself, so a row that a newer
 * version takes meanwhile is either gone before it is written again, or not of the version any more.
 *
 * @throws MillraceError `POSTGRES_COLUMN_MISSING` if the table lacks what the rows are found by
 */
export async function retireRows(
  rows: RetiredRows,
  plan: WritePlan,
  name: TableName,
  asking: Asking,
  context: Context,
): Promise<RetiredCounts> {
  if (rows.by === 'content') {
    const deleted = await removed(generationsOf(rows, plan, name), rows.dryRun, name, asking, context);
    return { considered: deleted, deleted };
  }
  const counts = { considered: 0, deleted: 0 };
  for (const uuids of chunked(rows)) {
    counts.considered += uuids.length;
    counts.deleted += await removed(uuidsIn(uuids, rows, plan, name), rows.dryRun, name, asking, context);
  }
  return counts;
}

/** Runs one statement and returns the number of rows that it found. */
async function removed(
  { text, values }: Condition,
  dryRun: boolean,
  name: TableName,
  asking: Asking,
  context: Context,
): Promise<number> {
  const table = qualified(name);
  const found = dryRun
    ? `SELECT count(*)::text AS retired FROM ${table} WHERE ${text}`
    : `WITH gone AS (DELETE FROM ${table} WHERE ${text} RETURNING 1) SELECT count(*)::text AS retired FROM gone`;
  const question: Question = { text: found, values };
  const answer = await ask(question, asking, context);
  if ('fault' in answer) throw answer.fault.error;
  return countsOf(answer, ['retired'], Number.MAX_SAFE_INTEGER).retired;
}

function uuidsIn(uuids: readonly string[], { names }: PlacedRows, plan: WritePlan, name: TableName): Condition {
  const { type } = columnOf(names.uuid, plan, name);
  return {
    text: `${quoted(names.uuid)} = ANY($1::${type === 'uuid' ? 'uuid' : 'text'}[])`,
    values: [arrayLiteral(uuids)],
  };
}

/** A row that a newer version has taken has that version's generation, so it is not among these. */
function generationsOf({ names, feed, source, from, to }: GenerationRows, plan: WritePlan, name: TableName): Condition {
  const [byFeed, bySource, byGeneration] = [names.feed, names.source, names.generation].map((one) =>
    quoted(columnOf(one, plan, name).name),
  ) as [string, string, string];
  return {
    text: `${byFeed} = $1 AND ${bySource} = $2 AND ${byGeneration} >= $3::bigint AND ${byGeneration} < $4::bigint`,
    values: [feed, source, `${from}`, `${to}`],
  };
}

function columnOf(
  column: string,
  { byName }: WritePlan,
  name: TableName,
): { readonly name: string; readonly type: string } {
  const found = byName.get(column);
  if (found !== undefined) return found;
  throw new MillraceError(
    'POSTGRES_COLUMN_MISSING',
    `Table ${qualified(name)} cannot retire rows: they are found by the column ${JSON.stringify(column)}, which is not among those that are written. Add it.`,
    { details: { ...name, column } },
  );
}

function* chunked(rows: PlacedRows): Generator<readonly string[]> {
  let chunk: string[] = [];
  for (const { uuid } of placedUuids(rows)) {
    if (chunk.push(uuid) < MAX_KEYS) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

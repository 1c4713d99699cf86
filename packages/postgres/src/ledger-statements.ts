import type { LedgerAddress } from '@millrace/core/plugin';
import type { Question } from './ask.ts';

/** Stands in the key where versions have their digest; a digest is hexadecimal. */
export const HEAD = 'head';

/** The columns of a ledger's table. */
export const LEDGER_COLUMNS = {
  object_key: { type: 'text', required: true },
  version_key: { type: 'text', required: true },
  stamp: { type: 'text', required: true },
  record: { type: 'json', required: true },
} as const;
export const LEDGER_KEY = ['object_key', 'version_key'] as const;

/**
 * What lists a ledger: PostgreSQL computes both columns from the record, so writes do not know them, and those of an earlier release
 * fill them as well. They do not change with a record, so an update of it need not touch an index (a HOT update); an index on
 * expressions of the record would be written by every checkpoint. The names are those of the table's other columns in style.
 *
 * @param table quoted, with its schema
 * @param index quoted
 */
export function listingStatements(table: string, index: string): readonly string[] {
  const generated = (column: string, expression: string): string =>
    `ADD COLUMN IF NOT EXISTS ${column} text COLLATE "C" GENERATED ALWAYS AS (${expression}) STORED`;
  return [
    `ALTER TABLE ${table} ${generated('feed', "record->>'feed'")}, ` +
      generated('listed_at', "COALESCE(record->>'firstClaimedAt', record->>'updatedAt')"),
    `CREATE INDEX IF NOT EXISTS ${index} ON ${table} (feed, listed_at, object_key, version_key) WHERE version_key <> '${HEAD}'`,
  ];
}

/** Where a page of a listing begins: behind this row, or at the start of the period. */
export interface ListedAfter {
  readonly listedAt: string;
  readonly object: string;
  readonly version: string;
}

/** Reads the next versions of a feed in a period, by the time of their first claim. */
export function readListed(
  table: string,
  { feed, from, until }: { readonly feed: string; readonly from: string; readonly until: string },
  after: ListedAfter | undefined,
  limit: number,
): Question {
  const next = after === undefined ? '' : ' AND (listed_at, object_key, version_key) > ($5, $6, $7)';
  const order = 'ORDER BY listed_at, object_key, version_key';
  const page =
    `SELECT record, listed_at, object_key, version_key FROM ${table} WHERE version_key <> '${HEAD}' AND feed = $1 ` +
    `AND listed_at >= $2 AND listed_at < $3${next} ${order} LIMIT $4::int`;
  const list = `(SELECT json_agg(record ${order}) FROM (${page}) AS page)::text`;
  const values = [feed, from, until, String(limit), ...(after ? [after.listedAt, after.object, after.version] : [])];
  return { text: `SELECT pg_is_in_recovery()::text AS standby, ${list} AS versions`, values };
}

/** A digest, because an index takes keys of about 2,700 bytes at most, and names of objects can be longer. */
export async function objectKey({ feed, object }: Pick<LedgerAddress, 'feed' | 'object'>): Promise<string> {
  return digest([feed, object]);
}

export async function versionKey({ version }: LedgerAddress): Promise<string> {
  return digest([version]);
}

async function digest(names: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(names));
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
}

/** Reads both records by one statement. It has one row in any case, so that an empty response is not taken for no records. */
export function readBoth(table: string, object: string, version: string): Question {
  const one = (parameter: number): string =>
    `(SELECT record FROM ${table} WHERE object_key = $1 AND version_key = $${parameter})::text`;
  const text = `SELECT pg_is_in_recovery()::text AS standby, ${one(2)} AS head, ${one(3)} AS version`;
  return { text, values: [object, HEAD, version] };
}

export function readVersions(table: string, object: string): Question {
  const list = `(SELECT json_agg(record) FROM ${table} WHERE object_key = $1 AND version_key <> $2)::text`;
  return { text: `SELECT pg_is_in_recovery()::text AS standby, ${list} AS versions`, values: [object, HEAD] };
}

export interface LedgerWrite {
  readonly object: string;
  readonly version: string;
  readonly stamp: string;
  readonly record: string;
  /** Stamp of the record in place; undefined if there is none. */
  readonly seen: string | undefined;
}

/**
 * Writes a record if the one in place has the stamp that was seen, or the stamp of the new record: a statement that is sent
 * again because its response was lost finds its own record, and says so.
 */
export function compareAndSet(table: string, { object, record, seen, stamp, version }: LedgerWrite): Question {
  const write =
    seen === undefined
      ? `INSERT INTO ${table} AS kept (object_key, version_key, stamp, record) VALUES ($1, $2, $3, $4::json) ` +
        'ON CONFLICT (object_key, version_key) DO UPDATE SET stamp = excluded.stamp WHERE kept.stamp = excluded.stamp'
      : `UPDATE ${table} SET stamp = $3, record = $4::json WHERE object_key = $1 AND version_key = $2 AND stamp IN ($3, $5)`;
  const values = [object, version, stamp, record, ...(seen === undefined ? [] : [seen])];
  const text = `WITH written AS (${write} RETURNING 1) SELECT count(*)::text AS written FROM written`;
  // The server's texts can quote a record of a ledger as well as one of a feed, so they are dropped in the same way.
  return { text, values, records: 1 };
}

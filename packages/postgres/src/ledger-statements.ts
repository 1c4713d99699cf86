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

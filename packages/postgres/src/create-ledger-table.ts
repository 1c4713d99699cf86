import { check, checkOptions } from '@millrace/core/plugin';
import { ensureTable, type EnsurePostgresTableOptions } from './ensure-table.ts';
import { identifier } from './identifier.ts';
import { addListing } from './ledger-columns.ts';
import { LEDGER_COLUMNS, LEDGER_KEY } from './ledger-statements.ts';
import { MAX_TIMER_MS } from './retry-options.ts';

export type CreateLedgerTableOptions = Omit<EnsurePostgresTableOptions, 'columns' | 'key'>;

/**
 * Creates the table for `postgresLedger` if it does not exist. An existing table with the same columns and key is not
 * changed. The primary key is `object_key` and `version_key`; `record` holds an entry as JSON; `feed` and `listed_at`, which PostgreSQL
 * computes from it, and an index on them list a feed's entries by time. `ensureLedgerTable` adds these to an existing table.
 *
 * @returns whether the table was created
 * @throws MillraceError as `ensureTable` does
 * @example
 * await createLedgerTable({ connection, table: 'millrace_ledger' });
 */
export async function createLedgerTable(options: CreateLedgerTableOptions): Promise<{ readonly created: boolean }> {
  const { created } = await ensureBareTable('createLedgerTable', options);
  if (created) await addListing(options);
  return { created };
}

/**
 * Creates the table for `postgresLedger` if it does not exist, and adds to an existing table what lists it: the generated columns
 * `feed` and `listed_at` and an index on them, which hold all entries that are there. PostgreSQL 12 or later is needed.
 *
 * Adding them rewrites the table and locks it meanwhile: some seconds for a million entries. Runs wait, and go on. Releases that
 * know nothing of the columns fill them too. It is safe to call it again, also after it was interrupted.
 *
 * @returns whether the table was created
 * @throws MillraceError as `ensureTable` does
 * @example
 * await ensureLedgerTable({ connection, table: 'millrace_ledger' });
 */
export async function ensureLedgerTable(options: CreateLedgerTableOptions): Promise<{ readonly created: boolean }> {
  const { created } = await ensureBareTable('ensureLedgerTable', options);
  await addListing(options);
  return { created };
}

async function ensureBareTable(
  owner: string,
  options: CreateLedgerTableOptions,
): Promise<{ readonly created: boolean }> {
  checkOptions(owner, options, {
    client: check.optional(check.object),
    connection: check.optional(check.text),
    table: identifier,
    schema: check.optional(identifier),
    timeoutMs: check.optional(check.integer(1, MAX_TIMER_MS)),
    signal: check.optional(check.object),
  });
  return ensureTable({ ...options, columns: LEDGER_COLUMNS, key: LEDGER_KEY });
}

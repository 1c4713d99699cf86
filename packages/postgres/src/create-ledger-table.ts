import { check, checkOptions } from '@millrace/core/plugin';
import { ensureTable, type EnsurePostgresTableOptions } from './ensure-table.ts';
import { identifier } from './identifier.ts';
import { LEDGER_COLUMNS, LEDGER_KEY } from './ledger-statements.ts';
import { MAX_TIMER_MS } from './retry-options.ts';

export type CreateLedgerTableOptions = Omit<EnsurePostgresTableOptions, 'columns' | 'key'>;

/**
 * Creates the table for `postgresLedger` if it does not exist. An existing table with the same columns and key is not
 * changed. The primary key is `object_key` and `version_key`; `record` holds an entry as JSON.
 *
 * @returns whether the table was created
 * @throws MillraceError as `ensureTable` does
 * @example
 * await createLedgerTable({ connection, table: 'millrace_ledger' });
 */
export async function createLedgerTable(options: CreateLedgerTableOptions): Promise<{ readonly created: boolean }> {
  checkOptions('createLedgerTable', options, {
    client: check.optional(check.object),
    connection: check.optional(check.text),
    table: identifier,
    schema: check.optional(identifier),
    timeoutMs: check.optional(check.integer(1, MAX_TIMER_MS)),
    signal: check.optional(check.object),
  });
  return ensureTable({ ...options, columns: LEDGER_COLUMNS, key: LEDGER_KEY });
}

import { ensureKeyedTable, type KeyedTableOptions } from './ensure-keyed-table.ts';
import type { EnsuredTable } from './ensure-table.ts';
import { LEDGER_KEY } from './ledger-key.ts';

export interface CreateLedgerTableOptions extends KeyedTableOptions {
  /** Have DynamoDB delete finished entries once they are as old as the ledger's `ttlDays`. @default false */
  readonly timeToLive?: boolean;
}

/**
 * Creates the table for `dynamodbLedger` if it does not exist, as `ensureTable` does. The partition key is the string
 * `object`, the sort key the string `version`, and time to live, if requested, uses `expiresAt`. An existing table is never
 * changed.
 *
 * @throws MillraceError as `ensureTable` does
 * @example
 * await createLedgerTable({ table: 'millrace_ledger' });
 */
export function createLedgerTable(options: CreateLedgerTableOptions): Promise<EnsuredTable> {
  return ensureKeyedTable('createLedgerTable', options, { ...LEDGER_KEY, timeToLive: 'expiresAt' });
}

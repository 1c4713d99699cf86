import { ensureKeyedTable, type KeyedTable, type KeyedTableOptions } from './ensure-keyed-table.ts';
import type { EnsuredTable } from './ensure-table.ts';
import { LEDGER_KEY } from './ledger-key.ts';
import { LEDGER_INDEX, LEDGER_INDEX_ATTRIBUTES, LEDGER_INDEX_KEY } from './ledger-listing.ts';

export interface CreateLedgerTableOptions extends KeyedTableOptions {
  /** Have DynamoDB delete finished entries once they are as old as the ledger's `ttlDays`. @default false */
  readonly timeToLive?: boolean;
}

/** The table of a ledger: its key, its time to live and the index that lists it. */
export const LEDGER_TABLE: KeyedTable = {
  ...LEDGER_KEY,
  timeToLive: 'expiresAt',
  index: { name: LEDGER_INDEX, ...LEDGER_INDEX_KEY, attributes: LEDGER_INDEX_ATTRIBUTES },
};

/**
 * Creates the table for `dynamodbLedger` if it does not exist, as `ensureTable` does. The partition key is the string
 * `object`, the sort key the string `version`, time to live, if requested, uses `expiresAt`, and the index `listing` lists a
 * feed's entries by day. An existing table is never changed: `ensureLedgerTable` adds the index to it.
 *
 * @throws MillraceError as `ensureTable` does
 * @example
 * await createLedgerTable({ table: 'millrace_ledger' });
 */
export function createLedgerTable(options: CreateLedgerTableOptions): Promise<EnsuredTable> {
  return ensureKeyedTable('createLedgerTable', options, LEDGER_TABLE);
}

import { ensureKeyedTable, type KeyedTableOptions } from './ensure-keyed-table.ts';
import type { EnsuredTable } from './ensure-table.ts';
import { LEDGER_KEY } from './ledger-key.ts';

export interface CreateLedgerTableOptions extends KeyedTableOptions {
  /** Have DynamoDB delete finished entries once they are as old as the ledger's `ttlDays`. @default false */
  readonly timeToLive?: boolean;
}

/**
 * `ensureTable` for what `dynamodbLedger` keeps: the partition key is the string `object`, the sort key the string
 * `version`, and time to live goes by `expiresAt` where it is asked for. A table that is there and as asked is left as it
 * is.
 *
 * @throws MillraceError as `ensureTable` does
 */
export function createLedgerTable(options: CreateLedgerTableOptions): Promise<EnsuredTable> {
  return ensureKeyedTable('createLedgerTable', options, { ...LEDGER_KEY, timeToLive: 'expiresAt' });
}

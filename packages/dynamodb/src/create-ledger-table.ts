import { check, checkOptions } from '@millrace/core';
import { type EnsuredTable, ensureTable } from './ensure-table.ts';
import { LEDGER_KEY } from './ledger-key.ts';
import type { EnsureTableOptions } from './table-options.ts';

export interface CreateLedgerTableOptions extends Omit<EnsureTableOptions, 'partitionKey' | 'sortKey' | 'timeToLive'> {
  /** Have DynamoDB delete finished entries once they are as old as the ledger's `ttlDays`. @default false */
  readonly timeToLive?: boolean;
}

/**
 * {@link ensureTable} for what `dynamodbLedger` keeps: the partition key is the string `object`, the sort key the string
 * `version`, and time to live goes by `expiresAt` where it is asked for. A table that is there and as asked is left as it
 * is.
 *
 * @throws MillraceError as `ensureTable` does
 */
export async function createLedgerTable(options: CreateLedgerTableOptions): Promise<EnsuredTable> {
  checkOptions('createLedgerTable', options, {
    table: check.anything,
    capacity: check.anything,
    timeToLive: check.optional(check.flag),
    pointInTimeRecovery: check.anything,
    deletionProtection: check.anything,
    client: check.anything,
    timeoutMs: check.anything,
    signal: check.anything,
  });
  const { timeToLive = false, ...rest } = options;
  return ensureTable({ ...rest, ...LEDGER_KEY, ...(timeToLive && { timeToLive: 'expiresAt' }) });
}

import { check, checkOptions } from '@millrace/core';
import { type EnsuredTable, ensureTable } from './ensure-table.ts';
import { QUARANTINE_KEY } from './quarantine-key.ts';
import type { EnsureTableOptions } from './table-options.ts';

export interface CreateQuarantineTableOptions extends Omit<
  EnsureTableOptions,
  'partitionKey' | 'sortKey' | 'timeToLive'
> {
  /** Have DynamoDB delete rejections once they are as old as the quarantine's `ttlDays`. @default false */
  readonly timeToLive?: boolean;
}

/**
 * {@link ensureTable} for what `dynamodbQuarantine` keeps: the partition key is the string `item`, the sort key the string
 * `position`, and time to live goes by `expires_at` where it is asked for. A table that is there and as asked is left as it
 * is.
 *
 * @throws MillraceError as `ensureTable` does
 */
export async function createQuarantineTable(options: CreateQuarantineTableOptions): Promise<EnsuredTable> {
  checkOptions('createQuarantineTable', options, {
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
  return ensureTable({ ...rest, ...QUARANTINE_KEY, ...(timeToLive && { timeToLive: 'expires_at' }) });
}

import { ensureKeyedTable, type KeyedTableOptions } from './ensure-keyed-table.ts';
import type { EnsuredTable } from './ensure-table.ts';
import { QUARANTINE_KEY } from './quarantine-key.ts';

export interface CreateQuarantineTableOptions extends KeyedTableOptions {
  /** Have DynamoDB delete rejections once they are as old as the quarantine's `ttlDays`. @default false */
  readonly timeToLive?: boolean;
}

/**
 * `ensureTable` for what `dynamodbQuarantine` keeps: the partition key is the string `item`, the sort key the string
 * `position`, and time to live goes by `expires_at` where it is asked for. A table that is there and as asked is left as it
 * is.
 *
 * @throws MillraceError as `ensureTable` does
 */
export function createQuarantineTable(options: CreateQuarantineTableOptions): Promise<EnsuredTable> {
  return ensureKeyedTable('createQuarantineTable', options, { ...QUARANTINE_KEY, timeToLive: 'expires_at' });
}

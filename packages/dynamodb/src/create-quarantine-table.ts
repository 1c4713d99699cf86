import { ensureKeyedTable, type KeyedTableOptions } from './ensure-keyed-table.ts';
import type { EnsuredTable } from './ensure-table.ts';
import { QUARANTINE_KEY } from './quarantine-key.ts';

export interface CreateQuarantineTableOptions extends KeyedTableOptions {
  /** Have DynamoDB delete rejections once they are as old as the quarantine's `ttlDays`. @default false */
  readonly timeToLive?: boolean;
}

/**
 * Creates the table for `dynamodbQuarantine` if it does not exist, as `ensureTable` does. The partition key is the string
 * `item`, the sort key the string `position`, and time to live, if requested, uses `expires_at`. An existing table is never
 * changed.
 *
 * @throws MillraceError as `ensureTable` does
 * @example
 * await createQuarantineTable({ table: 'quarantine' });
 */
export function createQuarantineTable(options: CreateQuarantineTableOptions): Promise<EnsuredTable> {
  return ensureKeyedTable('createQuarantineTable', options, { ...QUARANTINE_KEY, timeToLive: 'expires_at' });
}

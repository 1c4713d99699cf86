import { check, checkOptions } from '@millrace/core/plugin';
import { type EnsuredTable, ensureIndexedTable } from './ensure-table.ts';
import type { EnsureTableOptions, TableIndex } from './table-options.ts';

/** {@link EnsureTableOptions} of a table whose key and time to live are given by what it keeps. */
export interface KeyedTableOptions extends Omit<EnsureTableOptions, 'partitionKey' | 'sortKey' | 'timeToLive'> {
  /** Have DynamoDB delete items by the table's own attribute. @default false */
  readonly timeToLive?: boolean;
}

/** What is given: both keys are strings. */
export interface KeyedTable {
  readonly partitionKey: string;
  readonly sortKey: string;
  /** Attribute with the second after which an item may be deleted. */
  readonly timeToLive: string;
  readonly index?: TableIndex;
}

/**
 * `ensureTable` for a table whose key the user does not choose.
 *
 * @param owner the function that was called, for messages about its options
 * @param isIndexAdded whether the index is added to an existing table that does not have it
 * @throws MillraceError as `ensureTable` does
 */
export async function ensureKeyedTable(
  owner: string,
  options: KeyedTableOptions,
  { timeToLive, index, ...key }: KeyedTable,
  isIndexAdded = false,
): Promise<EnsuredTable> {
  // What is merely passed on is checked by ensureTable.
  checkOptions(owner, options, {
    table: check.anything,
    capacity: check.anything,
    timeToLive: check.optional(check.flag),
    pointInTimeRecovery: check.anything,
    deletionProtection: check.anything,
    client: check.anything,
    timeoutMs: check.anything,
    signal: check.anything,
  });
  const { timeToLive: asked = false, ...rest } = options;
  return ensureIndexedTable({ ...rest, ...key, ...(asked && { timeToLive }) }, index, isIndexAdded);
}

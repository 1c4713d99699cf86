import { type EnsuredTable, ensureTable } from './ensure-table.ts';
import type { EnsureTableOptions, TableKey } from './table-options.ts';

export interface CreateLandingTableOptions extends Omit<EnsureTableOptions, 'partitionKey'> {
  /** The partition key: its name, where it is a string, or name and type. @default 'uuid' */
  readonly partitionKey?: string | TableKey;
}

/**
 * {@link ensureTable} for what `landingItem` makes: the partition key is the string `uuid` unless told otherwise, so
 * writes spread over all partitions. A table that is there and as asked is left as it is.
 *
 * @throws MillraceError as `ensureTable` does
 */
export function createLandingTable(options: CreateLandingTableOptions): Promise<EnsuredTable> {
  return ensureTable({ ...options, partitionKey: options.partitionKey ?? 'uuid' });
}

import { type EnsuredTable, ensureTable } from './ensure-table.ts';
import type { EnsureTableOptions, TableKey } from './table-options.ts';

export interface CreateLandingTableOptions extends Omit<EnsureTableOptions, 'partitionKey'> {
  /** The partition key: its name, where it is a string, or name and type. @default 'uuid' */
  readonly partitionKey?: string | TableKey;
}

/**
 * Creates the table for `landingItem` if it does not exist, as {@link ensureTable} does. The partition key is by default the
 * string `uuid`, which spreads writes over all partitions. An existing table is never changed.
 *
 * @throws MillraceError as `ensureTable` does
 * @example
 * await createLandingTable({ table: 'landing_table' });
 */
export function createLandingTable(options: CreateLandingTableOptions): Promise<EnsuredTable> {
  return ensureTable({ ...options, partitionKey: options.partitionKey ?? 'uuid' });
}

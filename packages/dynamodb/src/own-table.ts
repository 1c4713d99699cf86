import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EnsureTableOptions } from './table-options.ts';

const TABLE: unique symbol = Symbol.for('@millrace/dynamodb/table');

/**
 * The table that a plugin of this package works with. It is data, so that what looks at tables is not in the bundle of a function
 * that only writes to one.
 */
export interface OwnTable {
  readonly table: string;
  /** What it holds, and so how it is made. */
  readonly kind: 'records' | 'ledger' | 'quarantine';
  /** Its key. A sink takes key attributes of any type; the others have texts. */
  readonly key: Pick<EnsureTableOptions, 'partitionKey' | 'sortKey'>;
  readonly client: () => DynamoDBClient;
}

/** A property that tells a plugin's table. It is copied with the others when a plugin is wrapped. */
export function withTable(table: OwnTable): { readonly [TABLE]: OwnTable } {
  return { [TABLE]: table };
}

export function tableOf(plugin: object): OwnTable | undefined {
  return (plugin as { readonly [TABLE]?: OwnTable })[TABLE];
}

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EnsureTableOptions } from './table-options.ts';

const TABLE: unique symbol = Symbol.for('@millrace/dynamodb/table');

/**
 * The table that a plugin of this package works with. It is data, so that what looks at tables is not in the bundle of a function
 * that only writes to one.
 */
export interface OwnTable {
  readonly table: string;
  /** Its key. The type of a key attribute is compared only if the plugin knows it: a sink takes any. */
  readonly key: Pick<EnsureTableOptions, 'partitionKey' | 'sortKey'>;
  readonly anyKeyType?: boolean;
  /** An index that only some calls need, and which these are. */
  readonly index?: { readonly name: string; readonly neededBy: string };
  /** The call that makes such a table, or adds what is missing, for the remedy. */
  readonly madeBy: string;
  readonly client: () => DynamoDBClient;
}

/** A property that tells a plugin's table. It is copied with the others when a plugin is wrapped. */
export function withTable(table: OwnTable): { readonly [TABLE]: OwnTable } {
  return { [TABLE]: table };
}

export function tableOf(plugin: object): OwnTable | undefined {
  return (plugin as { readonly [TABLE]?: OwnTable })[TABLE];
}

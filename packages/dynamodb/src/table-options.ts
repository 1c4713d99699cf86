import { check, checkOptions, type OptionCheck } from '@millrace/core/plugin';
import type { AnyDynamoDBClient } from './client.ts';
import { tableName } from './table-name.ts';

export type KeyType = 'string' | 'number' | 'binary';

/** A key attribute and its type. */
export interface TableKey {
  readonly name: string;
  readonly type: KeyType;
}

/** Capacity that is paid for whether it is used or not. */
export interface ProvisionedCapacity {
  /** Read units a second. */
  readonly read: number;
  /** Write units a second. */
  readonly write: number;
}

/** How a table is to be. What is left out takes its default in a new table, and may be anything in an existing one. */
export interface EnsureTableOptions {
  /** Name of the table. */
  readonly table: string;
  /** The partition key: its name, where it is a string, or name and type. */
  readonly partitionKey: string | TableKey;
  /** The sort key, likewise. @default none */
  readonly sortKey?: string | TableKey;
  /** How capacity is paid for. @default 'on-demand' */
  readonly capacity?: 'on-demand' | ProvisionedCapacity;
  /** Attribute with the second, since the epoch, after which DynamoDB deletes an item. @default none */
  readonly timeToLive?: string;
  /** Continuous backups of the last 35 days. @default false */
  readonly pointInTimeRecovery?: boolean;
  /** Refuse to delete the table. @default false */
  readonly deletionProtection?: boolean;
  /** The client to send with. @default one made from the environment and closed at the end */
  readonly client?: AnyDynamoDBClient;
  /** How long to wait until the table is active, in milliseconds. @default 300000 */
  readonly timeoutMs?: number;
  /** Stops waiting. The table may be created nonetheless. */
  readonly signal?: AbortSignal;
}

/** A global secondary index with keys of strings. Not an option of users: a table of Millrace's own has the index that it needs. */
export interface TableIndex {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  /** Attributes in it beside the keys. */
  readonly attributes: readonly string[];
}

const KEY_TYPES: readonly string[] = ['string', 'number', 'binary'];

const tableKey: OptionCheck = (value) => {
  if (typeof value === 'string' && value !== '') return undefined;
  const { name, type } = Object(value) as Partial<TableKey>;
  const fits = typeof name === 'string' && name !== '' && KEY_TYPES.includes(String(type));
  return fits ? undefined : "an attribute's name, or { name, type: 'string' | 'number' | 'binary' }";
};

const capacity: OptionCheck = (value) => {
  if (value === 'on-demand') return undefined;
  const { read, write } = Object(value) as Partial<ProvisionedCapacity>;
  const fits = [read, write].every((units) => Number.isSafeInteger(units) && Number(units) >= 1);
  return fits ? undefined : "'on-demand' or { read, write } in units a second";
};

/** @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID` */
export function checkTableOptions(owner: string, options: EnsureTableOptions): void {
  checkOptions(owner, options, {
    table: tableName,
    partitionKey: tableKey,
    sortKey: check.optional(tableKey),
    capacity: check.optional(capacity),
    timeToLive: check.optional(check.text),
    pointInTimeRecovery: check.optional(check.flag),
    deletionProtection: check.optional(check.flag),
    client: check.optional(check.object),
    timeoutMs: check.optional(check.integer(0)),
    signal: check.optional(check.object),
  });
}

export function namedKey(key: string | TableKey): TableKey {
  return typeof key === 'string' ? { name: key, type: 'string' } : key;
}

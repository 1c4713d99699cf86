import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { TableCalls } from './table-calls.ts';
import { type EnsureTableOptions, type KeyType, namedKey, type TableKey } from './table-options.ts';

/** A setting of a table that is not as it was asked for. */
export interface TableDifference {
  /** The option, such as `sortKey`. */
  readonly setting: string;
  readonly expected: string;
  readonly actual: string;
}

/** What the API calls the types of key attributes. */
export const ATTRIBUTE_TYPES: Readonly<Record<KeyType, 'S' | 'N' | 'B'>> = { string: 'S', number: 'N', binary: 'B' };

/** Compares a table with what was asked for: its key always, other settings where an option names them. */
export async function tableDifferences(
  table: TableDescription,
  options: EnsureTableOptions,
  calls: TableCalls,
): Promise<readonly TableDifference[]> {
  const { capacity, timeToLive, pointInTimeRecovery, deletionProtection } = options;
  const found: TableDifference[] = [];
  const compare = (setting: keyof EnsureTableOptions, expected: string, actual: string): void => {
    if (expected !== actual) found.push({ setting, expected, actual });
  };
  compare('partitionKey', askedKey(options.partitionKey), actualKey(table, 'HASH'));
  compare('sortKey', askedKey(options.sortKey), actualKey(table, 'RANGE'));
  if (capacity !== undefined) compare('capacity', askedCapacity(capacity), actualCapacity(table));
  if (deletionProtection !== undefined) {
    compare('deletionProtection', onOff(deletionProtection), onOff(table.DeletionProtectionEnabled === true));
  }
  if (timeToLive !== undefined) compare('timeToLive', timeToLive, (await calls.timeToLive()) ?? 'none');
  if (pointInTimeRecovery !== undefined) {
    compare('pointInTimeRecovery', onOff(pointInTimeRecovery), onOff(await calls.pointInTimeRecovery()));
  }
  return found;
}

function askedKey(key: string | TableKey | undefined): string {
  if (key === undefined) return 'none';
  const { name, type } = namedKey(key);
  return `${name} (${ATTRIBUTE_TYPES[type]})`;
}

function actualKey({ KeySchema = [], AttributeDefinitions = [] }: TableDescription, kind: 'HASH' | 'RANGE'): string {
  const name = KeySchema.find(({ KeyType }) => KeyType === kind)?.AttributeName;
  const type = AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  return name === undefined ? 'none' : `${name} (${type})`;
}

function askedCapacity(capacity: NonNullable<EnsureTableOptions['capacity']>): string {
  return capacity === 'on-demand' ? capacity : `provisioned (read ${capacity.read}, write ${capacity.write})`;
}

function actualCapacity({ BillingModeSummary, ProvisionedThroughput }: TableDescription): string {
  if (BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST') return 'on-demand';
  const { ReadCapacityUnits, WriteCapacityUnits } = ProvisionedThroughput ?? {};
  return `provisioned (read ${ReadCapacityUnits}, write ${WriteCapacityUnits})`;
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}

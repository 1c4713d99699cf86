import type {
  AttributeDefinition,
  CreateGlobalSecondaryIndexAction,
  ProvisionedThroughput,
  TableDescription,
} from '@aws-sdk/client-dynamodb';
import { MillraceError } from '@millrace/core';
import { type TableCalls, unsupportedFeature } from './table-calls.ts';
import type { TableIndex } from './table-options.ts';

export function indexAttributes({ partitionKey, sortKey }: TableIndex): AttributeDefinition[] {
  return [partitionKey, sortKey].map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
}

/** @param throughput of the table, unless it is paid on demand */
export function indexCreation(
  { name, partitionKey, sortKey, attributes }: TableIndex,
  throughput: ProvisionedThroughput | undefined,
): CreateGlobalSecondaryIndexAction {
  return {
    IndexName: name,
    KeySchema: [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...attributes] },
    ...(throughput && { ProvisionedThroughput: throughput }),
  };
}

/**
 * Adds an index to a table that does not have it, and waits until it can be read. DynamoDB fills it with the items that are there.
 *
 * @param wait waits longer each time; rejects when the time is over
 * @throws MillraceError `DYNAMODB_TABLE_DIFFERS` if there is another index of its name
 */
export async function addIndex(
  table: string,
  index: TableIndex,
  calls: TableCalls,
  wait: (state: string) => Promise<void>,
): Promise<void> {
  let isRequested = false;
  for (;;) {
    const description = (await calls.describe()) ?? {};
    const found = indexOf(description, index);
    if (found?.IndexStatus === 'ACTIVE') return;
    if (found === undefined && !isRequested) {
      isRequested = await calls.addIndex(indexAttributes(index), indexCreation(index, throughputOf(description)));
      if (isRequested && indexOf((await calls.describe()) ?? {}, index) === undefined) {
        throw unsupportedFeature(table, 'a new index of an existing table');
      }
    }
    await wait(`without its index ${index.name}, which is ${found?.IndexStatus ?? 'missing'}`);
  }

  function indexOf(description: TableDescription, { name, partitionKey, sortKey, attributes }: TableIndex) {
    const found = description.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === name);
    if (found === undefined) return undefined;
    const keys = (found.KeySchema ?? []).map(({ AttributeName }) => AttributeName);
    const projected = found.Projection?.NonKeyAttributes ?? [];
    const isWhole = found.Projection?.ProjectionType === 'ALL' || attributes.every((one) => projected.includes(one));
    if (isWhole && keys[0] === partitionKey && keys[1] === sortKey) return found;
    const text =
      `Table ${table} has an index "${name}" that is not as the ledger needs it: keys ${keys.join(', ')}, with ` +
      `${projected.join(', ') || 'no other attributes'}. Delete the index, and call again.`;
    throw new MillraceError('DYNAMODB_TABLE_DIFFERS', text, { details: { table, index: name } });
  }
}

function throughputOf({
  BillingModeSummary,
  ProvisionedThroughput: units,
}: TableDescription): ProvisionedThroughput | undefined {
  if (BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST' || units === undefined) return undefined;
  return { ReadCapacityUnits: units.ReadCapacityUnits, WriteCapacityUnits: units.WriteCapacityUnits };
}

import { isMillraceError, MillraceError } from '@millrace/core';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KeyNames } from './key-identity.ts';
import { tableCalls } from './table-calls.ts';
import { checkAborted } from './until-aborted.ts';

/** Rejects if the table has another key than the sink was given. */
export type CheckTableKey = (signal: AbortSignal) => Promise<void>;

/**
 * Makes a check for a sink whose table has refused an item: is it the item, or is the key of the table another one? It asks
 * DynamoDB once, so that the reason is the same in any process and at any position of a file. If the table cannot be
 * described, for want of `dynamodb:DescribeTable` for example, the item alone is refused.
 */
export function tableKeyCheck(table: string, keys: KeyNames, client: () => DynamoDBClient): CheckTableKey {
  let asked: KeyNames | 'unknown' | undefined;
  return async (signal) => {
    asked ??= await describedKey(table, client(), signal);
    if (asked === undefined || asked === 'unknown') return;
    if (asked.partitionKey !== keys.partitionKey || asked.sortKey !== keys.sortKey) throw mismatch(table, keys, asked);
  };
}

/** `unknown` if asking again would not help; `undefined` if it may. */
async function describedKey(
  table: string,
  client: DynamoDBClient,
  signal: AbortSignal,
): Promise<KeyNames | 'unknown' | undefined> {
  try {
    const { KeySchema = [] } = (await tableCalls(client, table, signal).describe()) ?? {};
    const nameOf = (type: 'HASH' | 'RANGE'): string | undefined =>
      KeySchema.find(({ KeyType }) => KeyType === type)?.AttributeName;
    const partitionKey = nameOf('HASH');
    return partitionKey === undefined ? 'unknown' : { partitionKey, sortKey: nameOf('RANGE') };
  } catch (thrown) {
    checkAborted(signal);
    return isMillraceError(thrown) && thrown.retryable ? undefined : 'unknown';
  }
}

function mismatch(table: string, keys: KeyNames, actual: KeyNames): MillraceError {
  const shown = ({ partitionKey, sortKey }: KeyNames): string =>
    sortKey === undefined ? partitionKey : `${partitionKey}, ${sortKey}`;
  return new MillraceError(
    'DYNAMODB_REQUEST_INVALID',
    `The key of table ${table} is (${shown(actual)}), but the sink was given (${shown(keys)}). Name the table's key in ` +
      'partitionKey and sortKey, or use another table.',
    { details: { table, partitionKey: keys.partitionKey, sortKey: keys.sortKey, actual } },
  );
}

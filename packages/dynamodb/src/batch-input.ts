import type { BatchWriteItemCommandInput, WriteRequest } from '@aws-sdk/client-dynamodb';
import { attributeValues } from './attribute-values.ts';
import type { Marshalled } from './marshal.ts';

/** The input of a BatchWriteItem, whose items are made only where someone looks at them. */
export interface BatchInput {
  readonly input: BatchWriteItemCommandInput;
  /** Whether nobody has looked at the items, and so could have changed them, and all else is as it was. */
  readonly untouched: () => boolean;
}

/**
 * Middleware, a logger or a mock sees the items as the SDK takes them; where there is nothing of the kind, or it does not
 * look, they are never made.
 */
export function batchInput(table: string, items: readonly Marshalled[]): BatchInput {
  let puts: WriteRequest[] | undefined;
  const tables = Object.defineProperty({} as Record<string, WriteRequest[]>, table, {
    get: () => (puts ??= items.map((item) => ({ PutRequest: { Item: attributeValues(item) } }))),
    set: (given: WriteRequest[]) => {
      puts = given;
    },
    enumerable: true,
  });
  const input: BatchWriteItemCommandInput = { RequestItems: tables, ReturnConsumedCapacity: 'TOTAL' };
  return {
    input,
    untouched: () =>
      puts === undefined &&
      input.RequestItems === tables &&
      Object.keys(tables).length === 1 &&
      input.ReturnConsumedCapacity === 'TOTAL' &&
      Object.keys(input).length === 2,
  };
}

import { measure } from './marshal.ts';

/**
 * Returns the size of an item in bytes, as DynamoDB stores and bills it, including attribute names. The limit of 400 KB
 * applies to this size. It does not include the 100 bytes per item that DynamoDB adds for storage billing.
 *
 * Source: developer guide, "DynamoDB item sizes and formats". The guide calls the size of a number approximate; this
 * function matches measurements of the service.
 *
 * @throws MillraceError with the codes of `dynamodbSink` if the item has a value that DynamoDB cannot store
 * @example
 * writeUnits(itemSize({ sku: 'A-1', amount: 12.5 })); // 1
 */
export function itemSize(item: object): number {
  return measure(item, true);
}

/**
 * Returns the write units that a put of an item consumes: one for each started KB. An overwrite is charged by the larger of
 * the old and the new item, and each index that contains the item is charged separately.
 *
 * @param bytes size of the item, from `itemSize`
 * @example
 * writeUnits(1_025); // 2
 */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}

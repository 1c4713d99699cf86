import { measure } from './marshal.ts';

/**
 * Bytes of an item as DynamoDB stores and bills it, attribute names included; the limit of 400 KB is on this figure. It
 * does not include the 100 bytes an item that are added for storage billing.
 *
 * Source: developer guide, "DynamoDB item sizes and formats". The guide calls the size of a number approximate; this
 * counts as the service was measured to count.
 *
 * @throws MillraceError where the item holds what DynamoDB cannot store, with the same codes as `dynamodbSink`
 */
export function itemSize(item: object): number {
  return measure(item, true);
}

/**
 * Write units that an item of so many bytes consumes: one for each started KB, for the item alone. An overwrite is
 * charged by the larger of the old and the new item, and each index that holds the item charges again.
 */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}

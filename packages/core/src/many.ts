import { MillraceError } from './millrace-error.ts';

const BRAND: unique symbol = Symbol.for('@millrace/many');

/** Several records in the place of one; made by {@link many}. */
export interface Many<T> {
  readonly [BRAND]: readonly T[];
}

/**
 * What an each returns to put several records in the place of one. Each keeps the ordinal and gets a branch (`0`, `1`, …)
 * of its own, so its key is stable as long as the order of `values` is. No values at all count as dropped.
 *
 * @throws MillraceError `TRANSFORM_CONTRACT` if `values` is not an array
 */
export function many<T>(values: readonly T[]): Many<T> {
  if (!Array.isArray(values)) {
    const message = `many() takes an array of records, not ${typeof values}. Return an array from flatMap, or drop.`;
    throw new MillraceError('TRANSFORM_CONTRACT', message);
  }
  return { [BRAND]: values };
}

/** The values behind `many`, or `undefined` for any other value. */
export function manyValues<T>(value: T | Many<T>): readonly T[] | undefined {
  return typeof value === 'object' && value !== null ? (value as Partial<Many<T>>)[BRAND] : undefined;
}

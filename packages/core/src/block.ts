import type { RecordPlace, Rejected } from './rejected.ts';

const BRAND: unique symbol = Symbol.for('@millrace/block');

/**
 * Records that were framed together, with a way back to their raw text. Records travel in blocks because a hop then
 * costs nanoseconds a record; the raw text is cut out only when one of them is rejected.
 */
export interface Block<O> {
  readonly [BRAND]: true;
  readonly records: readonly (O | Rejected)[];
  /** The place of `records[index]` in its item. Called only for a record that is rejected. */
  readonly place: ((index: number) => RecordPlace) | undefined;
}

/**
 * Makes a {@link Block}; for parsers.
 *
 * A block is held until its last record has settled, so `place` should keep no more than the text of these records.
 */
export function block<O>(records: readonly (O | Rejected)[], place?: (index: number) => RecordPlace): Block<O> {
  return { [BRAND]: true, records, place };
}

export function isBlock(value: unknown): value is Block<unknown> {
  return typeof value === 'object' && value !== null && BRAND in value;
}

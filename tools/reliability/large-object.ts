import { gzipSync } from 'node:zlib';
import type { SampleRecord } from './sample-object.ts';

/** Which large object it is. */
export interface LargeObjectOptions {
  /** Number of the object, from 0; natural keys of two objects differ. @default 0 */
  readonly object?: number;
  /** Whether ids are natural keys, which several records of the object share. @default false */
  readonly natural?: boolean;
}

const ID_RANGE = 10_000_000;

/** Makes a record of a large object. All records differ, those that share an id too. */
export function largeRecord(number: number, { object = 0, natural = false }: LargeObjectOptions = {}): SampleRecord {
  return {
    id: object * ID_RANGE + (natural ? repeatingId(number) : number),
    name: `record ${number}`,
    amount: (number * 31) % 1009,
    text: `object ${object}`,
    tags: ['a', 'b'],
  };
}

/**
 * Every tenth record has the id of one shortly before, which is in the same write or in another that is in flight; and every
 * hundredth has that of the first.
 */
function repeatingId(number: number): number {
  if (number % 20 === 9) return number - 4;
  if (number % 20 === 19 && number > 100) return number - 63;
  return number % 100 === 50 ? 0 : number;
}

/** Makes a gzipped NDJSON object of so many records. */
export function largeObject(records: number, options?: LargeObjectOptions): Buffer {
  return gzipSync(largeLines(records, options).join('\n'));
}

export function largeLines(records: number, options?: LargeObjectOptions): readonly string[] {
  return Array.from({ length: records }, (_, number) => JSON.stringify(largeRecord(number, options)));
}

/** Shares records among objects, as evenly as it goes. */
export function recordsOf(records: number, objects: number): readonly number[] {
  return Array.from({ length: objects }, (_, object) => Math.floor((records + object) / objects));
}

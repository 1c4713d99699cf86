import type { Sink } from '@millrace/core';
import type { Preparation } from '../prepare.ts';
import { checkPack, packing, type PackOptions } from './pack-options.ts';
import { packedSink } from './packed-sink.ts';

const OVER: unique symbol = Symbol.for('@millrace/dynamodb/packed');

/** How a sink lands records together; made by `packed`. */
export interface Packed {
  readonly options: PackOptions;
  readonly [OVER]: <T>(single: Sink<T>, preparation: Preparation) => Sink<T>;
}

/**
 * Makes the `pack` option of `dynamodbSink`, which stores adjacent records of an object in one item. Its code is only in
 * bundles that import it.
 *
 * @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID`
 * @example
 * const sink = dynamodbSink({ table: 'landing_table', pack: packed({ records: 100 }) });
 */
export function packed(options: PackOptions = {}): Packed {
  checkPack(options);
  return Object.freeze<Packed>({
    options,
    [OVER]: (single, preparation) => packedSink(single, preparation, packing(options, preparation)),
  });
}

/**
 * The packing sink over one that puts each record as an item.
 *
 * @throws MillraceError `OPTION_INVALID` where the sink's keys do not go with packing; `DYNAMODB_ZSTD_MISSING`
 */
export function packedOver<T>(pack: Packed, single: Sink<T>, preparation: Preparation): Sink<T> {
  return pack[OVER](single, preparation);
}

export function isPacked(value: unknown): value is Packed {
  return typeof value === 'object' && value !== null && OVER in value;
}

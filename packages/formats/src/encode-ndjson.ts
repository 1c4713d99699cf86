import type { Encoder } from '@millrace/core';
import { ndjsonEncoder } from '@millrace/core/plugin';

/**
 * Encodes each record as a line of JSON, whatever value it is: what `parseNdjson` reads. Sinks use it by default.
 *
 * A bigint and a `Decimal` become their digits, a date its ISO 8601 text, and what has `toJSON` what that returns; members that
 * are `undefined` are left out. Anything else that JSON cannot hold exactly, such as `NaN`, maps, sets and bytes, refuses the
 * record with `JSON_VALUE_UNSUPPORTED`. Files are `.ndjson`.
 *
 * @example
 * const sink = fileSink({ directory: './out', encode: encodeNdjson() });
 */
export function encodeNdjson(): Encoder<unknown> {
  return ndjsonEncoder;
}

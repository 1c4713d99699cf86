import type { Parser } from '@millrace/core';
import { check, checkOptions, signatureOf } from '@millrace/core/plugin';
import { jsonSequenceParser } from '@millrace/framing';
import type { DuplicateKeys } from './duplicate-keys.ts';
import { checkDuplicateKeys, checkNumbers, type JsonNumbers, jsonParser } from './json-numbers.ts';

export interface ParseJsonSeqOptions {
  /** Characters (UTF-16 units) at most in a record; a longer one is stepped over and rejected. @default 1048576 */
  readonly maxRecordChars?: number;
  /**
   * What becomes of a number that no JavaScript number holds: `'double'` takes the nearest, as `JSON.parse` does; `'exact'`
   * makes it a bigint if it is whole, else a `Decimal`. @default 'double'
   */
  readonly numbers?: JsonNumbers;
  /**
   * What to do about an object, at any depth, that has the same key twice: `'fail'` rejects the record; `'first'` and `'last'` take
   * that value. `JSON.parse` takes the last. @default 'fail'
   */
  readonly duplicateKeys?: DuplicateKeys;
}

/**
 * Parses a JSON text sequence (RFC 7464, `application/json-seq`, `jq --seq`; GeoJSON sequences of RFC 8142): each record follows a record
 * separator, U+001E, and may extend over several lines.
 *
 * A record that is not valid JSON is rejected with its line number and its text, and the next separator goes on; so is a number or a word that
 * no line feed ends, as it may be cut. Separators with nothing between them make no record. `T` is what you say the
 * records are; nothing checks it, so put `validate()` after it.
 *
 * Rejections: `JSON_INVALID`, `JSON_TRUNCATED`, `JSON_KEY_DUPLICATE`, `RECORD_TOO_LONG`, and `ENCODING_INVALID` if `decodeText`
 * says so.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 * @throws MillraceError in a run `JSON_SEQUENCE_INVALID` if something else comes before the first separator
 * @example
 * const features = feed('roads').from(source).through(decodeText('utf-8')).through(parseJsonSeq());
 */
export function parseJsonSeq<T = unknown>(options: ParseJsonSeqOptions = {}): Parser<string, T> {
  checkOptions('parseJsonSeq', options, {
    maxRecordChars: check.optional(check.integer(1)),
    numbers: checkNumbers,
    duplicateKeys: checkDuplicateKeys,
  });
  const { maxRecordChars, numbers, duplicateKeys } = options;
  return jsonSequenceParser<T>({
    name: 'parseJsonSeq',
    signature: signatureOf(options),
    maxRecordChars,
    parse: jsonParser(numbers, duplicateKeys),
  });
}

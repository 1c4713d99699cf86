import type { Parser } from '@millrace/core';
import { check, checkOptions, signatureOf } from '@millrace/core/plugin';
import { jsonLine, lineParser, type ParseLine } from '@millrace/framing';
import type { DuplicateKeys } from './duplicate-keys.ts';
import { checkDuplicateKeys, checkNumbers, type JsonNumbers, jsonParser } from './json-numbers.ts';

export interface ParseNdjsonOptions {
  /** What to do about a line of white space only: pass over it, or reject it. @default 'skip' */
  readonly blankLines?: 'skip' | 'reject';
  /** Characters (UTF-16 units) at most in a line; a longer one is stepped over and rejected. @default 1048576 */
  readonly maxRecordChars?: number;
  /**
   * What becomes of a number that no JavaScript number holds, such as an integer beyond 2^53 or one of 20 digits: `'double'`
   * takes the nearest, as `JSON.parse` does; `'exact'` makes it a bigint where it is whole, else a `Decimal`. @default 'double'
   */
  readonly numbers?: JsonNumbers;
  /**
   * What to do about an object, at any depth, that has the same key twice: `'fail'` rejects the record; `'first'` and `'last'` take
   * that value. `JSON.parse` takes the last. @default 'fail'
   */
  readonly duplicateKeys?: DuplicateKeys;
}

/**
 * Parses newline-delimited JSON (also called JSON Lines): each line is a record, whatever JSON value it is. Lines end in
 * LF or CRLF, the last may end without. A byte order mark that is still there is stripped.
 *
 * A line that is no JSON is rejected with its line number and its text, and the run goes on. `T` is what you say the
 * records are; nothing checks it, so put `validate()` behind.
 *
 * Rejections: `NDJSON_INVALID`, `JSON_KEY_DUPLICATE`, `NDJSON_BLANK_LINE`, `RECORD_TOO_LONG`, and `ENCODING_INVALID` where `decodeText` says so.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 */
export function parseNdjson<T = unknown>(options: ParseNdjsonOptions = {}): Parser<string, T> {
  checkOptions('parseNdjson', options, {
    blankLines: check.optional(check.oneOf('skip', 'reject')),
    maxRecordChars: check.optional(check.integer(1)),
    numbers: checkNumbers,
    duplicateKeys: checkDuplicateKeys,
  });
  const parse = jsonLine(jsonParser(options.numbers, options.duplicateKeys), options.blankLines) as ParseLine<T>;
  const { maxRecordChars } = options;
  return lineParser({ name: 'parseNdjson', signature: signatureOf(options), maxRecordChars, begin: () => parse });
}

import type { Codec } from '@millrace/core';
import { check, checkOptions, type CodecContext, type RejectedRecord, signatureOf } from '@millrace/core/plugin';
import { jsonFault } from './json-fault.ts';
import { checkNumbers, type JsonNumbers, type JsonParser, jsonParser } from './json-numbers.ts';
import { LineProblem, type ParseLine, SKIP } from './line-problem.ts';
import { startLines } from './line-stage.ts';
import { MAX_RECORD_CHARS } from './record-text.ts';
import { reparseLine } from './reparse-line.ts';

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
}

/**
 * Parses newline-delimited JSON (also called JSON Lines): each line is a record, whatever JSON value it is. Lines end in
 * LF or CRLF, the last may end without. A byte order mark that is still there is stripped.
 *
 * A line that is no JSON is rejected with its line number and its text, and the run goes on. `T` is what you say the
 * records are; nothing checks it, so put `validate()` behind.
 *
 * Rejections: `NDJSON_INVALID`, `NDJSON_BLANK_LINE`, `RECORD_TOO_LONG`, and `ENCODING_INVALID` where `decodeText` says so.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 */
export function parseNdjson<T = unknown>(options: ParseNdjsonOptions = {}): Codec<string, T, 'records'> {
  checkOptions('parseNdjson', options, {
    blankLines: check.optional(check.oneOf('skip', 'reject')),
    maxRecordChars: check.optional(check.integer(1)),
    numbers: checkNumbers,
  });
  const { blankLines = 'skip', maxRecordChars = MAX_RECORD_CHARS, numbers } = options;
  const settings = { maxRecordChars, parse: ndjsonLine<T>(blankLines, jsonParser(numbers)) };
  return Object.freeze({
    kind: 'codec',
    emits: 'records',
    name: 'parseNdjson',
    signature: signatureOf(options),
    takesDamage: true,
    start: (context: CodecContext) => startLines(settings, context),
    reparse: (rejected: Pick<RejectedRecord, 'raw' | 'code'>) => reparseLine(settings.parse, rejected),
  });
}

function ndjsonLine<T>(blankLines: 'skip' | 'reject', parse: JsonParser): ParseLine<T> {
  const blank = (): LineProblem | typeof SKIP =>
    blankLines === 'skip' ? SKIP : new LineProblem({ code: 'NDJSON_BLANK_LINE', what: 'is blank.' });
  return (line) => {
    // A blank line is too common to be found out by a thrown error.
    if (line === '' || line === '\r') return blank();
    try {
      return parse(line) as T;
    } catch (cause) {
      if (/^[ \t\r]*$/.test(line)) return blank();
      return new LineProblem({ code: 'NDJSON_INVALID', what: `is not valid JSON: ${jsonFault(line)}.`, cause });
    }
  };
}

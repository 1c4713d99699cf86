import type { Parser } from '@millrace/core';
import type { Reparse } from '@millrace/core/plugin';
import type { ParseLine } from '../record-problem.ts';
import { MAX_RECORD_CHARS } from '../text/record-text.ts';
import { startLines } from './line-stage.ts';
import { reparseLine } from './reparse-line.ts';

/** What {@link lineParser} makes a parser of. */
export interface LineParserSettings<T> {
  /** The verb that users write. It names the stage in errors and reports. */
  readonly name: string;
  /** Text that differs if the parser may make other records of the same text, such as `signatureOf(options)`. */
  readonly signature: string;
  /** Characters (UTF-16 units) at most in a line; a longer one is stepped over and rejected. @default 1048576 */
  readonly maxRecordChars?: number | undefined;
  /** Called for each object. What it returns makes a record of each line, and may remember what earlier lines said. */
  readonly begin: () => ParseLine<T>;
  /**
   * Called for a rejected line that is parsed by itself; throws `REPLAY_IMPOSSIBLE` if that takes what an earlier line
   * said. @default `begin`
   */
  readonly beginReparse?: (rejected: Parameters<Reparse<T>>[0]) => ParseLine<T>;
}

/**
 * Makes a parser of one record a line. Lines end in LF or CRLF, the last may end without, and a byte order mark is
 * stripped. A line that is too long, or holds bytes that are not text, is rejected before it is parsed. For authors of formats.
 *
 * @example
 * export const parseNumbers = (): Parser<string, number> =>
 *   lineParser({
 *     name: 'parseNumbers',
 *     signature: '',
 *     begin: () => (line) => {
 *       const number = Number(line);
 *       return Number.isNaN(number) ? new RecordProblem({ code: 'NUMBER_INVALID', what: 'is not a number.' }) : number;
 *     },
 *   });
 */
export function lineParser<T>(settings: LineParserSettings<T>): Parser<string, T> {
  const { name, signature, maxRecordChars = MAX_RECORD_CHARS, begin, beginReparse = begin } = settings;
  return Object.freeze<Parser<string, T>>({
    kind: 'parser',
    name,
    signature,
    takesDamage: true,
    start: (context) => startLines({ maxRecordChars, parse: begin() }, context),
    reparse: (rejected) => reparseLine(beginReparse(rejected), rejected),
  });
}

import type { Parser } from '@millrace/core';
import { MAX_RECORD_CHARS } from '../text/record-text.ts';
import { type ParseFrames, startFrames } from './frame-stage.ts';
import type { JoinSettings } from './joined-lines.ts';
import { reparseFrame } from './reparse-frame.ts';

/** What {@link lineBatchParser} makes a parser of. */
export interface LineBatchParserSettings<T> {
  /** The verb that users write. It names the stage in errors and reports. */
  readonly name: string;
  /** Text that differs if the parser may make other records of the same text, such as `signatureOf(options)`. */
  readonly signature: string;
  /** Characters (UTF-16 units) at most in a record; a longer one is stepped over and rejected. @default 1048576 */
  readonly maxRecordChars?: number | undefined;
  /** How lines are joined to records. @default each line is a record */
  readonly join?: JoinSettings | undefined;
  /** Makes records of the texts of one chunk: as many as there are texts, in their order. */
  readonly parseAll: ParseFrames<T>;
}

/**
 * Makes a parser of lines, or of lines that are joined, that is given all records of a chunk at once: for work that has a cost
 * of its own each time, such as a guard against slow patterns. For authors of formats.
 *
 * @example
 * export const parseBlocks = (): Parser<string, string> =>
 *   lineBatchParser({
 *     name: 'parseBlocks',
 *     signature: '',
 *     join: { maxLines: 1000, begins: (lines) => lines.map((line) => !line.startsWith(' ')) },
 *     parseAll: (texts) => texts,
 *   });
 */
export function lineBatchParser<T>(settings: LineBatchParserSettings<T>): Parser<string, T> {
  const { name, signature, maxRecordChars = MAX_RECORD_CHARS, join, parseAll } = settings;
  return Object.freeze<Parser<string, T>>({
    kind: 'parser',
    name,
    signature,
    takesDamage: true,
    start: (context) => startFrames({ maxRecordChars, join, parseAll }, context),
    reparse: (rejected) => reparseFrame(parseAll, rejected),
  });
}

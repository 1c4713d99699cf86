import type { Parser } from '@millrace/core';
import { check, checkOptions, signatureOf } from '@millrace/core/plugin';
import { lineBatchParser, lineParser, plainText, RecordProblem, SKIP } from '@millrace/framing';
import { MAX_MATCH_MILLIS } from './match-guard.ts';
import { joinSettings, type Multiline } from './multiline.ts';

export interface ParseLinesOptions {
  /** What to do about a record of white space only: pass over it, reject it, or keep it. @default 'skip' */
  readonly blankLines?: 'skip' | 'reject' | 'keep';
  /** Joins lines to records, such as a stack trace to its message. @default each line is a record */
  readonly multiline?: Multiline;
  /** Characters (UTF-16 units) at most in a record; a longer one is stepped over and rejected. @default 1048576 */
  readonly maxRecordChars?: number;
  /** Milliseconds that a pattern of `multiline` may take for one line; 0 for no limit. @default 1000 */
  readonly maxMatchMillis?: number;
}

/**
 * Makes each line a record: a string without its line end. Lines end in LF or CRLF, the last may end without. A byte order
 * mark that is still there is stripped. Lines that `multiline` joins stand with LF between them.
 *
 * Rejections: `LINE_BLANK`, `RECORD_TOO_LONG`, and `ENCODING_INVALID` where `decodeText` says so.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`, `REGEX_GUARD_UNAVAILABLE` when it is made
 */
export function parseLines(options: ParseLinesOptions = {}): Parser<string, string> {
  checkOptions('parseLines', options, {
    blankLines: check.optional(check.oneOf('skip', 'reject', 'keep')),
    multiline: check.optional(check.object),
    maxRecordChars: check.optional(check.integer(1)),
    maxMatchMillis: check.optional(check.integer(0)),
  });
  const { blankLines = 'skip', multiline, maxRecordChars } = options;
  const parse = (raw: string): string | RecordProblem | typeof SKIP => {
    const text = plainText(raw);
    if (beginsPlain(text) || blankLines === 'keep' || text.trim() !== '') return text;
    return blankLines === 'skip' ? SKIP : new RecordProblem({ code: 'LINE_BLANK', what: 'is blank.' });
  };
  const settings = { name: 'parseLines', signature: signatureOf(options), maxRecordChars };
  // What joins lines needs those of a chunk at once; single lines go without the objects that this takes.
  if (multiline === undefined) return lineParser({ ...settings, begin: () => parse });
  return lineBatchParser({
    ...settings,
    join: joinSettings('parseLines', multiline, options.maxMatchMillis ?? MAX_MATCH_MILLIS),
    parseAll: (texts) => texts.map(parse),
  });
}

/** Whether a text begins with a character of ASCII that is not white space, as nearly all do. */
function beginsPlain(text: string): boolean {
  const code = text.charCodeAt(0);
  return code > 0x20 && code < 0x7f;
}

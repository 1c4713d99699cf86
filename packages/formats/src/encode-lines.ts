import { type Encoder, MillraceError } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';

export interface EncodeLinesOptions {
  /** What ends each line. @default '\n' */
  readonly lineEnd?: '\n' | '\r\n';
}

/** A line break, and a byte order mark at the start, which readers of the file take for its own. */
const BREAKS_A_LINE = /[\r\n]|^\uFEFF/;

/**
 * Encodes each record, which is a text, as a line: what `parseLines` reads. Blank lines are written; `parseLines` passes over
 * them unless `blankLines` is `'keep'`. Files are `.txt`.
 *
 * A record is refused with `LINE_VALUE_UNSUPPORTED` if it is no text, holds a line break, begins with a byte order mark, or is
 * not valid Unicode. A record that `multiline` has joined holds line breaks: map it, or use `encodeNdjson`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const sink = fileSink<string>({ directory: './out', encode: encodeLines() });
 */
export function encodeLines(options: EncodeLinesOptions = {}): Encoder<string> {
  checkOptions('encodeLines', options, { lineEnd: check.optional(check.oneOf('\n', '\r\n')) });
  const { lineEnd = '\n' } = options;
  return Object.freeze<Encoder<string>>({
    kind: 'encoder',
    name: 'encodeLines',
    extension: '.txt',
    contentType: 'text/plain; charset=utf-8',
    encode: (value: unknown) => {
      if (typeof value !== 'string') throw unsupported(`a value of type ${value === null ? 'null' : typeof value}`);
      if (BREAKS_A_LINE.test(value)) throw unsupported('a text with a line break or a byte order mark');
      if (!value.isWellFormed()) throw unsupported('a text that is not valid Unicode');
      return value + lineEnd;
    },
  });
}

function unsupported(kind: string): MillraceError {
  return new MillraceError(
    'LINE_VALUE_UNSUPPORTED',
    `The record is ${kind}, and a line cannot hold that. Map it to a text of one line, or use encodeNdjson().`,
    { details: { kind } },
  );
}

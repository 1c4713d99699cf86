import { isUtf8 } from 'node:buffer';
import { MillraceError } from '@millrace/core';
import { type ByteLine, ByteLines } from '@millrace/framing';

/** A line, without its end. */
export interface TextLine {
  readonly text: string;
  /** Its number, from 1. */
  readonly line: number;
  /** The line as it came, if it is not UTF-8 and `text` is not what it says. */
  readonly damaged?: Uint8Array;
}

/** Cuts bytes into lines of text. Empty lines are passed over. */
export class ItemLines {
  readonly #lines: ByteLines;

  constructor(maxLineBytes: number) {
    this.#lines = new ByteLines({ maxLineBytes, tooLong: (line) => tooLong(line, maxLineBytes) });
  }

  /** The lines that end in this chunk. It must be read to its end before the next chunk comes. */
  *push(chunk: Uint8Array): Generator<TextLine> {
    for (const bytes of this.#lines.push(chunk)) {
      const line = textLine(bytes);
      if (line !== undefined) yield line;
    }
  }

  /** The last line, if the input does not end with a line's end. A whole item is JSON, and ends with a brace. */
  *end(): Generator<TextLine> {
    const last = this.#lines.end();
    const line = last && textLine(last);
    if (line === undefined) return;
    if (line.damaged === undefined && !isJson(line.text)) throw truncated(line.line);
    yield line;
  }
}

function textLine({ bytes, line }: ByteLine): TextLine | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').trimEnd();
  if (text === '') return undefined;
  // What is not UTF-8 has become a character that says so.
  const damaged = text.includes('\uFFFD') && !isUtf8(bytes);
  return { text, line, ...(damaged && { damaged: new Uint8Array(bytes) }) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function tooLong(line: number, maxLineBytes: number): MillraceError {
  const text = `Line ${line} has more than ${maxLineBytes} bytes (maxLineBytes), so this is not the JSON of items.`;
  return new MillraceError('DYNAMODB_LINE_TOO_LONG', text, { details: { line, maxLineBytes } });
}

function truncated(line: number): MillraceError {
  return new MillraceError('DYNAMODB_LINES_TRUNCATED', `Line ${line} is the last one and is cut short.`, {
    details: { line },
  });
}

import { isUtf8 } from 'node:buffer';
import { MillraceError } from '@millrace/core';

/** A line, without its end. */
export interface TextLine {
  readonly text: string;
  /** Its number, from 1. */
  readonly line: number;
  /** The line as it came, where it is no UTF-8 and `text` is not what it says. */
  readonly damaged?: Uint8Array;
}

const LINE_FEED = 0x0a;

/** Cuts bytes into lines of text, and holds the one that a chunk cuts. Empty lines are passed over. */
export class ItemLines {
  readonly #maxLineBytes: number;
  /** The parts of the line at hand that earlier chunks brought. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #line = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** The lines that end in this chunk. It must be read to its end before the next chunk comes. */
  *push(chunk: Uint8Array): Generator<TextLine> {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      yield* this.#take(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start === chunk.length) return;
    this.#hold(chunk.subarray(start));
  }

  /** The last line, where the input does not end with a line's end. A whole item is JSON, and ends with a brace. */
  *end(): Generator<TextLine> {
    for (const line of this.#take(new Uint8Array())) {
      if (line.damaged === undefined && !isJson(line.text)) throw truncated(line.line);
      yield line;
    }
  }

  #hold(part: Uint8Array): void {
    this.#heldBytes += part.length;
    if (this.#heldBytes > this.#maxLineBytes) throw tooLong(this.#line + 1, this.#maxLineBytes);
    // A copy, so that a line of a few bytes does not keep its chunk.
    this.#held.push(new Uint8Array(part));
  }

  *#take(last: Uint8Array): Generator<TextLine> {
    if (this.#heldBytes + last.length > this.#maxLineBytes) throw tooLong(this.#line + 1, this.#maxLineBytes);
    const bytes = this.#heldBytes === 0 ? last : Buffer.concat([...this.#held, last]);
    this.#held = [];
    this.#heldBytes = 0;
    this.#line += 1;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').trimEnd();
    if (text === '') return;
    // What is no UTF-8 has become a character that says so.
    const damaged = text.includes('\uFFFD') && !isUtf8(bytes);
    yield { text, line: this.#line, ...(damaged && { damaged: new Uint8Array(bytes) }) };
  }
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

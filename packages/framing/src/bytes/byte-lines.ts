const LINE_FEED = 0x0a;

/** A line of bytes, without its line feed. */
export interface ByteLine {
  /** A view of its chunk, or a copy if several chunks brought it. */
  readonly bytes: Uint8Array;
  /** Its number, from 1. */
  readonly line: number;
}

/** What {@link ByteLines} keeps to. */
export interface ByteLinesSettings {
  /** Bytes at most in a line. */
  readonly maxLineBytes: number;
  /** Makes the error that is thrown for a longer one. */
  readonly tooLong: (line: number) => Error;
}

/**
 * Cuts bytes into lines before anything decodes them, and holds the one that a chunk cuts: for formats that are UTF-8 by
 * definition, and whose parsers take bytes. A line feed byte is a line feed in UTF-8 only.
 *
 * @example
 * const lines = new ByteLines({ maxLineBytes: 65_536, tooLong: (line) => new MillraceError('A_LONG', `Line ${line} …`) });
 * for (const { bytes, line } of lines.push(chunk)) console.log(line, bytes.length);
 */
export class ByteLines {
  readonly #settings: ByteLinesSettings;
  /** The pieces of the line at hand that earlier chunks brought. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #line = 0;

  constructor(settings: ByteLinesSettings) {
    this.#settings = settings;
  }

  /** Yields the lines that end in this chunk. It must be read to its end before the next chunk comes. */
  *push(chunk: Uint8Array): Generator<ByteLine> {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      yield this.#take(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
  }

  /** Returns what follows the last line feed, if anything does. */
  end(): ByteLine | undefined {
    return this.#heldBytes === 0 ? undefined : this.#take(new Uint8Array());
  }

  #hold(piece: Uint8Array): void {
    this.#heldBytes += piece.length;
    if (this.#heldBytes > this.#settings.maxLineBytes) throw this.#settings.tooLong(this.#line + 1);
    // A copy, so that a line of a few bytes does not keep its chunk.
    this.#held.push(piece.slice());
  }

  #take(last: Uint8Array): ByteLine {
    if (this.#heldBytes + last.length > this.#settings.maxLineBytes) throw this.#settings.tooLong(this.#line + 1);
    const bytes = this.#heldBytes === 0 ? last : joined([...this.#held, last], this.#heldBytes + last.length);
    this.#held = [];
    this.#heldBytes = 0;
    this.#line += 1;
    return { bytes, line: this.#line };
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

import { textBytes } from './scalar.ts';

/** Bytes to begin with. */
const INITIAL = 64 * 1024;

/** A buffer that an item has made larger than this is not kept. */
const KEPT = 1024 * 1024;

/** Up to this length a loop over ASCII text is faster than calls into the runtime. */
const SHORT = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE = 0x7d;

/**
 * Builds the JSON of attribute values, in UTF-8, in one buffer that is used again for each item. It leaves no garbage:
 * objects of the same content, the text of them, and its bytes would be three times the record.
 */
export class JsonBytes {
  /** Where the next byte goes. */
  at = 0;
  #bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL);

  /** Resets the buffer. */
  clear(): void {
    this.at = 0;
    if (this.#bytes.length > KEPT) this.#bytes = Buffer.allocUnsafeSlow(INITIAL);
  }

  /** A copy of what was written. */
  copy(): Buffer {
    const copy = Buffer.allocUnsafe(this.at);
    copy.set(this.#bytes.subarray(0, this.at));
    return copy;
  }

  raw(part: Uint8Array): void {
    const { length } = part;
    const at = this.#reserve(length);
    this.at = at + length;
    if (length > SHORT) return this.#bytes.set(part, at);
    const bytes = this.#bytes;
    for (let index = 0; index < length; index += 1) bytes[at + index] = part[index]!;
  }

  /**
   * Writes `opening`, which ends with a quote, the text, and `"}`.
   *
   * @returns bytes of the text as stored
   * @throws MillraceError `DYNAMODB_TEXT_INVALID`
   */
  text(opening: Uint8Array, text: string): number {
    this.raw(opening);
    const { length } = text;
    if (length > SHORT) return this.#anyText(text);
    const start = this.#reserve(length + 2);
    const bytes = this.#bytes;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return this.#anyText(text);
      bytes[start + index] = code;
    }
    bytes[start + length] = QUOTE;
    bytes[start + length + 1] = CLOSE;
    this.at = start + length + 2;
    return length;
  }

  /** Writes `opening`, which ends with a quote, text that is ASCII without anything to escape, and `"}`. */
  ascii(opening: Uint8Array, text: string): void {
    this.raw(opening);
    const { length } = text;
    const start = this.#reserve(length + 2);
    const bytes = this.#bytes;
    if (length > SHORT) bytes.write(text, start, 'latin1');
    else for (let index = 0; index < length; index += 1) bytes[start + index] = text.charCodeAt(index);
    bytes[start + length] = QUOTE;
    bytes[start + length + 1] = CLOSE;
    this.at = start + length + 2;
  }

  /** Writes JSON that was made elsewhere. */
  json(json: string): void {
    const at = this.#reserve(json.length * 3);
    this.at = at + this.#bytes.write(json, at);
  }

  /**
   * Makes what was written since `start` an object or list: each of its members came with a comma in front, and the first
   * one's place is taken by the bracket.
   */
  close(start: number, opening: number, closing: number): void {
    if (this.at === start) this.at = this.#reserve(1) + 1;
    this.#bytes[start] = opening;
    this.#bytes[this.#reserve(1)] = closing;
    this.at += 1;
  }

  #anyText(text: string): number {
    const quoted = JSON.stringify(text);
    // It has its own opening quote.
    this.at -= 1;
    const start = this.at;
    this.json(quoted);
    const written = this.at - start;
    this.#bytes[this.#reserve(1)] = CLOSE;
    this.at += 1;
    // Half of a surrogate pair is escaped, so text that was not made longer is well formed.
    return quoted.length === text.length + 2 ? written - 2 : textBytes(text);
  }

  #reserve(count: number): number {
    const { at } = this;
    if (at + count <= this.#bytes.length) return at;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, at + count));
    larger.set(this.#bytes.subarray(0, at));
    this.#bytes = larger;
    return at;
  }
}

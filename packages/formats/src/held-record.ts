import { excerpt } from './record-text.ts';

/**
 * The part of a record that earlier chunks brought. Chunks are appended and not looked at again: searching in what is
 * held would make a long record quadratic. Of a record longer than `maxRecordChars` only the beginning is kept.
 */
export class HeldRecord {
  readonly #maxRecordChars: number;
  #text = '';
  #length = 0;
  #line = 0;

  constructor(maxRecordChars: number) {
    this.#maxRecordChars = maxRecordChars;
  }

  /** Characters of the record so far, kept or not; 0 where nothing is held. */
  get length(): number {
    return this.#length;
  }

  get isTooLong(): boolean {
    return this.#length > this.#maxRecordChars;
  }

  /** Line on which the record begins. */
  get line(): number {
    return this.#line;
  }

  /** Appends text that begins on `line`. */
  add(text: string, line: number): void {
    if (this.#length === 0) this.#line = line;
    if (!this.isTooLong) this.#text += text; // V8 appends without copying.
    this.#length += text.length;
    if (this.isTooLong) this.#text = excerpt(this.#text, this.#maxRecordChars);
  }

  /** The record, or its beginning where it is too long. Nothing is held afterwards. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    this.#length = 0;
    return text;
  }
}

import type { RejectedRecord, TextPlace } from '@millrace/core/plugin';
import { excerpt } from './record-text.ts';
import { damagedRecord, type TextPart } from './invalid-text.ts';

/** A record that began in an earlier chunk. */
export interface HeldText {
  /** The record, or its beginning where it is too long. */
  readonly raw: string;
  /** Characters in it. */
  readonly length: number;
  /** Line on which it begins. */
  readonly line: number;
  readonly byteOffset: () => number | undefined;
  /** The rejection of a record that holds bytes which are no text. */
  readonly damaged: RejectedRecord | undefined;
}

/**
 * The part of a record that earlier chunks brought. Chunks are appended and not looked at again: searching in what is
 * held would make a long record quadratic. Of a record longer than `maxRecordChars` only the beginning is kept.
 */
export class HeldRecord {
  readonly #maxRecordChars: number;
  #text = '';
  #length = 0;
  #line = 0;
  #start: Omit<TextPart, 'to'> | undefined;
  #parts: TextPart[] = [];

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

  /** What is kept of the record so far. */
  get text(): string {
    return this.#text;
  }

  /** Appends what lies in `text` from `from` to `to`; it begins on `line`. */
  add(text: string, from: number, to: number, line: number, place: TextPlace | undefined): void {
    if (this.#length === 0) {
      this.#line = line;
      this.#start = place && { place, from };
    }
    if (!this.isTooLong) this.#text += text.slice(from, to); // V8 appends without copying.
    this.#length += to - from;
    if (this.isTooLong) {
      this.#text = excerpt(this.#text, this.#maxRecordChars);
      this.#parts = [];
    } else if (place?.bytes !== undefined) {
      this.#parts.push({ place, from, to });
    }
  }

  /** Appends what another one holds, which then holds nothing. */
  absorb(other: HeldRecord): void {
    if (this.#length === 0) {
      this.#line = other.#line;
      this.#start = other.#start;
    }
    if (!this.isTooLong) this.#text += other.#text;
    this.#length += other.#length;
    if (this.isTooLong) this.#text = excerpt(this.#text, this.#maxRecordChars);
    this.#parts = this.isTooLong ? [] : [...this.#parts, ...other.#parts];
    other.#clear();
  }

  /** Leaves out the line feed that ends what is held. */
  dropFeed(): void {
    if (this.isTooLong || !this.#text.endsWith('\n')) return;
    this.#text = this.#text.slice(0, -1);
    this.#length -= 1;
    const last = this.#parts.pop();
    if (last !== undefined) this.#parts.push({ ...last, to: last.to - 1 });
  }

  /** The record. Nothing is held afterwards. */
  take(): HeldText {
    const start = this.#start;
    const held: HeldText = {
      raw: this.#text,
      length: this.#length,
      line: this.#line,
      byteOffset: () => start?.place.byteOffset(start.from),
      damaged: this.#parts.length === 0 ? undefined : damagedRecord(this.#parts, this.#text, this.#line),
    };
    this.#clear();
    return held;
  }

  #clear(): void {
    this.#text = '';
    this.#length = 0;
    this.#start = undefined;
    this.#parts = [];
  }
}

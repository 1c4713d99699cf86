import type { TextPlace } from '@millrace/core/plugin';
import { EXCERPT_CHARS, type TextPart } from '@millrace/framing';
import type { XmlOrigin } from './xml-origin.ts';

/** The element of a record, from its first tag on. */
export class OpenRecord {
  readonly origin: XmlOrigin;
  /** Depth of its element in the document. */
  readonly depth: number;
  readonly #maxRecordChars: number;
  /** What earlier chunks brought of it. */
  #parts: TextPart[];
  /** Where it begins or goes on in the chunk at hand. */
  #from: number;
  #raw = '';
  #length = 0;
  /** Whether it is stepped over, being too long. */
  isOver = false;
  /** Whether its end tag was read. */
  isClosed = false;

  /** @param parts what earlier chunks brought of its first tag, which goes on at `from` */
  constructor(origin: XmlOrigin, depth: number, maxRecordChars: number, parts: TextPart[], from: number) {
    this.origin = origin;
    this.depth = depth;
    this.#maxRecordChars = maxRecordChars;
    this.#parts = parts;
    this.#from = from;
  }

  /** Its text, or the beginning if it is too long. */
  get raw(): string {
    return this.#raw;
  }

  /** Characters in it so far. */
  get length(): number {
    return this.#length;
  }

  /** Whether it would be too long with so many characters more. */
  isTooLongWith(more: number): boolean {
    return this.#length + more > this.#maxRecordChars;
  }

  /** Counts what belongs to it, and keeps it as far as it may be long. */
  append(some: string): void {
    this.#length += some.length;
    if (!this.isOver || this.#raw.length <= EXCERPT_CHARS) this.#raw += some;
  }

  stepOver(): void {
    this.isOver = true;
    this.#parts = [];
  }

  /** Remembers the chunk at hand, in which it does not end. */
  carryOver(place: TextPlace, length: number): void {
    if (this.isOver) return;
    this.#parts.push({ place, from: this.#from, to: length });
    this.#from = 0;
  }

  /** All of it, up to `to` in the chunk at hand. */
  partsTo(place: TextPlace | undefined, to: number): readonly TextPart[] {
    if (this.isOver) return [];
    return place === undefined ? this.#parts : [...this.#parts, { place, from: this.#from, to }];
  }
}

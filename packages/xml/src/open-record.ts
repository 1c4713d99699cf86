import type { TextPlace } from '@millrace/core/plugin';
import { EXCERPT_CHARS, type TextPart } from '@millrace/framing';
import type { XmlOrigin } from './xml-origin.ts';

/** Characters kept of a record that is stepped over: one more than an excerpt has, which shows whether it would cut a pair. */
const KEPT_CHARS = EXCERPT_CHARS + 1;

/** The element of a record, from its first tag on. What earlier chunks brought of it is held. */
export class OpenRecord {
  /** Depth of its element in the document. */
  readonly depth: number;
  /** Where it begins in the chunk at hand; 0 if it began in an earlier one. */
  #from: number;
  /** Where it began in an earlier chunk. */
  #origin: XmlOrigin | undefined;
  #held = '';
  #heldLength = 0;
  #parts: TextPart[] = [];
  /** Whether it is stepped over, being too long. */
  isOver = false;

  constructor(depth: number, from: number) {
    this.depth = depth;
    this.#from = from;
  }

  get from(): number {
    return this.#from;
  }

  /** Where it began, if that was in an earlier chunk. */
  get origin(): XmlOrigin | undefined {
    return this.#origin;
  }

  /** Holds what earlier chunks brought of its first tag. It goes on at the beginning of the chunk at hand. */
  hold(text: string, parts: readonly TextPart[], origin: XmlOrigin): void {
    this.#held = text;
    this.#heldLength = text.length;
    this.#parts = [...parts];
    this.#origin = origin;
    this.#from = 0;
  }

  /** Characters in it up to `to` in the chunk at hand. */
  lengthTo(to: number): number {
    return this.#heldLength + to - this.#from;
  }

  /** Its text up to `to` in the chunk at hand, or the beginning if it is stepped over. */
  rawTo(chunk: string, to: number): string {
    if (!this.isOver) return this.#held + chunk.slice(this.#from, to);
    const missing = Math.max(KEPT_CHARS - this.#held.length, 0);
    return this.#held.slice(0, KEPT_CHARS) + chunk.slice(this.#from, Math.min(to, this.#from + missing));
  }

  /** Its stretches of chunks, up to `to` in the one at hand. */
  partsTo(place: TextPlace | undefined, to: number): readonly TextPart[] {
    if (this.isOver || place === undefined) return this.isOver ? [] : this.#parts;
    return [...this.#parts, { place, from: this.#from, to }];
  }

  stepOver(): void {
    this.isOver = true;
    this.#parts = [];
  }

  /** Holds what the chunk at hand brought. */
  carryOver(chunk: string, place: TextPlace | undefined, origin: XmlOrigin): void {
    this.#origin ??= origin;
    this.#held = this.rawTo(chunk, chunk.length);
    this.#heldLength = this.lengthTo(chunk.length);
    // Without bytes there can be no damage.
    if (place?.bytes !== undefined && !this.isOver) this.#parts.push({ place, from: this.#from, to: chunk.length });
    this.#from = 0;
  }
}

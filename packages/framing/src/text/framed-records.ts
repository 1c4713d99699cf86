import {
  block,
  type Block,
  type RecordPlace,
  type Rejected,
  type RejectedRecord,
  type TextPlace,
} from '@millrace/core/plugin';
import type { HeldText } from './held-record.ts';
import { LineCounter } from './line-counter.ts';
import { withoutReturn } from './record-text.ts';
import { damagedRecord, damageIn } from './invalid-text.ts';

const HELD = -1;

/**
 * Collects the records of one chunk, with where each lies in it. Their text, their lines and their offsets are found when
 * they are asked for, which is for rejected records only.
 */
export class FramedRecords<T> {
  readonly #text: string;
  readonly #lines: LineCounter;
  readonly #place: TextPlace | undefined;
  /** Whether no record of the chunk can be damaged. */
  readonly isSound: boolean;
  readonly #records: (T | Rejected)[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #held: HeldText[] | undefined;

  /** @param line line number at the beginning of `text` */
  constructor(text: string, line: number, place: TextPlace | undefined) {
    this.#text = text;
    this.#lines = new LineCounter(text, line);
    this.#place = place;
    this.isSound = place?.damage === undefined;
  }

  /** Adds a record that lies in the chunk. */
  add(record: T | Rejected, start: number, end: number): void {
    this.#records.push(record);
    this.#starts.push(start);
    this.#ends.push(end);
  }

  /** Adds a record that began in an earlier chunk, or was put together. */
  addHeld(record: T | Rejected, held: HeldText): void {
    this.#held ??= [];
    this.#held.push(held);
    this.add(record, HELD, this.#held.length - 1);
  }

  /** The rejection of a record in the chunk that holds bytes which are no text. */
  damaged(start: number, end: number, line: number): RejectedRecord | undefined {
    const place = this.#place;
    if (place?.damage === undefined || damageIn(place, start, end) === undefined) return undefined;
    return damagedRecord([{ place, from: start, to: end }], this.#text.slice(start, end), line);
  }

  toBlock(): Block<T> | readonly [] {
    return this.#records.length === 0 ? [] : block(this.#records, (index) => this.#placeOf(index));
  }

  #placeOf(index: number): RecordPlace {
    const start = this.#starts[index]!;
    const end = this.#ends[index]!;
    if (start === HELD) {
      const { raw, line, byteOffset } = this.#held![end]!;
      return { raw: withoutReturn(raw), line, byteOffset: byteOffset() };
    }
    return {
      raw: withoutReturn(this.#text.slice(start, end)),
      line: this.#lines.at(start),
      byteOffset: this.#place?.byteOffset(start),
    };
  }
}

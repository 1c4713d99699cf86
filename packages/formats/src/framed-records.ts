import { block, type Block, type RecordPlace, type Rejected } from '@millrace/core';
import { countLineFeeds, withoutReturn } from './record-text.ts';

const HELD = -1;

/**
 * Collects the records of one chunk, with where each lies in it. Their text and their lines are found when they are
 * asked for, which is for rejected records only.
 */
export class FramedRecords<T> {
  readonly #text: string;
  readonly #line: number;
  readonly #records: (T | Rejected)[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #held = { raw: '', line: 0 };

  /** @param line line number at the beginning of `text` */
  constructor(text: string, line: number) {
    this.#text = text;
    this.#line = line;
  }

  /** Adds a record that lies in the chunk. */
  add(record: T | Rejected, start: number, end: number): void {
    this.#records.push(record);
    this.#starts.push(start);
    this.#ends.push(end);
  }

  /** Adds the record that began in an earlier chunk: the first, if any. */
  addHeld(record: T | Rejected, raw: string, line: number): void {
    this.#held = { raw, line };
    this.add(record, HELD, HELD);
  }

  toBlock(): Block<T> | readonly [] {
    return this.#records.length === 0 ? [] : block(this.#records, (index) => this.#place(index));
  }

  #place(index: number): RecordPlace {
    const start = this.#starts[index]!;
    if (start === HELD) return { raw: withoutReturn(this.#held.raw), line: this.#held.line };
    const raw = withoutReturn(this.#text.slice(start, this.#ends[index]));
    return { raw, line: this.#line + countLineFeeds(this.#text, 0, start) };
  }
}

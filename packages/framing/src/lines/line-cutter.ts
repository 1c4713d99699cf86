import type { TextPlace } from '@millrace/core/plugin';
import { afterMarks, BYTE_ORDER_MARK } from '../text/record-text.ts';
import { HeldRecord } from '../text/held-record.ts';

/** A line of a chunk. The first may have begun in an earlier one: then what is held of it comes before `start`. */
export interface CutLine {
  readonly start: number;
  /** Where its line feed is. */
  readonly end: number;
  /** Number of the line. */
  readonly line: number;
}

/** Cuts chunks into lines, and holds the one that a chunk cuts. */
export class LineCutter {
  /** What earlier chunks brought of the line at hand. */
  readonly held: HeldRecord;
  #line = 1;

  constructor(maxRecordChars: number) {
    this.held = new HeldRecord(maxRecordChars);
  }

  /** Number of the line at hand. */
  get line(): number {
    return this.#line;
  }

  /** The lines that end in this chunk. */
  cut(text: string): readonly CutLine[] {
    const lines: CutLine[] = [];
    let start = this.held.length === 0 ? afterMarks(text, 0) : 0;
    for (let end = text.indexOf('\n', start); end !== -1; end = text.indexOf('\n', start)) {
      lines.push({ start, end, line: this.#line });
      this.#line += 1;
      start = end + 1;
      if (text.charCodeAt(start) === BYTE_ORDER_MARK) start = afterMarks(text, start);
    }
    this.#rest = start;
    return lines;
  }

  #rest = 0;

  /** Holds what follows the last line that `cut` found. */
  hold(text: string, place: TextPlace | undefined): void {
    if (this.#rest < text.length) this.held.add(text, this.#rest, text.length, this.#line, place);
  }
}

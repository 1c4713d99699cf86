import type { Counts } from '../../report.ts';

/** The running counts and notes of one item, or of a run. */
export class Tally {
  read = 0;
  expanded = 0;
  written = 0;
  rejected = 0;
  dropped = 0;
  skipped = 0;
  bytesIn = 0;
  bytesDecoded = 0;
  readonly rejections: Record<string, number> = {};
  readonly counters: Record<string, Record<string, number>> = {};
  notes: Record<string, Record<string, string>> | undefined;

  count(stage: string, counter: string, by: number): void {
    const counters = (this.counters[stage] ??= {});
    counters[counter] = (counters[counter] ?? 0) + by;
  }

  note(stage: string, name: string, text: string): void {
    this.notes ??= {};
    (this.notes[stage] ??= {})[name] = text;
  }

  /** Whether the parser has said which columns there are. */
  hasColumns = false;

  /** Records that the sink refused: they were understood, and are rejected all the same. */
  refused = 0;

  /** Rejections so far, quarantined or not. */
  rejectionCount = 0;

  /** Which records they are; their number is limited by `maxRejections`. */
  readonly #rejectedOrdinals: number[] = [];

  /** Rejections of records below `watermark`: those that no later run meets again. */
  rejectionsBelow(watermark: number): number {
    return this.#rejectedOrdinals.reduce((count, ordinal) => (ordinal < watermark ? count + 1 : count), 0);
  }

  countRejection(code: string, ordinal: number): void {
    this.rejectionCount += 1;
    this.#rejectedOrdinals.push(ordinal);
    this.rejections[code] = (this.rejections[code] ?? 0) + 1;
  }

  /** Records that are neither delivered nor left out nor quarantined: in hand, in flight, or of unknown fate. */
  get unsettled(): number {
    return this.read + this.expanded - this.written - this.rejected - this.dropped - this.skipped;
  }

  counts(): Counts {
    const { read, expanded, written, rejected, dropped, skipped, unsettled, bytesIn, bytesDecoded } = this;
    return { read, expanded, written, rejected, dropped, skipped, unsettled, bytesIn, bytesDecoded };
  }
}

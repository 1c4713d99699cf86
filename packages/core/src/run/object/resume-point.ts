import { MillraceError } from '../../millrace-error.ts';

/** Records that are on their way: from `first` on, some may not have settled. */
export interface Span {
  first: number;
}

/**
 * Knows where the next run of an object resumes. It is the one place for this rule:
 *
 * - Records below the start are settled: this run passes over them ({@link isSettled}).
 * - A batch opens a span at its first record and closes it once it has settled. The next run resumes at the oldest open span,
 *   or after the last record that was handed on. That is exact for whole batches and costs nothing per record.
 * - If the sink aligns records in groups, the point stays at the beginning of a group until the object has ended: a group is
 *   written whole or not at all.
 * - If reading broke by itself, nothing that was read counts ({@link distrust}): a checksum at the end may be what found the
 *   damage, so the next run writes all of it again, over what is there (contract 3.4).
 * - An object that ends below its start is not the one that the earlier run read ({@link assertReached}): the next run
 *   resumes at record 0.
 */
export class ResumePoint {
  readonly #group: number;
  #start: number;
  #frontier: number;
  #ended = false;
  #distrusted = false;
  readonly #open: Set<Span> = new Set();

  /**
   * @param start how far earlier runs came; a group that they had begun is begun again
   * @param group the sink's number of records in a group; 1 without groups
   */
  constructor(start: number, group: number) {
    this.#group = group;
    this.#start = this.#groupStart(start);
    this.#frontier = this.#start;
  }

  /** Number of records at the start of the object that earlier runs have settled. */
  get start(): number {
    return this.#start;
  }

  /** Whether an earlier run has settled this record. */
  isSettled(ordinal: number): boolean {
    return ordinal < this.#start;
  }

  /** The next ordinal that the runner has not finished handing on. */
  get frontier(): number {
    return this.#frontier;
  }

  /** Records below `ordinal` are handed on: each is in a span, or settled already. */
  advance(ordinal: number): void {
    this.#frontier = ordinal;
  }

  /** No more records will come: the last group is whole. */
  end(): void {
    this.#ended = true;
  }

  open(first: number): Span {
    const span = { first };
    this.#open.add(span);
    return span;
  }

  close(span: Span): void {
    this.#open.delete(span);
  }

  /** Nothing that was read counts. */
  distrust(): void {
    this.#distrusted = true;
  }

  /**
   * @param read the number of records that the whole object turned out to have
   * @throws MillraceError `RESUME_BEYOND_END`
   */
  assertReached(read: number): void {
    if (read >= this.#start) return;
    this.distrust();
    throw new MillraceError(
      'RESUME_BEYOND_END',
      `An earlier run settled ${this.#start} records of this object, and now it has only ${read}. It reads differently ` +
        'today, so the next run starts over at record 0. If the feed was changed, give each changed parser another signature.',
      { retryable: true, details: { settled: this.#start, read } },
    );
  }

  /** Number of records from the start of the object that are settled without a gap. It never goes back, but to 0. */
  get value(): number {
    if (this.#distrusted) return 0;
    let lowest = this.#frontier;
    for (const { first } of this.#open) if (first < lowest) lowest = first;
    return this.#ended && lowest === this.#frontier ? lowest : this.#groupStart(lowest);
  }

  #groupStart(ordinal: number): number {
    return ordinal - (ordinal % this.#group);
  }
}

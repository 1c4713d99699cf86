/** Records that are on their way: from `first` on, some may not have settled. */
export interface Span {
  first: number;
}

/**
 * Knows how far an item is settled without a gap. A batch opens a span at its first record and closes it once it has
 * settled; everything below the oldest open span is settled. That is exact for whole batches and costs nothing per record.
 *
 * Where the sink takes records in groups, the watermark stops at the beginning of a group until the item has ended: a group
 * is written whole or not at all.
 */
export class Watermark {
  readonly #group: number;
  #frontier: number;
  #ended = false;
  readonly #open: Set<Span> = new Set();

  /** @param start where earlier runs came to; a group that they had begun is begun again */
  constructor(start: number, group: number) {
    this.#group = group;
    this.#frontier = this.#groupStart(start);
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

  /** Number of records from the start of the item that are settled without a gap. Never goes back. */
  get value(): number {
    let lowest = this.#frontier;
    for (const { first } of this.#open) if (first < lowest) lowest = first;
    return this.#ended && lowest === this.#frontier ? lowest : this.#groupStart(lowest);
  }

  #groupStart(ordinal: number): number {
    return ordinal - (ordinal % this.#group);
  }
}

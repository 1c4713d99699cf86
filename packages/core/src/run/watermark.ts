/** Records that are on their way: from `first` on, some may not have settled. */
export interface Span {
  first: number;
}

/**
 * Knows how far an item is settled without a gap. A batch opens a span at its first record and closes it once it has
 * settled; everything below the oldest open span is settled. That is exact for whole batches and costs nothing per record.
 */
export class Watermark {
  /** The next ordinal that the runner has not finished handing on. */
  #frontier: number;
  readonly #open: Set<Span> = new Set();

  constructor(start: number) {
    this.#frontier = start;
  }

  /** Records below `ordinal` are handed on: each is in a span, or settled already. */
  advance(ordinal: number): void {
    this.#frontier = ordinal;
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
    return lowest;
  }
}

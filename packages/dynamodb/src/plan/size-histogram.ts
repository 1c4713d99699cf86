import { MAX_ITEM_BYTES } from '../limits.ts';

/** Items of up to this size in bytes, and larger than those of the previous row. */
export interface SizeRow {
  readonly upTo: number;
  readonly items: number;
}

/** Sizes of the items that were measured, in bytes. */
export interface ItemSizes {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  /** Rows with items in them, by size: a quarter, a half and a whole KB, then doubling. */
  readonly histogram: readonly SizeRow[];
}

/** Counts items by size in rows that double, so that it takes no more memory for more items. */
export class SizeHistogram {
  readonly #rows: Map<number, number> = new Map();
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  #sum = 0;
  #count = 0;

  add(bytes: number): void {
    const upTo = Math.min(MAX_ITEM_BYTES, Math.max(256, 2 ** Math.ceil(Math.log2(bytes))));
    this.#rows.set(upTo, (this.#rows.get(upTo) ?? 0) + 1);
    this.#min = Math.min(this.#min, bytes);
    this.#max = Math.max(this.#max, bytes);
    this.#sum += bytes;
    this.#count += 1;
  }

  sizes(): ItemSizes | undefined {
    if (this.#count === 0) return undefined;
    const histogram = [...this.#rows].map(([upTo, items]) => ({ upTo, items })).toSorted((a, b) => a.upTo - b.upTo);
    return { min: this.#min, mean: this.#sum / this.#count, max: this.#max, histogram };
  }
}

import type { Landed } from './layout.ts';
import { type Estimate, RatioEstimate } from './ratio-estimate.ts';

/** What all records take under one layout, estimated from those that were measured. */
export interface LayoutTotals {
  readonly items: number;
  readonly bytes: number;
  readonly units: Estimate;
}

/** Chooses the stretches of records that are measured, evenly spread, and scales what they take to all of them. */
export class Scale {
  readonly #share: number;
  readonly #layouts: readonly {
    readonly items: RatioEstimate;
    readonly bytes: RatioEstimate;
    readonly units: RatioEstimate;
  }[];
  #stretches = 0;
  #seen = 0;
  #measured = 0;
  #refused = 0;

  /** @param share of the stretches that are measured */
  constructor(layouts: number, share: number) {
    this.#share = share;
    this.#layouts = Array.from({ length: layouts }, () => ({
      items: new RatioEstimate(),
      bytes: new RatioEstimate(),
      units: new RatioEstimate(),
    }));
  }

  /** Records that came to the sink. */
  get seen(): number {
    return this.#seen;
  }

  get measured(): number {
    return this.#measured;
  }

  /** Records of those seen that the sink would take, as far as the sample tells. */
  get accepted(): number {
    return this.#measured === 0 ? this.#seen : Math.round(this.#seen * (1 - this.#refused / this.#measured));
  }

  /** Returns whether to measure the next stretch of records. The first is always measured, because it may be the only one. */
  takes(records: number): boolean {
    this.#seen += records;
    const before = Math.ceil(this.#stretches * this.#share);
    this.#stretches += 1;
    return Math.ceil(this.#stretches * this.#share) > before;
  }

  /** A stretch was measured. */
  add(records: number, refused: number, landed: readonly Landed[]): void {
    this.#measured += records;
    this.#refused += refused;
    for (const [index, { items, bytes, units }] of this.#layouts.entries()) {
      const { items: sizes, units: consumed } = landed[index]!;
      items.add(records, sizes.length);
      bytes.add(
        records,
        sizes.reduce((sum, size) => sum + size, 0),
      );
      units.add(records, consumed);
    }
  }

  totals(layout: number): LayoutTotals {
    const { items, bytes, units } = this.#layouts[layout]!;
    return {
      items: items.total(this.#seen).value,
      bytes: bytes.total(this.#seen).value,
      units: units.total(this.#seen),
    };
  }
}

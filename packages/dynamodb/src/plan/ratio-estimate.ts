/** A total that was estimated from a sample. */
export interface Estimate {
  readonly value: number;
  /**
   * Half the width of the interval that holds the true value in 19 of 20 samples, as a share of `value`: 0 where all was
   * measured, absent where the sample is too small to tell.
   */
  readonly error?: number;
}

/**
 * Estimates a total over all records from stretches of records, some of which were measured. The ratio estimator of survey
 * sampling (Cochran, Sampling Techniques, ch. 6): stretches may differ in length, as the last one of an object does.
 */
export class RatioEstimate {
  readonly #stretches: { readonly records: number; readonly amount: number }[] = [];

  add(records: number, amount: number): void {
    this.#stretches.push({ records, amount });
  }

  /** @param records how many there are in all, those measured included */
  total(records: number): Estimate {
    const measured = this.#stretches.reduce((sum, stretch) => sum + stretch.records, 0);
    if (measured === 0) return records === 0 ? { value: 0, error: 0 } : { value: Number.NaN };
    const sum = this.#stretches.reduce((before, { amount }) => before + amount, 0);
    if (measured >= records) return { value: sum, error: 0 };
    const ratio = sum / measured;
    const value = ratio * records;
    const count = this.#stretches.length;
    if (count < 2 || ratio === 0) return { value };
    const squares = this.#stretches.reduce((before, one) => before + (one.amount - ratio * one.records) ** 2, 0);
    const unmeasured = 1 - measured / records;
    const deviation = Math.sqrt((unmeasured * squares) / ((count - 1) * count)) / (measured / count);
    return { value, error: (quantile(count - 1) * deviation) / ratio };
  }
}

/** Two-sided 95 % quantile of Student's t; beyond 30 degrees of freedom the normal one is within 2 %. */
function quantile(degrees: number): number {
  return STUDENT_T[degrees - 1] ?? 2;
}

const STUDENT_T: readonly number[] = [
  12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1, 2.09, 2.09,
  2.08, 2.07, 2.07, 2.06, 2.06, 2.06, 2.05, 2.05, 2.05, 2.04,
];

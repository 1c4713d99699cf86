/** A figure over the rounds of a row. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { median: rounded(median), min: rounded(sorted[0]!), max: rounded(sorted.at(-1)!) };
}

/** Ratios of the same round, so that a machine that slows down between rounds slows both sides. */
export function roundRatios(over: readonly number[], under: readonly number[]): readonly number[] {
  return over.slice(0, under.length).map((value, round) => value / under[round]!);
}

/** Four digits, as much as any of these figures deserves. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

import type { Category, Verdict } from './verdict.ts';

/** A difference that is intended, or another reader's fault, and how to know one. Every member that is given must match. */
export interface Explanation {
  readonly oracles: readonly string[];
  readonly category: Category;
  /** Matches our code and message, as `CODE: message`. */
  readonly ours?: RegExp;
  /** Matches the oracle's exception, as `Name: message`. */
  readonly theirs?: RegExp;
  /** Matches the file's path. For a fault of one file only. */
  readonly file?: RegExp;
  /** Says more of the two lines that differ first. */
  readonly lines?: (ours: string | undefined, theirs: string | undefined) => boolean;
  readonly reason: string;
  /** Where this is specified, documented or reported. */
  readonly source: string;
}

/** Returns the entry that explains a verdict. Equal and refused files need none. */
export function explanationOf(verdict: Verdict, known: readonly Explanation[]): Explanation | undefined {
  return known.find((entry) => explains(entry, verdict));
}

/** Whether a verdict must be explained. */
export function isDifference({ category }: Verdict): boolean {
  return category !== 'equal' && category !== 'both-refuse';
}

function explains(entry: Explanation, { oracle, category, file, ours, theirs, difference }: Verdict): boolean {
  const text = (reading: Verdict['ours']): string =>
    reading.kind === 'refused' ? `${reading.code}: ${reading.message}` : '';
  return (
    entry.oracles.includes(oracle) &&
    entry.category === category &&
    (entry.ours === undefined || entry.ours.test(text(ours))) &&
    (entry.theirs === undefined || entry.theirs.test(text(theirs))) &&
    (entry.file === undefined || entry.file.test(file)) &&
    (entry.lines === undefined || entry.lines(difference?.ours, difference?.theirs))
  );
}

import type { Reading } from './reading.ts';

/** What two readers made of one file. */
export const CATEGORIES = ['equal', 'both-refuse', 'only-we-refuse', 'only-they-refuse', 'different'] as const;
export type Category = (typeof CATEGORIES)[number];

/** Sorts what Millrace and an oracle made of a file into a category. */
export function categoryOf(ours: Reading, theirs: Reading): Category {
  if (ours.kind === 'refused') return theirs.kind === 'refused' ? 'both-refuse' : 'only-we-refuse';
  if (theirs.kind === 'refused') return 'only-they-refuse';
  return ours.lines === theirs.lines && ours.sha256 === theirs.sha256 ? 'equal' : 'different';
}

/** A file as one oracle judges it. */
export interface Verdict {
  /** Path from the folder that was given, with `/`. */
  readonly file: string;
  readonly oracle: string;
  readonly category: Category;
  readonly ours: Reading;
  readonly theirs: Reading;
  /** The first line that differs, if both read the file. */
  readonly difference?: LineDifference | undefined;
}

export interface LineDifference {
  /** Number of the canonical line, from 1. */
  readonly line: number;
  /** Absent if there is no such line. */
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

import type { LandingNames } from './landing/landing-names.ts';
import { placesOf } from './landing/landing-uuid.ts';
import type { ItemOrigin } from './origin.ts';

/** Rows of a part of one version of an object, whose keys follow from their place: `[from, to)` of its records. */
export interface PlacedRows {
  readonly by: 'place';
  readonly feed: string;
  readonly origin: ItemOrigin;
  /** Every date that rows of the version may have, as `lastModified` of its origin; one, as a rule. */
  readonly dates: readonly string[];
  readonly names: LandingNames;
  /** Lengths of the groups in which the records were written; 1 where they were written singly. */
  readonly groups: readonly number[];
  /** The first ordinal; a multiple of each of `groups`. */
  readonly from: number;
  /** One past the last ordinal. */
  readonly to: number;
  /** For each level of fan-out, the branches that a record has at most. */
  readonly branches: readonly number[];
}

/** Rows of some generations of one object, whose keys nobody can compute: the rows have to be found. */
export interface GenerationRows {
  readonly by: 'content';
  readonly feed: string;
  /** Location of the object, as the rows have it. */
  readonly source: string;
  readonly names: LandingNames;
  /** Rows of the generations `[from, to)` go. A row that a newer version has taken has a higher one, and stays. */
  readonly from: number;
  readonly to: number;
}

/** Which rows a sink is to delete. */
export type RetiredRows = (PlacedRows | GenerationRows) & {
  /** Only count what would be deleted. */
  readonly dryRun: boolean;
};

/** What a sink did with rows to retire. */
export interface RetiredCounts {
  /** Keys that were looked up, or rows that were looked at. */
  readonly considered: number;
  /** Rows that were deleted; in a dry run, that would have been. */
  readonly deleted: number;
}

/**
 * The uuids of every record that may have been landed from the given rows, also of those that were dropped or rejected. For
 * authors of sinks that can retire rows.
 */
export function* placedUuids({ origin, from, to, branches }: PlacedRows): Generator<{
  readonly uuid: string;
  readonly ordinal: number;
  readonly branch: string;
}> {
  const { of } = placesOf(origin.id);
  for (let ordinal = from; ordinal < to; ordinal += 1) {
    for (const branch of branchesOf(branches)) yield { uuid: of(ordinal, branch), ordinal, branch };
  }
}

/** The unbranched record, and each branch of each level: a record may leave the fan-out at any of them. */
function* branchesOf(bounds: readonly number[], level = 0, branch = ''): Generator<string> {
  yield branch;
  for (let index = 0; index < (bounds[level] ?? 0); index += 1) {
    yield* branchesOf(bounds, level + 1, branch === '' ? String(index) : `${branch}.${index}`);
  }
}

import { type Counts, sumCounts } from '@millrace/core';
import { type ObjectOutcome, type ObjectResult, summarize } from './object-result.ts';
import { isFailure } from './objects-failed-error.ts';

/** Longest message of a failure in a summary, in characters. The log has the whole. */
const LONGEST_MESSAGE = 200;

/** What one child of a Distributed Map did: plain data of a few hundred bytes, and some for each failure that it holds. */
export interface MapSummary {
  /** Objects by outcome. */
  readonly outcomes: Readonly<Record<ObjectOutcome, number>>;
  /** Sums over all objects. */
  readonly totals: Counts;
  readonly failures: readonly MapFailure[];
  /** Failures that the summary does not hold. The log has every one. */
  readonly failuresOmitted: number;
}

/** An object that failed, is held by another run, or was aborted. */
export interface MapFailure {
  /** `s3://bucket/key`. */
  readonly object: string;
  readonly outcome: ObjectOutcome;
  readonly code: string;
  /** At most 200 characters. */
  readonly message: string;
}

export function summarizeMap(results: readonly ObjectResult[], keepFailures: number): MapSummary {
  const failures = results.filter(isFailure);
  return {
    outcomes: summarize(results).outcomes,
    totals: sumCounts(results.flatMap(({ report }) => report ?? [])),
    failures: failures.slice(0, keepFailures).map(({ object, outcome, error }) => ({
      object,
      outcome,
      code: error?.code ?? 'LAMBDA_OBJECT_FAILED',
      message: (error?.message ?? '').slice(0, LONGEST_MESSAGE),
    })),
    failuresOmitted: Math.max(0, failures.length - keepFailures),
  };
}

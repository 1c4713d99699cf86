/** What the tests made of one mutant. */
export type Verdict =
  /** A test failed: this one. */
  | { readonly outcome: 'killed'; readonly by: string }
  /** The tests came to no end, or an error outside any test ended them. */
  | { readonly outcome: 'ended'; readonly by: string }
  | { readonly outcome: 'survived' };

/** One run of the tests, as the process that runs them is asked for it. */
export interface Trial {
  /** Absolute paths of the files that have changed since the last run. */
  readonly changed: readonly string[];
  /** Processor time that the tests may take, in milliseconds. */
  readonly cpuMs: number;
}

/** What the process with the tests reports about a run. */
export interface TrialResult {
  readonly verdict: Verdict;
  readonly cpuMs: number;
}

/** The first report of the process: the number of test files that it has found. */
export interface Ready {
  readonly ready: number;
}

/** What ended tests that took much more time than usual. */
export const PROCESSOR_TIME = 'processor time';

import type { Counts, ItemReport, RunReport } from './report.ts';
import type { Rejection } from './rejection.ts';

/**
 * Sees what a run does, for progress bars, metrics and logs. All members are optional and called synchronously; what
 * one throws is counted in the run's report as `observerErrors` and does not touch the run.
 */
export interface Observer {
  /** A reference is about to be opened. */
  readonly itemStarted?: (event: { readonly feed: string; readonly run: string; readonly ref: string }) => void;
  /** Counts so far; called after each block of records (some hundreds) and after each batch that was written. */
  readonly progress?: (event: {
    readonly feed: string;
    readonly run: string;
    readonly ref: string;
    readonly counts: Counts;
  }) => void;
  /** A record was rejected; it goes to the quarantine next. */
  readonly recordRejected?: (rejection: Rejection) => void;
  /** An item has its outcome. */
  readonly itemFinished?: (report: ItemReport) => void;
  /** The run is over. */
  readonly runFinished?: (report: RunReport) => void;
}

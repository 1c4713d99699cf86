import type { ItemReport, RunReport } from './report.ts';
import type { RunOptions } from './run-options.ts';

/** What a run of a feed does with its options, except how many objects at once: that is the caller's. */
export type SessionOptions = Omit<RunOptions, 'concurrency' | 'onFailure'>;

/**
 * A run whose objects come one by one, for carriers that have no list of references, such as a Lambda handler. What the
 * sink's concurrency, shared writes, rate control and the observer span is the session.
 */
export interface RunSession<Ref> {
  /** Id of the run. */
  readonly run: string;
  /**
   * Processes one object. Any number may be under way at once. It always resolves: what goes wrong is the report's outcome,
   * and after the session was stopped the outcome is `aborted`.
   */
  readonly process: (ref: Ref) => Promise<ItemReport>;
  /** Ends the run and resolves with its report. Call it once, after the last object. */
  readonly close: () => Promise<RunReport>;
}

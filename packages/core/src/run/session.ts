import type { Feed } from '../feed.ts';
import type { MillraceError } from '../millrace-error.ts';
import type { ItemReport, RunReport } from '../report.ts';
import type { RunOptions } from '../run-options.ts';
import { checkRun } from './check-run.ts';
import { processObject } from './object/process-object.ts';
import { createRunScope, type RunScope } from './run-scope.ts';
import { RunSummary } from './run-summary.ts';
import type { Stop } from './stop/stop.ts';

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

/**
 * Begins a run of a feed: `feed.run` for callers that hand over objects as they come.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`, `RETIRE_UNSUPPORTED`
 */
export function openRun<Ref>(feed: Feed<Ref>, options: SessionOptions = {}): RunSession<Ref> {
  const { run, process, close } = beginRun(feed, options);
  return Object.freeze({ run, process, close: async () => close() });
}

/** A session as `feed.run` uses it, which also knows how its listing ended. */
export interface BegunRun<Ref> {
  readonly run: string;
  readonly stop: Stop;
  readonly process: (ref: Ref) => Promise<ItemReport>;
  readonly close: (listing?: Listing) => RunReport;
}

/** How the listing of a run's references ended. */
export interface Listing {
  /** It was left before its end. */
  readonly isCut: boolean;
  readonly error: MillraceError | undefined;
}

export function beginRun<Ref>(feed: Feed<Ref>, options: SessionOptions): BegunRun<Ref> {
  checkRun(feed, options);
  const scope: RunScope<Ref> = createRunScope(feed, options);
  const summary = new RunSummary({ feed: feed.name, run: scope.run, keepReports: options.keepReports ?? 1000 });
  return {
    run: scope.run,
    stop: scope.stop,
    process: async (ref) => {
      const report = await processObject(scope, ref);
      summary.add(report);
      return report;
    },
    close: ({ isCut, error } = { isCut: false, error: undefined }) => {
      scope.stop.dispose();
      const report = summary.report(isCut, error, scope.observerErrors());
      scope.observe('runFinished', report);
      return report;
    },
  };
}

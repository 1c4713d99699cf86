import type { Feed } from '../feed.ts';
import type { MillraceError } from '../millrace-error.ts';
import type { ItemReport, RunReport } from '../report.ts';
import type { RunSession, SessionOptions } from '../run-session.ts';
import { checkRun } from './check-run.ts';
import { processObject } from './object/process-object.ts';
import { createRunScope, type RunScope } from './run-scope.ts';
import { RunSummary } from './run-summary.ts';
import type { Stop } from './stop/stop.ts';

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

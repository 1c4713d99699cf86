import type { Feed } from '../feed.ts';
import { type MillraceError, toMillraceError } from '../millrace-error.ts';
import type { RunReport } from '../report.ts';
import { RunFailedError } from '../run-failed-error.ts';
import type { RunOptions } from '../run-options.ts';
import { carryItem } from './carry-item.ts';
import { checkRunOptions } from './check-run-options.ts';
import { refQueue } from './ref-queue.ts';
import { createRunScope } from './run-scope.ts';
import { RunSummary } from './run-summary.ts';

/** Carries all references through a feed, `concurrency` of them at once, and adds up what became of them. */
export async function run<Ref>(
  feed: Feed<Ref>,
  refs: Iterable<Ref> | AsyncIterable<Ref>,
  options: RunOptions,
): Promise<RunReport> {
  checkRunOptions(options);
  const scope = createRunScope(feed, options);
  const { stop } = scope;
  const summary = new RunSummary({ feed: feed.name, run: scope.run, keepReports: options.keepReports ?? 1000 });
  const queue = refQueue(refs);
  let listingError: MillraceError | undefined;

  const worker = async (): Promise<void> => {
    while (!stop.reading.aborted) {
      const next = await queue.next(stop.reading);
      if (next === undefined) return;
      summary.add(await carryItem(scope, next.ref));
    }
  };
  try {
    // Every worker comes to its end before the run does, also where the references cannot be listed to theirs.
    for (const ended of await Promise.allSettled(Array.from({ length: options.concurrency ?? 1 }, worker))) {
      if (ended.status === 'rejected') listingError ??= toMillraceError(ended.reason, 'REFS_FAILED');
    }
    await queue.close();
  } finally {
    stop.dispose();
  }

  const stopped = stop.reading.aborted && !queue.exhausted();
  const report = summary.report(stopped, listingError, scope.observerErrors());
  scope.observe('runFinished', report);
  if (report.outcome === 'failed' && options.onFailure !== 'report') throw new RunFailedError(report);
  return report;
}

import type { Feed } from '../feed.ts';
import { type MillraceError, toMillraceError } from '../millrace-error.ts';
import type { RunReport } from '../report.ts';
import { RunFailedError } from '../run-failed-error.ts';
import type { RunOptions } from '../run-options.ts';
import { refQueue } from './ref-queue.ts';
import { beginRun } from './session.ts';
import { bounded } from './stop/bounded.ts';

/** Processes all references through a feed, `concurrency` of them at once, and adds up what became of them. */
export async function run<Ref>(
  feed: Feed<Ref>,
  refs: Iterable<Ref> | AsyncIterable<Ref>,
  options: RunOptions,
): Promise<RunReport> {
  const session = beginRun(feed, options);
  const { stop } = session;
  const queue = refQueue(refs);
  let error: MillraceError | undefined;

  const worker = async (): Promise<void> => {
    while (!stop.reading.aborted) {
      const next = await queue.next(stop.reading);
      if (next === undefined) return;
      await session.process(next.ref);
    }
  };
  // Every worker comes to its end before the run does, also if the references cannot be listed to theirs.
  for (const ended of await Promise.allSettled(Array.from({ length: options.concurrency ?? 1 }, worker))) {
    if (ended.status === 'rejected') error ??= toMillraceError(ended.reason, 'REFS_FAILED');
  }
  try {
    await bounded(queue.close(), stop.over);
  } catch (thrown) {
    // What a listing throws when it is left early changes nothing, unless nobody left it.
    if (!stop.reading.aborted) error ??= toMillraceError(thrown, 'REFS_FAILED');
  }

  const report = session.close({ isCut: stop.reading.aborted && !queue.exhausted(), error });
  if (report.outcome === 'failed' && options.onFailure !== 'report') throw new RunFailedError(report);
  return report;
}

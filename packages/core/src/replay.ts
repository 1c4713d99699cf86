import { check, checkOptions } from './check-options.ts';
import type { Feed } from './feed.ts';
import type { Rejection } from './rejection.ts';
import type { ReplayOptions } from './replay-options.ts';
import type { ReplayReport } from './replay-report.ts';
import { replayRejections } from './run/replay/replay-rejections.ts';

/**
 * Runs rejected records again, through the rest of the feed, under the keys that they would have had the first time. Use it
 * once the feed, its schema or the raw text has been mended.
 *
 * A record that has raw text and was not fanned out is parsed anew and passes all transforms, so a mended parser or
 * transform counts. Any other goes on from the value that the rejecting stage got. A record that fails again is left where
 * it is kept, and is told in the report. Rejections of other feeds are refused; notes on
 * failed items (`scope: 'item'`) are passed over.
 *
 * @throws MillraceError `REPLAY_FOREIGN` for a rejection of another feed
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function replay<Ref>(
  feed: Feed<Ref>,
  rejections: Iterable<Rejection> | AsyncIterable<Rejection>,
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  checkOptions('replay', options, {
    signal: check.optional(check.object),
    settled: check.optional(check.callback),
    ledger: check.optional(check.object),
    leaseMs: check.optional(check.integer(100)),
    versions: check.optional(check.oneOf('newest', 'all', 'replace')),
  });
  return replayRejections(feed, rejections, options);
}

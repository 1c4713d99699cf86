import { check, checkOptions } from './check-options.ts';
import type { Feed } from './feed.ts';
import { MillraceError } from './millrace-error.ts';
import type { Rejection } from './rejection.ts';
import type { Ledger } from './ledger/ledger.ts';
import { replayRejections } from './run/replay/replay-rejections.ts';

export interface ReplayOptions {
  /** Stops the replay: nothing new is written; writes in flight get 5 s. */
  readonly signal?: AbortSignal;
  /**
   * The ledger of the runs that rejected the records. If keys are not unique by construction, the replay holds the object in
   * it while it writes, and leaves out rejections of a version that another one has followed. Required in that case.
   */
  readonly ledger?: Ledger;
  /** How long the replay's claim on an object lasts without a renewal, in milliseconds. @default 60000 */
  readonly leaseMs?: number;
  /**
   * As the runs' `versions`: under `all`, versions do not follow each other; under `replace`, the replay holds the object
   * whatever its keys are, because rows of a version that another one has followed are retired. @default 'newest'
   */
  readonly versions?: 'newest' | 'all' | 'replace';
  /**
   * Called with rejections whose records are delivered now, or dropped on purpose, so that they can be marked where they
   * are kept: `(settled) => quarantine.settle(settled)`. It is called once for each, after the sink took all of its
   * records, and awaited.
   */
  readonly settled?: (rejections: readonly Rejection[]) => void | Promise<void>;
}

/** What a replay did: `tried = delivered + dropped + rejected + superseded + unsettled`. */
export interface ReplayReport {
  readonly feed: string;
  readonly run: string;
  /** Rejections that were replayed. */
  readonly tried: number;
  /** Those whose records the sink has taken. */
  readonly delivered: number;
  /** Those left out on purpose. */
  readonly dropped: number;
  /** Those that were rejected again. */
  readonly rejected: number;
  /** Those of a version that another one has followed, whose rows it must not touch. They stay as they are. */
  readonly superseded: number;
  /** Those whose fate is unknown, because a write failed or the replay was stopped. */
  readonly unsettled: number;
  /** Records written: more than `delivered` where records fan out. */
  readonly written: number;
  /** The first 1,000 that were rejected again, each with its new reason. */
  readonly again: readonly Rejection[];
  /** What ended the replay early. */
  readonly error?: MillraceError;
}

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

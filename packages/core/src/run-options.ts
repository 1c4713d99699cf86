import type { Expectations } from './expectations.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Observer } from './observer.ts';
import type { Quarantine } from './rejection.ts';

/** How one run is carried out. Every runner passes these on to `feed.run`. */
export interface RunOptions {
  /** Stops the run: nothing new is read or written, writes in flight get `graceMs`, unfinished items are `aborted`. */
  readonly signal?: AbortSignal;
  /**
   * When to stop reading, in milliseconds since the epoch. What was read before is still written, so leave time for it;
   * unfinished items are `aborted` at their watermark.
   */
  readonly deadline?: number;
  /** How long writes in flight may go on after `signal`, or after `deadline`, in milliseconds. @default 5000 */
  readonly graceMs?: number;
  /** Items at once. Memory and connections grow with it; writes in flight stay within the sink's concurrency. @default 1 */
  readonly concurrency?: number;
  /** Where rejected records go. Without one, the first rejection fails its item. */
  readonly quarantine?: Quarantine;
  /** How many rejections an item may have before it fails: a wrong charset must not quarantine a million lines. */
  readonly maxRejections?: RejectionLimit;
  /**
   * Remembers what became of each item: a duplicate is skipped, an unfinished item goes on at its watermark. Without one,
   * every delivery writes all records again, under the same keys.
   */
  readonly ledger?: Ledger;
  /** How long a claim on an item lasts without a sign of life, in milliseconds. @default 60000 */
  readonly leaseMs?: number;
  /**
   * How far the clocks of two processes may differ, in milliseconds. A lease that ran out is taken over only that much later.
   * @default a tenth of `leaseMs`, at most 1000
   */
  readonly clockSkewMs?: number;
  /** The ledger stores an item's progress each time that so many more records have settled. @default 5000 */
  readonly checkpointRecords?: number;
  /**
   * With a ledger: `newest` carries one version of an object at a time, and none after a newer one was taken up; `all`
   * carries every version on its own, for feeds that keep them; `replace` is `newest`, and a version that completes retires
   * the rows of all earlier versions of its object, including those that failed midway. It needs a ledger, a transform of
   * landing as the feed's last, and a sink that can retire rows; otherwise the run is refused with `RETIRE_UNSUPPORTED`.
   * @default 'newest'
   */
  readonly versions?: 'newest' | 'all' | 'replace';
  /**
   * Whether an object may be complete although every one of its records was rejected: a wrong parser or charset does that.
   * @default 'fail': it fails with `ALL_RECORDS_REJECTED`
   */
  readonly allRejected?: 'fail' | 'accept';
  /**
   * What each object must have to be complete, in this run: each member takes the place of the feed's own, as for a backfill of
   * files that may be empty.
   * @default what the feed expects
   */
  readonly expect?: Expectations;
  /** Sees progress and outcomes. Costs nothing when unset. */
  readonly observer?: Observer;
  /** Item reports kept in the run's report at most; failed and aborted ones come first to mind and are kept first. @default 1000 */
  readonly keepReports?: number;
  /** What to do at the end where an item failed: reject with `RUN_FAILED`, or answer the report as if nothing was. @default 'throw' */
  readonly onFailure?: 'throw' | 'report';
}

/** Past either limit the item fails with `TOO_MANY_REJECTIONS`. */
export interface RejectionLimit {
  /** Rejections at most in one item. @default 10000 */
  readonly count?: number;
  /** Rejections at most as a share of the records read, judged from the 100th record on. @default 0.1 */
  readonly share?: number;
}

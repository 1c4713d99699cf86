import type { MillraceError } from './millrace-error.ts';
import type { ItemOrigin } from './origin.ts';

/**
 * What became of the records: `read + expanded = written + rejected + dropped + skipped + unsettled`. In a complete item
 * `unsettled` is 0: both sides are counted independently, and an item whose counts do not add up fails.
 */
export interface Counts {
  /** Records that the last codec emitted, bad ones included. */
  readonly read: number;
  /** Records that fan-out added to those read. */
  readonly expanded: number;
  /** Records that the sink accepted. */
  readonly written: number;
  /** Records that are in the quarantine. */
  readonly rejected: number;
  /** Records left out on purpose, by `filter` or `drop`. */
  readonly dropped: number;
  /** Records passed over because an earlier run had settled them. */
  readonly skipped: number;
  /** Records whose fate is unknown or that were in hand when the item failed or was aborted; 0 for a complete item. */
  readonly unsettled: number;
  /** Bytes received from the source. */
  readonly bytesIn: number;
  /** Bytes after decompression. */
  readonly bytesDecoded: number;
}

/**
 * - `complete`: every record has settled.
 * - `duplicate`: the ledger says that an earlier run completed it.
 * - `stale`: the ledger says that a newer version of the object was taken up.
 * - `skipped`: the source says that there is nothing to read, and was told to accept that, such as a deleted object.
 * - `held`: another run has it; try again later.
 * - `aborted`: stopped by signal or deadline, at its watermark, or never started.
 * - `failed`: see its error.
 */
export type ItemOutcome = 'complete' | 'duplicate' | 'stale' | 'skipped' | 'held' | 'aborted' | 'failed';

/** What became of one item. It holds plain data only, so that it can be logged and stored as JSON. */
export interface ItemReport extends Counts {
  readonly feed: string;
  readonly run: string;
  /** The reference as text, such as `s3://bucket/key`. */
  readonly ref: string;
  readonly outcome: ItemOutcome;
  /** Absent where the item could not be opened. */
  readonly origin?: ItemOrigin;
  /** Number of records from the start of the item that are settled without a gap: where a retry may go on. */
  readonly watermark: number;
  /** Rejections by code, quarantined or not. */
  readonly rejections: Readonly<Record<string, number>>;
  /** What stages counted by `context.count`, by stage and counter, such as `{ dynamodb: { retries: 3 } }`. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What stages noted by `context.note`, by stage and name, such as `{ decodeText: { encoding: 'utf-8 1.00' } }`. Absent where none did. */
  readonly notes?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** When the item was begun, as ISO-8601 in UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Why the item failed, what stopped it, or who holds it. */
  readonly error?: MillraceError;
}

/** What a run did. */
export interface RunReport {
  readonly feed: string;
  readonly run: string;
  /**
   * `failed` if any object failed; else `aborted` if the run was stopped before its end; else `held` if another run has an
   * object, which is then left to do; else `complete`.
   */
  readonly outcome: 'complete' | 'held' | 'aborted' | 'failed';
  /** Sums over all items. */
  readonly totals: Counts;
  /** Items by outcome. */
  readonly items: Readonly<Record<ItemOutcome, number>>;
  /** The items' reports, up to `keepReports`; those that failed or were aborted are kept before complete ones. */
  readonly reports: readonly ItemReport[];
  /** Item reports that were not kept. An observer sees every one. */
  readonly reportsOmitted: number;
  /** Why the references could not be listed to their end. Those listed before were carried. */
  readonly error?: MillraceError;
  /** Times that the observer threw. */
  readonly observerErrors: number;
  readonly startedAt: string;
  readonly durationMs: number;
}

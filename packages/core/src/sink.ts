import type { Context } from './context.ts';
import type { Probe } from './finding.ts';
import type { LandingKeys } from './landing/landing-keys.ts';
import type { Entry } from './record-context.ts';
import type { RetiredCounts, RetiredRows } from './retire.ts';

/** How many records a sink takes in one write. */
export interface SinkLimits {
  /** Records at most in one write. @default 500 */
  readonly count?: number;
  /** Bytes at most in one write, as `sizeOf` counts them; a single larger record is still handed over, alone. */
  readonly bytes?: number;
}

/** A position of a write that the sink will not take, and why. */
export interface Refusal {
  /** Index into the entries of this write. */
  readonly position: number;
  /** Stable code of the reason, such as `DYNAMODB_ITEM_TOO_LARGE`. */
  readonly code: string;
  readonly message: string;
  /** Machine-readable facts about the reason. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Takes batches of records. For plugin authors; users pass a sink to `.to(…)`.
 *
 * Members are function properties, never methods: methods are bivariant and would let a mistyped pipeline compile.
 */
export interface Sink<T> {
  /** The service's noun, such as `dynamodb`. It names the stage in errors and reports. */
  readonly name: string;
  readonly limits?: SinkLimits;
  /**
   * The key under which the destination stores this record; `undefined` if it has none. The runner never has two writes in
   * flight that hold the same key, so that records of one key arrive in file order. Not called if the feed's last transform
   * guarantees unique keys (`Each.uniqueKeys`). Within one write, the last entry of a key must win.
   */
  readonly keyOf?: (value: T) => string | undefined;
  /** Size of a record for `limits.bytes`, which needs it. Called once per record. */
  readonly sizeOf?: (value: T) => number;
  /** Writes in flight at most, across all items of a run. @default 1 */
  readonly concurrency?: number;
  /**
   * Records that belong together: all that there are of ordinals `[n × group, (n + 1) × group)` of an item come in one
   * write, whatever the batches, the concurrency or the run; and the watermark stops between groups only. For sinks that
   * pack records into one unit. A write holds whole groups, and may pass `limits.bytes` by the last of them; one that
   * fan-out has made larger than `limits.count` passes that too. @default 1: none
   */
  readonly group?: number;
  /**
   * One write may hold the last records of several items, one item's after another's. It saves requests where objects are
   * small. What such a write rejects with fails all of them. @default false
   */
  readonly mixesItems?: boolean;
  /**
   * Writes one batch: never empty, never more than `limits`, in ordinal order, all of one item unless `mixesItems`.
   *
   * Resolving means that every entry not listed was accepted, durably. Rejecting means that nothing is known about this
   * batch: the item fails, and its retry writes these records again. There is no third mode. A problem that can pass
   * (throttling, a timeout, a lost connection) is a rejection with a `retryable` error, never a refusal: refuse only what
   * would be refused again. Retrying the service
   * (throttling, unprocessed entries) is the sink's work, inside a budget; the runner never repeats a write. Entries
   * must not be changed. The same record may be written again by a later run, under the same ordinal and item id:
   * writing it twice must leave it there once.
   */
  readonly write: (entries: readonly Entry<T>[], context: Context) => Promise<readonly Refusal[] | void>;
  /**
   * Writes records that a replay brings, which come without the others of their group. Sinks with groups must have it;
   * for others it is `write`. It must not replace a record of a higher generation, nor one of the same generation and a higher
   * ordinal, if what is stored says so. @default write
   */
  readonly writeSingly?: (entries: readonly Entry<T>[], context: Context) => Promise<readonly Refusal[] | void>;
  /**
   * Deletes rows of versions that another one has followed; see `RunOptions.versions`. It is called while the run holds the
   * object, within the sink's concurrency, and may be called again for rows that are gone already. Resolving means that
   * none of the given rows is there any more, in a dry run that nothing was changed. It must delete no row that a newer
   * version owns.
   */
  readonly retire?: (rows: RetiredRows, context: Context) => Promise<RetiredCounts>;
  /**
   * Says why rows with such keys cannot be retired, for instance because a key contains more than landing can compute
   * again. `undefined` if they can. Called before a run with `versions: 'replace'`. @default they can
   */
  readonly retireObstacle?: (keys: LandingKeys) => string | undefined;
  /** Looks at the destination without changing it, for `check`. Not while records are written. */
  readonly probe?: Probe;
  /** Releases what the sink holds. Called by `feed.close`, at most once, with no write in flight. */
  readonly close?: () => void | Promise<void>;
}

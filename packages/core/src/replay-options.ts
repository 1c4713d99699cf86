import type { Ledger } from './ledger/ledger.ts';
import type { Rejection } from './rejection.ts';

/** Options of `replay`. */
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

import type { ItemOrigin } from './origin.ts';

/** Where the record at hand comes from. Identity and accounting rest on it: it is never a function of the clock. */
export interface RecordContext {
  /** The record's number in its item, from 0: the same at every re-read. */
  readonly ordinal: number;
  /** Empty for a record as it was read; `0`, `1`, … for the outputs of `many`, and `0.1` where that happened twice. */
  readonly branch: string;
  readonly item: ItemOrigin;
  /** Name of the feed. */
  readonly feed: string;
  /** Id of this run. */
  readonly run: string;
  /**
   * The object's generation, from the ledger: each version of an object that is granted after another version gets a higher
   * number, and a retry of the same version keeps its number. A destination compares it to keep an older version's record
   * from replacing a newer one. Absent without a ledger, and under `versions: 'all'`.
   */
  readonly generation?: number | undefined;
  /** Fires when the run must stop; for an each that waits for something. */
  readonly signal: AbortSignal;
}

/** A record on its way into a sink. */
export interface Entry<T> extends RecordContext {
  readonly value: T;
}

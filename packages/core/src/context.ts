import type { ItemOrigin } from './origin.ts';

/** What the runner hands to a plugin with each call. */
export interface Context {
  /** Name of the feed. */
  readonly feed: string;
  /** Id of this run, unique per call of `feed.run`. */
  readonly run: string;
  /** Name of the stage that is being called, unique in its feed. */
  readonly stage: string;
  /**
   * Fires when the work must stop. A source stops delivering within 100 ms; a sink sees it only once the grace period
   * for writes in flight is over.
   */
  readonly signal: AbortSignal;
  /**
   * Milliseconds for which this call may still send requests: what is left of the lease on its objects. At 0 it must send
   * none, as another run may have them. Ask right before each request, and cut the request's time-out to it.
   * @default unlimited
   */
  readonly timeLeftMs?: () => number;
  /** Adds to a counter of this stage in the item's report, such as `retries`; `by` defaults to 1. */
  readonly count: (counter: string, by?: number) => void;
}

/** The context of a call that concerns one item. */
export interface ItemContext extends Context {
  readonly item: ItemOrigin;
  /**
   * Puts what this stage found out about the item into its report, such as the encoding that was detected. A later note
   * of the same name takes the place of the one before. It is a function of the item's content.
   */
  readonly note: (name: string, text: string) => void;
}

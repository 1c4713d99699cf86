import type { ItemOrigin } from './origin.ts';
import type { ItemReport } from './report.ts';

/**
 * What an item's entry says: `claimed` by a run whose lease may have run out; `complete`; `aborted` at its watermark;
 * `failed`; or `stale`, when a newer version of the object was already taken up.
 */
export type LedgerState = 'claimed' | 'complete' | 'aborted' | 'failed' | 'stale';

/** One durable entry for each version of an object and feed: what became of it, and who holds it. */
export interface LedgerEntry {
  readonly feed: string;
  /** Where the object was read, as the source describes its reference. */
  readonly object: string;
  readonly origin: ItemOrigin;
  readonly state: LedgerState;
  /** Records from the start that are settled: where the next run goes on. */
  readonly watermark: number;
  /** Records rejected so far, over all runs; the next run's limit goes on from here. */
  readonly rejected: number;
  /** Runs that were granted the item. */
  readonly attempts: number;
  /** Who holds, or last held, the item. */
  readonly claimId: string;
  /** When the claim runs out, in milliseconds since the epoch; 0 once it was given back. */
  readonly leaseUntil: number;
  /** The last one that it was claimed with, where an event told it. It orders versions of the same object. */
  readonly sequencer?: string;
  /** Version tag of the object as it was read, such as its ETag. */
  readonly versionTag?: string;
  /** The last report; absent until a run has given the item back, and so for what is stale. */
  readonly report?: ItemReport;
  /** When the entry was last written, as ISO-8601 in UTC. */
  readonly updatedAt: string;
}

/** What a run asks for when it has opened an item. */
export interface ClaimRequest {
  readonly feed: string;
  readonly object: string;
  readonly origin: ItemOrigin;
  /** As `SourceItem.sequencer`: hexadecimal, and higher for what was written later. */
  readonly sequencer?: string;
  readonly versionTag?: string;
  /** Unique to this request, so that a claim whose answer was lost can be told from another's. */
  readonly claimId: string;
  readonly leaseMs: number;
  /**
   * `newest`: one version of an object at a time, none after a newer one, and one that comes back after another again.
   * `all`: every version on its own, and once.
   */
  readonly versions: 'newest' | 'all';
}

/**
 * The answer to a claim. `granted`: go on at the watermark, which is 0 where other records may have come over those of an
 * earlier run. `complete`: it was done before. `stale`: a newer version of the object was taken up. `held`: another run has
 * it, or another version of the object, until `leaseUntil` unless it is given back or renewed.
 */
export type ClaimAnswer =
  | { readonly outcome: 'granted'; readonly watermark: number; readonly rejected: number }
  | { readonly outcome: 'complete' | 'stale' }
  | { readonly outcome: 'held'; readonly leaseUntil: number };

/** How far a claimed item has come. */
export interface LedgerProgress {
  readonly watermark: number;
  readonly rejected: number;
}

/**
 * Remembers what became of each version of each object, so that a duplicate event is skipped, an unfinished item goes
 * on where it stopped, and an auditor can see both. For plugin authors; users pass a ledger to a run.
 */
export interface Ledger {
  /** The service's noun, such as `dynamodb`; it names the stage in errors. */
  readonly name: string;
  /**
   * Grants an item to one run at a time. Called once per item, after `open` and before the first byte is consumed.
   *
   * A grant must rest on conditional writes: of any two claimants, whatever the order of their requests, one write is
   * refused. What was only read may refuse a claim, never grant it. Where a grant takes several writes, a process that dies
   * between any two of them must leave nothing that outlasts its lease. A write whose answer was lost is resolved by
   * reading. A claim whose lease has run out is taken over at its watermark.
   *
   * Under `newest`, what is asked for again after another version was granted starts over, and what is complete is granted
   * again where the sequencer tells that it was written to the object once more (contract 9.11).
   */
  readonly claim: (request: ClaimRequest) => Promise<ClaimAnswer>;
  /**
   * Stores progress and renews the lease. Never called twice at once for a claim.
   *
   * @throws MillraceError `LEDGER_LEASE_LOST` where the claim is another's by now
   */
  readonly checkpoint: (request: ClaimRequest, progress: LedgerProgress) => Promise<void>;
  /**
   * Stores the outcome with the whole report and gives the claim back. Called once per granted claim.
   *
   * @throws MillraceError `LEDGER_LEASE_LOST` where the claim is another's by now
   */
  readonly finish: (request: ClaimRequest, progress: LedgerProgress, report: ItemReport) => Promise<void>;
  /** All entries of an object in a feed, in no order. It reads what was last written. */
  readonly entries: (feed: string, object: string) => Promise<readonly LedgerEntry[]>;
}

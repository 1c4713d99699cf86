import type { ItemOrigin } from '../origin.ts';
import type { ItemReport } from '../report.ts';

/**
 * What an entry says about its version: `claimed` by a run whose lease may have run out; `complete`; `aborted` at its
 * watermark; `failed`; or `stale`, if a newer version of the object was already taken up.
 */
export type LedgerState = 'claimed' | 'complete' | 'aborted' | 'failed' | 'stale';

/** One durable entry for each version of an object and feed: what became of it, and who holds it. */
export interface LedgerEntry {
  readonly feed: string;
  /** Where the object was read, as the source describes its reference. */
  readonly object: string;
  readonly origin: ItemOrigin;
  readonly state: LedgerState;
  /** Records from the start that are settled: where the next run resumes. */
  readonly watermark: number;
  /** Records rejected so far, over all runs; the next run's limit counts them. */
  readonly rejected: number;
  /** Runs that were granted the version. */
  readonly attempts: number;
  /** Who holds, or last held, the version. */
  readonly claimId: string;
  /** When the claim runs out, in milliseconds since the epoch; 0 once it was given back. */
  readonly leaseUntil: number;
  /** The last sequencer that the version was claimed with, if an event carried one. It orders versions of the same object. */
  readonly sequencer?: string;
  /** Version tag of the object as it was read, such as its ETag. */
  readonly versionTag?: string;
  /** The object's generation in which the version was last granted; see `RecordContext.generation`. */
  readonly generation?: number;
  /** Signature of the pipeline that the watermark belongs to; see {@link ClaimRequest.signature}. */
  readonly signature?: string;
  /** The last report; absent until a run has given the version back, and for a stale version. */
  readonly report?: ItemReport;
  /** When the entry was last written, as ISO-8601 in UTC. */
  readonly updatedAt: string;
}

/** What a run asks the ledger for. */
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
   * How far the clocks of two claimants may differ, in milliseconds. A lease is taken over only once it has been over for
   * that long by the claimant's clock. @default 0
   */
  readonly clockSkewMs?: number;
  /**
   * Identifies the pipeline that will read the object. A watermark that another pipeline has stored counts records that this
   * one may cut differently, so the version starts over at record 0. @default none: any watermark counts
   */
  readonly signature?: string;
  /**
   * `newest`: one version of an object at a time, none after a newer one, and one that comes back after another again.
   * `all`: every version on its own, and once.
   */
  readonly versions: 'newest' | 'all';
  /**
   * `replay` holds the object while rejected records of the version are replayed, and leaves the version's entry as it is. It
   * is `stale` if another version was granted since. @default 'run'
   */
  readonly purpose?: 'run' | 'replay';
  /**
   * The object is not opened yet, so its `lastModified` may be missing for that reason. Only such a claim may be `unclear`.
   * @default false
   */
  readonly isUnopened?: boolean;
}

/**
 * The answer to a claim.
 *
 * - `granted`: continue at the watermark, which is 0 if other records may have replaced those of an earlier run.
 * - `complete`: an earlier run finished it.
 * - `stale`: a newer version of the object was taken up.
 * - `unclear`: the request has neither a sequencer nor the time of writing to order it by. Open the object, and claim it with
 *   its `lastModified`. Only for a request that `isUnopened`.
 * - `held`: another run has it, or another version of the object, until `leaseUntil` unless it gives it back or renews it.
 */
export type ClaimAnswer =
  | {
      readonly outcome: 'granted';
      readonly watermark: number;
      readonly rejected: number;
      /** See `RecordContext.generation`. Absent under `all`. */
      readonly generation?: number;
    }
  | { readonly outcome: 'complete' | 'stale' }
  | { readonly outcome: 'unclear' }
  | { readonly outcome: 'held'; readonly leaseUntil: number };

/** How far a claimed version has come. */
export interface LedgerProgress {
  readonly watermark: number;
  readonly rejected: number;
}

/**
 * Remembers what became of each version of each object, so that a duplicate event is skipped, an unfinished version
 * resumes, and an auditor can see both. For plugin authors; users pass a ledger to a run. Most authors implement a
 * `LedgerStore` and get the ledger from `storedLedger`, which makes every decision.
 */
export interface Ledger {
  /** The service's noun, such as `dynamodb`; it names the stage in errors. */
  readonly name: string;
  /**
   * Grants a version to one run at a time. The runner calls it once per object: before it opens the object if the reference
   * identifies the version, else after `open` and before it uses the first byte.
   *
   * A grant must rest on conditional writes: of any two claimants, whatever the order of their requests, one write is
   * refused. A read may refuse a claim, never grant it. If a grant takes several writes, a process that dies between any two
   * of them must leave nothing that outlasts its lease. A write whose answer was lost is resolved by reading.
   *
   * Under `newest`, a version that is claimed again after another version was granted starts over, and a complete version is
   * granted again if the sequencer shows that it was written to the object once more (contract 9.11).
   */
  readonly claim: (request: ClaimRequest) => Promise<ClaimAnswer>;
  /**
   * Stores progress and renews the lease. Never called twice at once for a claim.
   *
   * @throws MillraceError `LEDGER_LEASE_LOST` if another claim has taken over
   */
  readonly checkpoint: (request: ClaimRequest, progress: LedgerProgress) => Promise<void>;
  /**
   * Stores the outcome with the whole report and gives the claim back. Called once per granted claim. After a claim for a
   * replay it only gives the claim back.
   *
   * @throws MillraceError `LEDGER_LEASE_LOST` if another claim has taken over
   */
  readonly finish: (request: ClaimRequest, progress: LedgerProgress, report: ItemReport) => Promise<void>;
  /** All entries of an object in a feed, in any order, as they were last written. */
  readonly entries: (feed: string, object: string) => Promise<readonly LedgerEntry[]>;
}

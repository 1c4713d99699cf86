import type { ItemOrigin } from '../origin.ts';
import type { ItemReport } from '../report.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { LedgerListQuery, ListedEntry } from './listed-entry.ts';

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
   * How many records past the watermark the run may hand to the sink before its first checkpoint.
   * @default none: the entry has no `reach`
   */
  readonly reach?: number;
  /** Length of the sink's groups of records. @default 1 */
  readonly group?: number;
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
      /** How far the version may be written, if the request had a `reach` and the entry knows how far earlier runs came. */
      readonly extent?: GrantedExtent;
    }
  | { readonly outcome: 'complete' | 'stale' }
  | { readonly outcome: 'unclear' }
  | { readonly outcome: 'held'; readonly leaseUntil: number };

/** Bounds of a granted version's records. */
export interface GrantedExtent {
  /** Earlier runs handed on no record from this ordinal on. */
  readonly before: number;
  /** No record from this ordinal on may be handed to the sink until a checkpoint has stored a higher bound. */
  readonly reach: number;
  /** For each level of fan-out, the branches that earlier runs may have made. No record may have more before a checkpoint. */
  readonly branches: readonly number[];
}

/** How far the rows of a version are retired. */
export interface RetirementProgress {
  /** Rows of records below this ordinal are deleted. */
  readonly retiredBelow: number;
  /** All of them are. */
  readonly retired: boolean;
}

/** How far a claimed version has come. */
export interface LedgerProgress {
  readonly watermark: number;
  readonly rejected: number;
  /** As {@link LedgerEntry.reach}; absent if the grant had no extent. */
  readonly reach?: number;
  /** As {@link LedgerEntry.branches}. */
  readonly branches?: readonly number[];
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
  /**
   * Stores how far the rows of a version are retired. The request is a claim for a replay that holds the object, usually of
   * another version.
   *
   * @param version `origin.id` of the version whose rows are retired
   * @throws MillraceError `LEDGER_LEASE_LOST` if another claim has taken over
   */
  readonly retired?: (request: ClaimRequest, version: string, progress: RetirementProgress) => Promise<void>;
  /** All entries of an object in a feed, in any order, as they were last written. */
  readonly entries: (feed: string, object: string) => Promise<readonly LedgerEntry[]>;
  /**
   * Lists the entries of a feed by the time of their first claim, without reading the others. A ledger that cannot do so has no
   * such member, and `status`, `failed` and `audit` fail with `LEDGER_NOT_LISTABLE`.
   *
   * Entries of earlier days in UTC come first; within a day they come in any order. A ledger may lag behind `entries` as its
   * documentation says: then an entry is missing, or in a state that it had before.
   *
   * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`; while it is read, what the ledger's store throws
   * @example
   * for await (const { object, state } of ledger.list({ feed: 'prices', from: new Date('2026-11-28') })) console.log(object, state);
   */
  readonly list?: (query: LedgerListQuery) => AsyncIterable<ListedEntry>;
}

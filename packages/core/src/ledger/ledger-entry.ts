import type { ItemOrigin } from '../origin.ts';
import type { ItemReport } from '../report.ts';

/**
 * What an entry says about its version: `claimed` by a run whose lease may have run out; `complete`; `aborted` at its
 * watermark; `failed`; or `stale`, if a newer version of the object was already taken up when it was claimed. A version that
 * failed and is `stale` later keeps its last report.
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
  /** Signature of the pipeline that the watermark belongs to; see `ClaimRequest.signature`. */
  readonly signature?: string;
  /**
   * Bounds the records that any run of the version has handed to the sink: all of them have ordinals below it. It is stored
   * before the records are written, so a killed run has written none beyond. Absent for entries that never had it.
   */
  readonly reach?: number;
  /** Bounds the branches that a record of the version was fanned out into, for each level of `many`; stored as `reach` is. */
  readonly branches?: readonly number[];
  /** Lengths of the sink's groups of records that the version was granted with: the keys of packs contain them. */
  readonly groups?: readonly number[];
  /** Dates with which the version was granted before, if the same content was written again later: keys may contain them. */
  readonly dates?: readonly string[];
  /** Records from the start whose rows are retired; see `Ledger.retired`. @default 0 */
  readonly retiredBelow?: number;
  /** Whether all rows of the version are retired. It ends when the version is granted again. @default false */
  readonly retired?: boolean;
  /** The last report; absent until a run has given the version back. */
  readonly report?: ItemReport;
  /**
   * When the version was first claimed, as ISO-8601 in UTC; for an entry of an earlier release that was claimed again, when it was
   * written before. It never changes, and it is what `Ledger.list` goes by. Absent for other entries of earlier releases.
   */
  readonly firstClaimedAt?: string;
  /** When the entry was last written, as ISO-8601 in UTC. */
  readonly updatedAt: string;
}

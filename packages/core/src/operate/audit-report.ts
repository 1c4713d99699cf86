import type { LedgerEntry } from '../ledger/ledger-entry.ts';
import type { ListedEntry } from '../ledger/listed-entry.ts';
import type { Counts } from '../report.ts';
import type { ObjectStatus } from './object-status.ts';

/** What an audit says of an object that arrived: as {@link ObjectStatus}, or `missing` if the ledger does not know the version. */
export type AuditStatus = ObjectStatus | 'missing';

/** An object that arrived and is neither done nor stale. */
export type AuditFinding =
  | {
      readonly object: string;
      readonly status: Exclude<ObjectStatus, 'done' | 'stale'>;
      /**
       * Whether the source still lists the version. A version that was overwritten or deleted since cannot be run any more, unless
       * the bucket keeps versions.
       */
      readonly listed: boolean;
      readonly entry: LedgerEntry | ListedEntry;
    }
  | {
      readonly object: string;
      readonly status: 'missing';
      readonly listed: true;
      /** `never`: no version of the object was ever claimed. `changed`: another version was. */
      readonly reason: 'never' | 'changed';
      /** The entry of the version that was written last, if it is another one. */
      readonly entry?: LedgerEntry;
    };

/** What arrived in a period, and what became of it. */
export interface AuditReport {
  readonly feed: string;
  /** As ISO-8601 in UTC. */
  readonly from: string;
  readonly until?: string;
  /**
   * Whether everything that arrived is done, or stale because something newer arrived: nothing is unfinished, failed, held or
   * missing, among `listed` and among `unlisted`.
   */
  readonly complete: boolean;
  /** Versions of objects that arrived in the period: those that the source lists, and those that only the ledger knows by now. */
  readonly arrived: number;
  /** `arrived = done + unfinished + failed + held + stale + missing`. */
  readonly statuses: Readonly<Record<AuditStatus, number>>;
  /** Objects that the source lists with a time of writing in the period. */
  readonly listed: number;
  /**
   * Versions that the ledger knows to have been written in the period, or first claimed in it if it does not know when they were
   * written, and that the source does not list any more: they were overwritten or deleted since. `arrived = listed + unlisted`.
   */
  readonly unlisted: number;
  /** Objects that are done, some of whose records were rejected. */
  readonly withRejections: number;
  /**
   * Sums over the last run of each version that arrived: `read + expanded = written + rejected + dropped + skipped + unsettled`. What
   * earlier runs of it settled is in `skipped`.
   */
  readonly records: Counts;
  /** Records rejected over all runs of these versions. */
  readonly rejected: number;
  /** What is neither done nor stale, in the order in which it was found, up to `keepFindings`. */
  readonly findings: readonly AuditFinding[];
  readonly findingsOmitted: number;
}

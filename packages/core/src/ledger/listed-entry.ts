import type { Counts, ItemReport } from '../report.ts';
import type { LedgerEntry, LedgerState } from './ledger-entry.ts';

/** Which entries of a ledger to list. */
export interface LedgerListQuery {
  /** Name of the feed. */
  readonly feed: string;
  /** Lists versions that were first claimed at this time or later. DynamoDB is asked once for each day since. */
  readonly from: Date;
  /** Lists versions that were first claimed before this time. @default no end */
  readonly until?: Date;
  /** Lists only entries in these states. @default all */
  readonly states?: readonly LedgerState[];
  /** Lists only objects whose name begins with this, such as `s3://bucket/in/`. @default all objects of the feed */
  readonly source?: string;
  /** Ends the listing; the iteration then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** An entry as a listing gives it: without what only the next run needs, and with the essence of the last report. */
export interface ListedEntry extends Pick<
  LedgerEntry,
  | 'feed'
  | 'object'
  | 'origin'
  | 'state'
  | 'watermark'
  | 'rejected'
  | 'attempts'
  | 'leaseUntil'
  | 'versionTag'
  | 'signature'
  | 'retired'
> {
  /**
   * When the version was first claimed, as ISO-8601 in UTC; for an entry of an earlier release that was not claimed since, when it
   * was last written.
   */
  readonly firstClaimedAt: string;
  /** What the last run that gave the version back reported; absent if none did. */
  readonly report?: ListedReport;
}

/** The essence of a run's report on an object. All of it is in the `report` of `Ledger.entries`. */
export interface ListedReport extends Counts, Pick<ItemReport, 'outcome' | 'startedAt' | 'durationMs'> {
  readonly error?: ListedError;
}

/** Code and location of the error that ended a run; its message and details are in `Ledger.entries`. */
export interface ListedError {
  readonly code: string;
  readonly stage?: string;
  readonly ordinal?: number;
  /** Number of the part in its object, from 1. */
  readonly partNumber?: number;
  readonly retryable?: boolean;
}

/** When an entry is listed. */
export function listedAt({ firstClaimedAt, updatedAt }: Pick<LedgerEntry, 'firstClaimedAt' | 'updatedAt'>): string {
  return firstClaimedAt ?? updatedAt;
}

/** Returns what a listing gives of an entry. For authors of stores. */
export function listedEntry(entry: LedgerEntry): ListedEntry {
  const { feed, object, state, watermark, rejected, attempts, leaseUntil, versionTag, signature, retired, report } =
    entry;
  const opened = report?.origin?.id === entry.origin.id ? report.origin : undefined;
  return {
    feed,
    object,
    // An object that was claimed before it was opened has its size and time in the report only.
    origin: { ...opened, ...entry.origin },
    state,
    watermark,
    rejected,
    attempts,
    leaseUntil,
    ...(versionTag !== undefined && { versionTag }),
    ...(signature !== undefined && { signature }),
    ...(retired !== undefined && { retired }),
    firstClaimedAt: listedAt(entry),
    ...(report !== undefined && { report: listedReport(report) }),
  };
}

function listedReport(report: ItemReport): ListedReport {
  const { outcome, startedAt, durationMs, error, read, expanded, written, rejected, dropped, skipped, unsettled } =
    report;
  const { bytesIn, bytesDecoded } = report;
  return {
    outcome,
    startedAt,
    durationMs,
    read,
    expanded,
    written,
    rejected,
    dropped,
    skipped,
    unsettled,
    bytesIn,
    bytesDecoded,
    ...(error && { error: listedError(error) }),
  };
}

function listedError({ code, stage, ordinal, partNumber, retryable }: NonNullable<ItemReport['error']>): ListedError {
  return {
    code,
    ...(stage !== undefined && { stage }),
    ...(ordinal !== undefined && { ordinal }),
    ...(partNumber !== undefined && { partNumber }),
    ...(retryable && { retryable }),
  };
}

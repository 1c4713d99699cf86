import { check, checkOptions } from '../check-options.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ListedEntry } from '../ledger/listed-entry.ts';
import type { Counts } from '../report.ts';
import { sumCounts } from '../sum-counts.ts';
import { isLedger, listable } from './listable.ts';
import { objectStatus, type ObjectStatus } from './object-status.ts';

/** Which part of a ledger `status` and `failed` look at. */
export interface LedgerPeriod {
  /** The ledger of the feed's runs. It must be one that can be listed. */
  readonly ledger: Ledger;
  /** Name of the feed. */
  readonly feed: string;
  /** The period's first instant: versions count that were first claimed then or later. */
  readonly from: Date;
  /** The first instant after the period. @default no end */
  readonly until?: Date;
  /** Only objects whose name begins with this, such as `s3://bucket/in/`. @default all objects of the feed */
  readonly source?: string;
  readonly signal?: AbortSignal;
}

/** Sums over the versions of objects that were first claimed in a period. */
export interface FeedStatus {
  readonly feed: string;
  /** As ISO-8601 in UTC. */
  readonly from: string;
  readonly until?: string;
  /** Versions of objects that a run asked for: the sum of `statuses`. */
  readonly objects: number;
  readonly statuses: Readonly<Record<ObjectStatus, number>>;
  /** Objects that are done, some of whose records were rejected. */
  readonly withRejections: number;
  /** Sums over the last runs of the versions. Records that an earlier run had settled are in `skipped`. */
  readonly records: Counts;
  /** Records rejected over all runs of the versions. */
  readonly rejected: number;
  /** Bytes of the objects that are done, as stored; those without a known size are left out. */
  readonly bytesDone: number;
  /** Failed versions by the code of their error. */
  readonly failures: Readonly<Record<string, number>>;
  /** The earliest and the latest first claim in the period, in ISO 8601 (UTC). Absent if `objects` is 0. */
  readonly firstAt?: string;
  readonly lastAt?: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Says what became of the objects that a feed took up in a period, by the ledger alone. Objects whose events never came are not
 * in it: `audit` finds them. It keeps sums only, whatever the number of objects.
 *
 * @param now the time by which a lease is over, in milliseconds since the epoch; for tests
 * @throws MillraceError `LEDGER_NOT_LISTABLE`, `OPTION_UNKNOWN`, `OPTION_INVALID`, and what the ledger rejects with
 * @example
 * const { statuses } = await status({ ledger, feed: 'prices', from: new Date('2026-11-28') });
 * console.log(`${statuses.done} done, ${statuses.failed} failed`);
 */
export async function status(options: LedgerPeriod, now: () => number = Date.now): Promise<FeedStatus> {
  checkLedgerPeriod('status', options);
  const { ledger, feed, from, until, source, signal } = options;
  const { list } = listable('status', ledger);
  const statuses: Record<ObjectStatus, number> = { done: 0, unfinished: 0, failed: 0, held: 0, stale: 0 };
  const failures: Record<string, number> = {};
  const sum = { objects: 0, withRejections: 0, rejected: 0, bytesDone: 0 };
  let records = sumCounts([]);
  const seen: Mutable<Pick<FeedStatus, 'firstAt' | 'lastAt'>> = {};
  for await (const entry of list({ feed, from, ...optional({ until, source, signal }) })) {
    const is = objectStatus(entry, now());
    statuses[is] += 1;
    sum.objects += 1;
    sum.rejected += entry.rejected;
    if (is === 'done') {
      sum.bytesDone += entry.origin.size ?? 0;
      if (entry.rejected > 0) sum.withRejections += 1;
    }
    if (is === 'failed') countFailure(failures, entry);
    if (entry.report !== undefined) records = sumCounts([records, entry.report]);
    const { firstClaimedAt } = entry;
    if (seen.firstAt === undefined || firstClaimedAt < seen.firstAt) seen.firstAt = firstClaimedAt;
    if (seen.lastAt === undefined || firstClaimedAt > seen.lastAt) seen.lastAt = firstClaimedAt;
  }
  return {
    feed,
    from: from.toISOString(),
    ...optional({ until: until?.toISOString() }),
    ...sum,
    statuses,
    records,
    failures,
    ...seen,
  };
}

/** @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` */
export function checkLedgerPeriod(owner: string, options: LedgerPeriod): void {
  checkOptions(owner, options, {
    ledger: isLedger,
    feed: check.text,
    from: check.date,
    until: check.optional(check.date),
    source: check.optional(check.text),
    signal: check.optional(check.object),
  });
}

function countFailure(failures: Record<string, number>, { report }: ListedEntry): void {
  const code = report?.error?.code ?? 'UNKNOWN';
  failures[code] = (failures[code] ?? 0) + 1;
}

/** Leaves out the members that are undefined. */
export function optional<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

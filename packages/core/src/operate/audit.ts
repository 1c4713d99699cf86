import { check, checkOptions } from '../check-options.ts';
import type { Feed } from '../feed.ts';
import { inOrder } from '../in-order.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerEntry } from '../ledger/ledger-entry.ts';
import type { LedgerListQuery, ListedEntry } from '../ledger/listed-entry.ts';
import { isFeed, matching, versionTagOf } from '../reconcile.ts';
import type { AuditFinding, AuditReport } from './audit-report.ts';
import { AuditSums } from './audit-sums.ts';
import { type DigestKey, digestKey, DigestTable } from './digest-table.ts';
import { isLedger, listable } from './listable.ts';
import { objectStatus, type ObjectStatus } from './object-status.ts';
import { optional } from './status.ts';

/** The period that a source is to list. */
export interface ArrivalPeriod {
  readonly since: Date;
  readonly until?: Date;
}

export interface AuditOptions<Ref> {
  /** The feed that should have processed the objects. */
  readonly feed: Feed<Ref>;
  /** The ledger of the feed's runs. It must be one that can be listed. */
  readonly ledger: Ledger;
  /** Lists what was written in a period, such as `(period) => source.list({ bucket, prefix, ...period })`. */
  readonly list: (period: ArrivalPeriod) => Iterable<Ref> | AsyncIterable<Ref>;
  /** The period's first instant. */
  readonly from: Date;
  /** The first instant after the period. @default no end */
  readonly until?: Date;
  /**
   * How long after the period, in milliseconds, first claims are listed. An object that was first claimed later is looked up by
   * itself, which costs a request. @default 172800000, two days
   */
  readonly lateMs?: number;
  /** Only objects whose name begins with this count as unlisted; give the prefix that `list` lists. @default all objects of the feed */
  readonly source?: string;
  /** Ledger look-ups at once. @default 16 */
  readonly concurrency?: number;
  /** Findings that the report keeps at most. @default 1000 */
  readonly keepFindings?: number;
  /** Called with each finding, those that are not kept included. */
  readonly onFinding?: (finding: AuditFinding) => void;
  readonly signal?: AbortSignal;
}

/** Two clocks may differ, so a claim may seem to come before the object was written. */
const EARLY_MS = 60 * 60 * 1000;
const LATE_MS = 2 * 24 * 60 * 60 * 1000;

/** What the table remembers of a version: its status in the ledger's first listing, and whether it was counted since. */
const DONE = 1;
const STALE = 2;
const OPEN = 3;
/** The source lists it, and its status is counted; its records are not yet. */
const MATCHED = 4;
/** Its status and its records are counted. */
const COUNTED = 5;

/**
 * Answers whether everything that arrived in a period was processed: it compares what the source lists with the ledger, version by
 * version, and finds what is unfinished, failed or held, and what was never claimed. Versions that were overwritten or deleted
 * since count if the ledger knows them.
 *
 * It lists the ledger's entries of the period, then the source, then the ledger once more. What the first listing does not
 * show to be done is looked up by itself, so neither a late listing nor a late claim makes a false finding. It keeps about 40
 * bytes for each version in the ledger, and no list of objects: some 40 MB for a million.
 *
 * @param now the time by which a lease is over, in milliseconds since the epoch; for tests
 * @throws MillraceError `LEDGER_NOT_LISTABLE`; `RECONCILE_UNSUPPORTED` if the feed's source cannot tell versions apart;
 *   `OPTION_UNKNOWN`, `OPTION_INVALID`; and what the listing and the ledger reject with
 * @example
 * const yesterday = { from: new Date('2026-11-28'), until: new Date('2026-11-29') };
 * const report = await audit({ feed: prices, ledger, list: (period) => source.list({ bucket, ...period }), ...yesterday });
 * if (!report.complete) console.log(report.findings);
 */
export async function audit<Ref>(options: AuditOptions<Ref>, now: () => number = Date.now): Promise<AuditReport> {
  checkAudit(options);
  const { feed, from, until, list, signal, concurrency = 16 } = options;
  const ledger = listable('audit', options.ledger);
  const versionTag = versionTagOf(feed);
  const known = new DigestTable();
  const sums = new AuditSums(options);
  const listLedger = (): AsyncIterable<KeyedEntry> => keyed(ledger.list(ledgerQuery(options)), concurrency);

  for await (const { key, entry } of listLedger()) {
    // Versions of the same content, under several version ids, are one to a listing: which of them counts is looked up.
    known.set(key, known.get(key) === undefined ? remembered(objectStatus(entry, now())) : OPEN);
  }

  /** Returns what to count, so that findings come in the listing's order. */
  const judge = async (ref: Ref): Promise<() => void> => {
    signal?.throwIfAborted();
    const object = feed.stages.source.describe(ref);
    const tag = versionTag(ref);
    const key = tag === undefined ? undefined : await digestKey([object, tag]);
    const state = key && known.get(key);
    if (key !== undefined && (state === DONE || state === STALE)) {
      known.set(key, MATCHED);
      return () => sums.count(state === DONE ? 'done' : 'stale', true);
    }
    const found = matching(tag, await ledger.entries(feed.name, object));
    if (key !== undefined) known.set(key, COUNTED);
    if (found.reason !== undefined) return () => sums.missing({ object, status: 'missing', listed: true, ...found });
    known.set(await keyOf(found.entry), COUNTED);
    return () => sums.add(found.entry, objectStatus(found.entry, now()), true);
  };
  for await (const count of inOrder(list({ since: from, ...optional({ until }) }), concurrency, judge)) count();

  for await (const { key, entry } of listLedger()) {
    const state = known.get(key);
    if (state === COUNTED) continue;
    known.set(key, COUNTED);
    if (state === MATCHED) sums.addRecords(entry);
    else if (arrivedWithin(entry, from, until)) sums.add(entry, objectStatus(entry, now()), false);
  }
  return sums.report();
}

interface KeyedEntry {
  readonly key: DigestKey;
  readonly entry: ListedEntry;
}

function keyed(entries: AsyncIterable<ListedEntry>, concurrency: number): AsyncIterable<KeyedEntry> {
  return inOrder(entries, concurrency, async (entry) => ({ entry, key: await keyOf(entry) }));
}

function keyOf({ object, origin, versionTag }: Pick<LedgerEntry, 'object' | 'origin' | 'versionTag'>) {
  return digestKey(versionTag === undefined ? [object, 'id', origin.id] : [object, versionTag]);
}

function remembered(status: ObjectStatus): number {
  if (status === 'done') return DONE;
  return status === 'stale' ? STALE : OPEN;
}

function ledgerQuery<Ref>(options: AuditOptions<Ref>): LedgerListQuery {
  const { feed, from, until, lateMs = LATE_MS, signal, source } = options;
  return {
    feed: feed.name,
    from: new Date(from.getTime() - EARLY_MS),
    ...optional({ until: until && new Date(until.getTime() + lateMs), source, signal }),
  };
}

function arrivedWithin({ origin, firstClaimedAt }: ListedEntry, from: Date, until: Date | undefined): boolean {
  const at = Date.parse(origin.lastModified ?? firstClaimedAt);
  return at >= from.getTime() && at < (until?.getTime() ?? Number.POSITIVE_INFINITY);
}

/** @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` */
function checkAudit<Ref>(options: AuditOptions<Ref>): void {
  checkOptions<AuditOptions<Ref>>('audit', options, {
    feed: (value) => (isFeed(value) ? undefined : 'a feed, as feed(…).to(…) makes it'),
    ledger: isLedger,
    list: check.callback,
    from: check.date,
    until: check.optional(check.date),
    lateMs: check.optional(check.integer(0)),
    source: check.optional(check.text),
    concurrency: check.optional(check.integer(1, 1000)),
    keepFindings: check.optional(check.integer(0)),
    onFinding: check.optional(check.callback),
    signal: check.optional(check.object),
  });
}

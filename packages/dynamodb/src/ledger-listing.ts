import { type Counts, type ListedEntry, type ListedReport, MillraceError } from '@millrace/core';
import { listedAt, listedEntry, type VersionRecord } from '@millrace/core/plugin';
import type { LedgerKey } from './ledger-key.ts';

/*
 * The index of a ledger's table, in which a feed's day is one collection of items: partition key `listedIn`, sort key the digest that
 * versions have in the table. Digests are spread evenly, so DynamoDB can split the collection of a busy day; a sort key that
 * goes by time would make its end hot. Heads have no `listedIn` and are not in it.
 *
 * What changes with every checkpoint is not projected, so only a claim and an outcome write to the index.
 */

/** Name of the index. */
export const LEDGER_INDEX = 'listing';
/** The attributes of its key. */
export const LEDGER_INDEX_KEY = { partitionKey: 'listedIn', sortKey: 'version' } as const;
/** What is in the index beside the keys of the table and its own. */
export const LEDGER_INDEX_ATTRIBUTES = [
  'origin',
  'state',
  'attempts',
  'signature',
  'firstClaimedAt',
  'listing',
] as const;

/** Attributes that only the index needs. */
export interface ListingAttributes {
  /** Feed and day in UTC of the first claim, as `prices#2026-11-28`. */
  readonly listedIn: string;
  /** What the table has in the report, or changes with every checkpoint, as JSON; not while the version is claimed. */
  readonly listing?: string;
}

/** A version's item as the index has it. */
export interface IndexItem extends LedgerKey, ListingAttributes {
  readonly origin: VersionRecord['origin'];
  readonly state: VersionRecord['state'];
  readonly attempts: number;
  readonly signature?: string;
  readonly firstClaimedAt?: string;
}

const COUNTS = [
  'read',
  'expanded',
  'written',
  'rejected',
  'dropped',
  'skipped',
  'unsettled',
  'bytesIn',
  'bytesDecoded',
] as const satisfies readonly (keyof Counts)[];

/** The JSON of `listing`, whose names are short because it is stored twice for each object. */
interface Listing {
  /** The time that the entry is listed at, if it has no `firstClaimedAt`. */
  readonly at?: string;
  /** The version tag, if it differs from the ETag of the origin. `null` means that the version has no tag. */
  readonly tag?: string | null;
  /** Watermark. */
  readonly w: number;
  /** Rejections over all runs. */
  readonly r: number;
  /** 1 if all rows are retired. */
  readonly gone?: 1;
  /** Size and time of writing, if only the report has them. */
  readonly size?: number;
  readonly mod?: string;
  /** Outcome, start and milliseconds of the last run. */
  readonly run?: readonly [ListedReport['outcome'], string, number];
  /** In the order of {@link COUNTS}. */
  readonly n?: readonly number[];
  readonly e?: ListedReport['error'];
}

/** The partition of the index that has a feed's day. A feed's name has no `#`. */
export function listedIn(feed: string, day: string): string {
  return `${feed}#${day}`;
}

/** A day in UTC always has as many. */
const DAY_MS = 24 * 60 * 60 * 1000;

/** The days in UTC that a period touches. */
export function* daysOf(from: string, until: string): Generator<string, void, undefined> {
  for (let day = new Date(`${from.slice(0, 10)}T00:00:00.000Z`); day.toISOString() < until;) {
    yield day.toISOString().slice(0, 10);
    day = new Date(day.getTime() + DAY_MS);
  }
}

export function listingAttributes(record: VersionRecord): ListingAttributes {
  const where = { listedIn: listedIn(record.feed, listedAt(record).slice(0, 10)) };
  if (record.state === 'claimed') return where;
  return { ...where, listing: JSON.stringify(listingOf(record)) };
}

function listingOf(record: VersionRecord): Listing {
  const { origin, versionTag, watermark, rejected, retired, firstClaimedAt, updatedAt } = record;
  const { origin: whole, report } = listedEntry(record);
  return {
    ...(firstClaimedAt === undefined && { at: updatedAt }),
    ...(versionTag !== origin.etag && { tag: versionTag ?? null }),
    w: watermark,
    r: rejected,
    ...(retired === true && { gone: 1 }),
    ...(origin.size === undefined && whole.size !== undefined && { size: whole.size }),
    ...(origin.lastModified === undefined && whole.lastModified !== undefined && { mod: whole.lastModified }),
    ...(report && {
      run: [report.outcome, report.startedAt, report.durationMs] as const,
      n: COUNTS.map((name) => report[name]),
      ...(report.error && { e: report.error }),
    }),
  };
}

/** Whether the index says all that a listing does. Else the table's item does. */
export function isWhole({ object, listing }: IndexItem): boolean {
  return listing !== undefined && !object.startsWith('#');
}

/**
 * Makes a listed entry of an item of the index that {@link isWhole}.
 *
 * @throws MillraceError `DYNAMODB_ENTRY_UNREADABLE`
 */
export function indexedEntry({ object, listing, ...item }: IndexItem): ListedEntry {
  const { origin, state, attempts, signature } = item;
  const { at, tag = origin.etag, w: watermark, r: rejected, gone, size, mod, ...last } = parsed(listing!, object);
  const separator = object.indexOf('#');
  return {
    feed: object.slice(0, separator),
    object: object.slice(separator + 1),
    origin: { ...origin, ...(size !== undefined && { size }), ...(mod !== undefined && { lastModified: mod }) },
    state,
    watermark,
    rejected,
    attempts,
    leaseUntil: 0,
    ...(typeof tag === 'string' && { versionTag: tag }),
    ...(signature !== undefined && { signature }),
    ...(gone === 1 && { retired: true }),
    firstClaimedAt: item.firstClaimedAt ?? at!,
    ...reportIn(last),
  };
}

function reportIn({ run, n = [], e: error }: Pick<Listing, 'run' | 'n' | 'e'>): Pick<ListedEntry, 'report'> {
  if (run === undefined) return {};
  const [outcome, startedAt, durationMs] = run;
  const counts = Object.fromEntries(COUNTS.map((name, index) => [name, n[index]])) as unknown as Counts;
  return { report: { ...counts, outcome, startedAt, durationMs, ...(error && { error }) } };
}

function parsed(listing: string, object: string): Listing {
  try {
    return JSON.parse(listing) as Listing;
  } catch (cause) {
    const text = `The ledger's entry ${object} has a listing that is not valid JSON. Delete the entry.`;
    throw new MillraceError('DYNAMODB_ENTRY_UNREADABLE', text, { cause, details: { object } });
  }
}

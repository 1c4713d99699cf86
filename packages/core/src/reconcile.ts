import { check, checkOptions } from './check-options.ts';
import type { Feed } from './feed.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { LedgerEntry } from './ledger/ledger-entry.ts';
import { inOrder } from './in-order.ts';
import { MillraceError } from './millrace-error.ts';

/**
 * Why a listed object needs work. `never`: the ledger does not know it, so its event never came or never succeeded in
 * opening it. `unfinished`: it was begun and is not complete. `changed`: another version of it was carried.
 */
export type Unreconciled<Ref> =
  | { readonly ref: Ref; readonly reason: 'never' }
  | { readonly ref: Ref; readonly reason: 'unfinished' | 'changed'; readonly entry: LedgerEntry };

export interface ReconcileOptions<Ref> {
  /** The feed that should have carried the objects. */
  readonly feed: Feed<Ref>;
  /** What is there, such as `s3Source().list({ bucket, prefix })`. */
  readonly list: Iterable<Ref> | AsyncIterable<Ref>;
  /** What the feed's runs have recorded. */
  readonly ledger: Ledger;
  /** Ledger look-ups at once. @default 16 */
  readonly concurrency?: number;
}

/**
 * Compares a listing with the ledger and yields what is left to do, in the listing's order: it finds objects whose events
 * never came. The references can be run at once: `feed.run(references(reconcile({ feed, list, ledger })), { ledger })`.
 *
 * An item that another run holds right now is yielded as `unfinished`; running it results in `held`. Stale entries count as
 * done. It makes one look-up for each listed object.
 *
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`
 * @throws MillraceError `RECONCILE_UNSUPPORTED` if the feed's source cannot tell versions apart: it needs `versionTag`
 * @example
 * const missed = reconcile({ feed: prices, list: source.list({ bucket, prefix }), ledger });
 * await prices.run(references(missed), { ledger });
 */
export function reconcile<Ref>(options: ReconcileOptions<Ref>): AsyncGenerator<Unreconciled<Ref>, void, undefined> {
  checkOptions<ReconcileOptions<Ref>>('reconcile', options, {
    feed: (value) => (isFeed(value) ? undefined : 'a feed, as feed(…).to(…) makes it'),
    list: (value) => (isIterable(value) ? undefined : 'an iterable of references, such as s3Source().list(…)'),
    ledger: (value) => (isLedger(value) ? undefined : 'a ledger, such as memoryLedger()'),
    concurrency: check.optional(check.integer(1, 1000)),
  });
  return compared(options, versionTagOf(options.feed));
}

/**
 * Returns how the feed's source tells the version that a reference names.
 *
 * @throws MillraceError `RECONCILE_UNSUPPORTED`
 */
export function versionTagOf<Ref>({ stages: { source } }: Feed<Ref>): (ref: Ref) => string | undefined {
  const { name, versionTag } = source;
  if (versionTag !== undefined) return versionTag;
  throw new MillraceError(
    'RECONCILE_UNSUPPORTED',
    `Source ${name} does not say which version a reference names. Give it versionTag(ref), which returns what its ` +
      'items have as versionTag, such as the ETag of a listing.',
    { details: { source: name } },
  );
}

export function isFeed(value: unknown): boolean {
  return typeof (value as Partial<Feed<unknown>> | null)?.stages?.source.describe === 'function';
}

function isIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

function isLedger(value: unknown): boolean {
  return typeof (value as Partial<Ledger> | null)?.entries === 'function';
}

function compared<Ref>(
  { feed, list, ledger, concurrency = 16 }: ReconcileOptions<Ref>,
  versionTag: (ref: Ref) => string | undefined,
): AsyncGenerator<Unreconciled<Ref>, void, undefined> {
  const { source } = feed.stages;
  return inOrder(list, concurrency, async (ref) =>
    verdict(ref, versionTag(ref), await ledger.entries(feed.name, source.describe(ref))),
  );
}

/** Only the references, for `feed.run`. */
export async function* references<Ref>(
  unreconciled: AsyncIterable<Unreconciled<Ref>>,
): AsyncGenerator<Ref, void, undefined> {
  for await (const { ref } of unreconciled) yield ref;
}

function verdict<Ref>(
  ref: Ref,
  tag: string | undefined,
  entries: readonly LedgerEntry[],
): Unreconciled<Ref> | undefined {
  const found = matching(tag, entries);
  if (found.reason === 'never') return { ref, reason: 'never' };
  if (found.reason === 'changed') return { ref, reason: 'changed', entry: found.entry };
  const { entry } = found;
  if (entry.state === 'complete' || entry.state === 'stale') return undefined;
  return { ref, reason: 'unfinished', entry };
}

/** What a ledger knows of a listed version: its entry, or the reason that it has none, with the object's most recent entry if one exists. */
export type Matching =
  | { readonly reason?: undefined; readonly entry: LedgerEntry }
  | { readonly reason: 'never' }
  | { readonly reason: 'changed'; readonly entry: LedgerEntry };

export function matching(tag: string | undefined, entries: readonly LedgerEntry[]): Matching {
  const [latest, ...earlier] = entries.toSorted((left, right) => (left.updatedAt < right.updatedAt ? 1 : -1));
  if (latest === undefined) return { reason: 'never' };
  // A listing that names no version may name a new one: the run finds out.
  const entry = tag === undefined ? undefined : [latest, ...earlier].find(({ versionTag }) => versionTag === tag);
  return entry === undefined ? { reason: 'changed', entry: latest } : { entry };
}

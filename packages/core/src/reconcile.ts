import { MillraceError } from './millrace-error.ts';
import type { Feed } from './feed.ts';
import type { Ledger, LedgerEntry } from './ledger/ledger.ts';

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
 * Compares a listing with the ledger and yields what is left to do, in the listing's order: it is how objects are found
 * whose events never came. The references can be run at once:
 * `feed.run(references(reconcile({ feed, list, ledger })), { ledger })`.
 *
 * An item that another run holds right now is yielded as `unfinished`; running it answers `held`. Stale entries count as
 * done. One look-up for each listed object.
 *
 * @throws MillraceError `RECONCILE_UNSUPPORTED` where the feed's source cannot tell versions apart
 */
export async function* reconcile<Ref>(
  options: ReconcileOptions<Ref>,
): AsyncGenerator<Unreconciled<Ref>, void, undefined> {
  const { feed, list, ledger, concurrency = 16 } = options;
  const { source } = feed.stages;
  const { versionTag } = source;
  if (versionTag === undefined) {
    throw new MillraceError(
      'RECONCILE_UNSUPPORTED',
      `Source ${source.name} does not say which version a reference names.`,
    );
  }
  const judge = async (ref: Ref): Promise<Unreconciled<Ref> | undefined> =>
    verdict(ref, versionTag(ref), await ledger.entries(feed.name, source.describe(ref)));

  const pending: Promise<Unreconciled<Ref> | undefined>[] = [];
  for await (const ref of list) {
    const judged = judge(ref);
    judged.catch(() => {}); // It is thrown where it is awaited, in its turn.
    pending.push(judged);
    if (pending.length < concurrency) continue;
    const first = await pending.shift();
    if (first !== undefined) yield first;
  }
  for (const each of pending) {
    const judged = await each;
    if (judged !== undefined) yield judged;
  }
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
  const latest = entries.toSorted((left, right) => (left.updatedAt < right.updatedAt ? 1 : -1))[0];
  if (latest === undefined) return { ref, reason: 'never' };
  const entry = entries.find((one) => one.versionTag === tag);
  if (entry === undefined) return { ref, reason: 'changed', entry: latest };
  if (entry.state === 'complete' || entry.state === 'stale') return undefined;
  return { ref, reason: 'unfinished', entry };
}

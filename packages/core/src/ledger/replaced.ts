import type { LedgerEntry } from './ledger-entry.ts';
import { generationOf } from './order.ts';

/**
 * Whether a version that cannot be read any more, since another one took its place, is out of date: the ledger knows the one that is
 * there now, and it was taken up no earlier than the version itself. If the version was granted last, its records may lie over those of
 * the other one, so somebody must carry that again first.
 *
 * @param id `origin.id` of the version that cannot be read, if it is known
 * @param tag version tag of what is there now
 */
export function isReplaced(id: string | undefined, tag: string, entries: readonly LedgerEntry[]): boolean {
  const own = entries.find(({ origin }) => origin.id === id);
  return entries.some(
    (other) =>
      other !== own && other.versionTag === tag && other.attempts > 0 && generationOf(other) >= generationOf(own),
  );
}

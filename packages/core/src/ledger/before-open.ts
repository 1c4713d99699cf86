import type { IdentifiedObject } from '../source.ts';
import { compareSequencers } from './compare-sequencers.ts';
import type { ClaimAnswer, ClaimRequest } from './ledger.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { generationOf, isLeased, isMultipart, isSuperseded, timeOf } from './order.ts';

/**
 * What a ledger's entries say of an object before it is opened, if its reference does not determine the version for sure:
 * `undefined` unless they say that there is nothing to do. It grants nothing, so it needs no write.
 *
 * Returns `claim` for a version that another one has followed and whose entry does not say so yet: a claim stores that. Its
 * entry shows that it was opened under this id before, so the reference does determine the version.
 */
export function decideBeforeOpen(
  { origin, sequencer }: IdentifiedObject,
  entries: readonly LedgerEntry[],
  { versions, clockSkewMs }: Pick<ClaimRequest, 'versions' | 'clockSkewMs'>,
  now: number,
): Exclude<ClaimAnswer, { readonly outcome: 'granted' } | { readonly outcome: 'unclear' }> | 'claim' | undefined {
  const entry = entries.find((one) => one.origin.id === origin.id);
  if (entry?.state === 'claimed' && isLeased(entry, clockSkewMs, now))
    return { outcome: 'held', leaseUntil: entry.leaseUntil };
  // An event that the entry does not know moves the order of versions, which only a claim can store.
  const isKnown = sequencer === undefined || compareSequencers(entry?.sequencer ?? '', sequencer) >= 0;
  const isLast = entries.every((other) => generationOf(other) <= generationOf(entry));
  if (entry?.state === 'complete' && (versions === 'all' || sequencer === undefined || (isKnown && isLast)))
    return { outcome: 'complete' };
  if (versions === 'all' || sequencer === undefined) return undefined;
  const writtenAt = isMultipart(origin) ? undefined : timeOf({ origin, sequencer }, entry);
  const isNewer = (other: LedgerEntry): boolean => {
    if (other.attempts === 0) return false;
    if (other.sequencer !== undefined) return compareSequencers(other.sequencer, sequencer) > 0;
    const { lastModified } = other.origin;
    return writtenAt !== undefined && lastModified !== undefined && lastModified > writtenAt;
  };
  if (!entries.some(isNewer)) return undefined;
  if (entry !== undefined && isSuperseded(entry, { sequencer }, !isLast)) return 'claim';
  return { outcome: entry?.state === 'complete' ? 'complete' : 'stale' };
}

import type { IdentifiedObject } from '../source.ts';
import { compareSequencers } from './compare-sequencers.ts';
import type { ClaimAnswer, ClaimRequest, LedgerEntry } from './ledger.ts';
import { generationOf, isLeased, isSuperseded } from './order.ts';

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
  const isLatest = entries.every((other) => generationOf(other) <= generationOf(entry));
  if (entry?.state === 'complete' && (versions === 'all' || sequencer === undefined || isLatest))
    return { outcome: 'complete' };
  if (versions === 'all' || sequencer === undefined) return undefined;
  const isNewer = (other: LedgerEntry): boolean =>
    other.attempts > 0 && other.sequencer !== undefined && compareSequencers(other.sequencer, sequencer) > 0;
  if (!entries.some(isNewer)) return undefined;
  if (entry !== undefined && isSuperseded(entry, { sequencer }, !isLatest)) return 'claim';
  return { outcome: entry?.state === 'complete' ? 'complete' : 'stale' };
}

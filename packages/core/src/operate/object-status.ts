import type { LedgerState } from '../ledger/ledger-entry.ts';

/**
 * What became of an object that arrived.
 *
 * - `done`: every record of it has settled.
 * - `unfinished`: it was begun; a run stopped or died before its end, and nobody holds it.
 * - `failed`: the last run of it failed.
 * - `held`: a run has it now.
 * - `stale`: a newer version of the object was taken up first.
 */
export type ObjectStatus = 'done' | 'unfinished' | 'failed' | 'held' | 'stale';

/**
 * What an entry says about its version at a time.
 *
 * @param now in milliseconds since the epoch: a lease that is over by then holds nothing
 */
export function objectStatus(
  { state, leaseUntil }: { readonly state: LedgerState; readonly leaseUntil: number },
  now: number,
): ObjectStatus {
  if (state === 'complete') return 'done';
  if (state === 'failed' || state === 'stale') return state;
  return state === 'claimed' && leaseUntil > now ? 'held' : 'unfinished';
}

import type { ClaimAnswer } from '@millrace/core';
import { headKey, raiseHead, releaseHead, takeHead } from './ledger-head.ts';
import type { LedgerItem } from './ledger-item.ts';
import type { LedgerScope } from './ledger-scope.ts';
import { isHeld, progressOf, recordStale, takeVersion } from './ledger-version.ts';

/** Rounds after which a claimant that others always get ahead of is told to come again. */
const MAX_ROUNDS = 10;

/*
 * Why two items are safe without a transaction.
 *
 * What is read decides refusals only: complete, stale and held are true when they are read, and the first two stay true.
 * A grant rests on conditional writes, one of each item, and a claimant whose write is refused reads again.
 *
 * The head is taken before the version and given back after it, and renewed before it, always with the same lease. So
 * under `newest` the head is held for at least as long as the version: who finds the head free finds no version of the
 * object at work. Of two claimants one takes the head; the other is told that it is held, whichever step the first is at.
 *
 * A process that dies between two writes leaves what it holds until its lease runs out, and nothing else:
 * - claim, after the head: the version's entry is as before, or there is none. Its sequencer counts as taken up, though;
 *   it is delivered again because nobody acknowledged it, and reconciling a listing finds it too.
 * - claim, after the version; checkpoint, after the head or the version; finish, before the version: the version is taken
 *   over at its watermark.
 * - finish, after the version: the outcome stands. Other versions wait until the head's lease has run out.
 *
 * A claimant that stops between two writes for longer than its lease may find the head taken when it goes on. Both writes
 * carry the lease of the round's start, so its late entry is void from the start: the claimant sees by its own clock that
 * the lease is over and begins again, and another one takes the version over as if the first had died. The head it gives
 * back only where it is still its own.
 */
export async function claimItem(scope: LedgerScope): Promise<ClaimAnswer> {
  const { table, request, sequencer, now } = scope;
  const newest = request.versions === 'newest';
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const [entry, head] = await Promise.all([
      table.get(scope.key),
      newest || sequencer !== undefined ? table.get(headKey(scope)) : undefined,
    ]);
    const started = now();
    const answer = answerOf(scope, entry, head, started);
    if (answer?.outcome === 'stale' && entry === undefined) await recordStale(scope);
    if (answer !== undefined) return answer;

    const leaseUntil = started + request.leaseMs;
    if (newest && !(await takeHead(scope, started, leaseUntil))) continue;
    if (!newest && raises(scope, head)) await raiseHead(scope);
    const progress = await takeVersion(scope, started, leaseUntil);
    if (progress === undefined && newest) await releaseHead(scope);
    if (progress !== undefined && now() < leaseUntil) return { outcome: 'granted', ...progress };
  }
  return { outcome: 'held', leaseUntil: now() };
}

/** The answer that the items as read give, or `undefined` where the claim can be tried. */
function answerOf(
  scope: LedgerScope,
  entry: LedgerItem | undefined,
  head: LedgerItem | undefined,
  now: number,
): ClaimAnswer | undefined {
  if (entry?.state === 'complete') return { outcome: 'complete' };
  if (entry?.state === 'claimed' && runsAt(entry, now)) {
    // A caller whose claim was granted but who never got the answer may ask again.
    if (isHeld(scope, entry)) return { outcome: 'granted', ...progressOf(entry) };
    return held(entry);
  }
  if (scope.request.versions === 'all' || head === undefined) return undefined;
  const { sequencer, request } = scope;
  if (sequencer !== undefined && head.sequencer !== undefined && head.sequencer > sequencer)
    return { outcome: 'stale' };
  if (runsAt(head, now) && head.claimId !== request.claimId) return held(head);
  return undefined;
}

function raises({ sequencer }: LedgerScope, head: LedgerItem | undefined): boolean {
  if (sequencer === undefined) return false;
  return head?.sequencer === undefined || head.sequencer < sequencer;
}

function held({ leaseUntil = 0 }: LedgerItem): ClaimAnswer {
  return { outcome: 'held', leaseUntil };
}

function runsAt({ leaseUntil = 0 }: LedgerItem, now: number): boolean {
  return leaseUntil > now;
}

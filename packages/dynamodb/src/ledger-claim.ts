import type { ClaimAnswer, LedgerProgress } from '@millrace/core';
import { headKey, markHead, releaseHead, takeHead } from './ledger-head.ts';
import type { LedgerItem } from './ledger-item.ts';
import type { LedgerScope } from './ledger-scope.ts';
import { comparableSequencer } from './ledger-sequencer.ts';
import { isHeld, progressOf, recordStale, takeVersion } from './ledger-version.ts';

/** Rounds after which a claimant that others always get ahead of is told to come again. */
const MAX_ROUNDS = 10;

/*
 * Why two items are safe without a transaction.
 *
 * What is read decides refusals only: complete, stale and held are true when they are read. A grant rests on conditional
 * writes, one of each item, and a claimant whose write is refused reads again. Where it matters what was read, as for a
 * version that starts over, the conditions say so: the head is taken in the turn that was read, and the version from the
 * claim that was read.
 *
 * The head is taken before the version and given back after it, and renewed before it, always with the same lease. So
 * under `newest` the head is held for at least as long as the version: who finds the head free finds no version of the
 * object at work. Of two claimants one takes the head; the other is told that it is held, whichever step the first is at.
 *
 * A process that dies between two writes leaves what it holds until its lease runs out, and nothing else:
 * - claim, after the head: the version's entry is as before, or there is none. Its sequencer counts as taken up, though;
 *   it is delivered again because nobody acknowledged it, and reconciling a listing finds it too. A version that was to
 *   start over will do so then, because its entry is not of the head's turn.
 * - claim, after the version; checkpoint, after the head or the version; finish, before the version: the version is taken
 *   over at its watermark.
 * - finish, after the version: the outcome stands. Other versions wait until the head's lease has run out.
 *
 * A claimant that stops between two writes for longer than its lease may find the head taken when it goes on. Both writes
 * carry the lease of the round's start, so its late entry is void from the start: the claimant sees by its own clock that
 * the lease is over and begins again, and another one takes the version over as if the first had died. The head it gives
 * back only where it is still its own.
 *
 * Claims under `all` leave the head free. They mark it before they take their version, so that a claim under `newest` knows
 * that it must look for versions at work. That look is no condition of its grant, and need not be: claims under `all` wait
 * for nobody, so another one may be granted right after it as well.
 */
export async function claimItem(scope: LedgerScope): Promise<ClaimAnswer> {
  const { table, request, now } = scope;
  const newest = request.versions === 'newest';
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const [entry, head] = await Promise.all([table.get(scope.key), table.get(headKey(scope))]);
    const answer = answerOf(scope, entry, head, now()) ?? (newest && head?.all ? await othersAtWork(scope) : undefined);
    if (answer?.outcome === 'stale' && entry === undefined) await recordStale(scope);
    if (answer !== undefined) return answer;

    const started = now();
    const lease = { now: started, leaseUntil: started + request.leaseMs };
    const progress = newest ? await takeNewest(scope, entry, head, lease) : await takeOne(scope, head, lease);
    if (progress !== undefined && now() < lease.leaseUntil) return { outcome: 'granted', ...progress };
  }
  return { outcome: 'held', leaseUntil: now() };
}

interface Lease {
  readonly now: number;
  readonly leaseUntil: number;
}

/** Under `newest`: the head, then the version. `undefined` where one of them was refused. */
async function takeNewest(
  scope: LedgerScope,
  entry: LedgerItem | undefined,
  head: LedgerItem | undefined,
  lease: Lease,
): Promise<LedgerProgress | undefined> {
  const goesOn = entry !== undefined && entry.turn === head?.turn;
  const turn = (goesOn ? head?.turn : undefined) ?? scope.request.claimId;
  if (!(await takeHead(scope, { ...lease, head, turn }))) return undefined;
  const progress = await takeVersion(scope, { ...lease, turn, startsOver: goesOn ? undefined : entry });
  if (progress === undefined) await releaseHead(scope);
  return progress;
}

/** Under `all`: the version, once the head tells of it. `undefined` where one of them was refused. */
async function takeOne(
  scope: LedgerScope,
  head: LedgerItem | undefined,
  lease: Lease,
): Promise<LedgerProgress | undefined> {
  const turn = isHighest(scope, head) ? scope.request.claimId : undefined;
  if ((turn !== undefined || !head?.all) && !(await markHead(scope, turn))) return undefined;
  return takeVersion(scope, { ...lease, turn, startsOver: undefined });
}

/** The answer that the items as read give, or `undefined` where the claim can be tried. */
function answerOf(
  scope: LedgerScope,
  entry: LedgerItem | undefined,
  head: LedgerItem | undefined,
  now: number,
): ClaimAnswer | undefined {
  if (entry?.state === 'complete' && !isRestored(scope, entry, head)) return { outcome: 'complete' };
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

/**
 * Whether what is complete was written to the object once more, after another version of it: it was claimed with a lower
 * sequencer, or none, and not in the present turn.
 */
function isRestored({ request, sequencer }: LedgerScope, entry: LedgerItem, head: LedgerItem | undefined): boolean {
  if (request.versions === 'all' || sequencer === undefined || head?.sequencer === undefined) return false;
  if (entry.turn === head.turn || sequencer < head.sequencer) return false;
  return entry.sequencer === undefined || comparableSequencer(entry.sequencer) < sequencer;
}

/** Other versions that are at work under `all`. */
async function othersAtWork({ table, key, now }: LedgerScope): Promise<ClaimAnswer | undefined> {
  const versions = await table.versions(key.object);
  const time = now();
  const running = versions.filter((item) => item.state === 'claimed' && runsAt(item, time));
  return running.length === 0 ? undefined : held({ leaseUntil: Math.max(...running.map((item) => item.leaseUntil)) });
}

function isHighest({ sequencer }: LedgerScope, head: LedgerItem | undefined): boolean {
  if (sequencer === undefined) return false;
  return head?.sequencer === undefined || head.sequencer < sequencer;
}

function held({ leaseUntil = 0 }: Pick<LedgerItem, 'leaseUntil'>): ClaimAnswer {
  return { outcome: 'held', leaseUntil };
}

function runsAt({ leaseUntil = 0 }: LedgerItem, now: number): boolean {
  return leaseUntil > now;
}

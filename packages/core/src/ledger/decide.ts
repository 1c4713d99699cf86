import { compareSequencers } from './compare-sequencers.ts';
import { generationOf, isLeased, isOlder, isSuperseded, needsTime, orderOf } from './order.ts';
import type { ClaimAnswer, ClaimRequest, LedgerProgress } from './ledger.ts';
import type { LedgerState } from './ledger-entry.ts';
import { extended, grantedExtent } from './extent.ts';
import type { HeadRecord, Known, VersionRecord } from './ledger-store.ts';
import { listedAt } from './listed-entry.ts';
import type { ItemReport } from '../report.ts';

/*
 * What a ledger decides, as pure functions of what it knows and what time it is. Every ledger uses them; stores only store.
 *
 * A decision is written by compare-and-set on the records that it was made from, the head before the version. If either
 * write is refused, somebody else was faster, and the ledger reads and decides again. So the answers that refuse a claim
 * (complete, stale, held) are true when they are read, and a grant is true because nothing that it rests on has changed.
 */

/** A record before it is stamped and dated. */
type Draft<T> = Omit<T, 'stamp' | 'updatedAt'>;

/** What is to be written for a grant: the head first. */
export interface Grant {
  readonly head: Draft<HeadRecord> | undefined;
  readonly version: Draft<VersionRecord> | undefined;
  readonly answer: Extract<ClaimAnswer, { readonly outcome: 'granted' }>;
}

export type ClaimDecision =
  /** Nothing to write. */
  | { readonly kind: 'answer'; readonly answer: ClaimAnswer }
  /** The version is stale, and it has no entry that says so yet. */
  | { readonly kind: 'stale'; readonly version: Draft<VersionRecord> }
  /** The version is complete, and an event says that it was written later than was known: the order is stored. */
  | { readonly kind: 'written again'; readonly records: Omit<Grant, 'answer'> }
  /** Versions were granted under `all`: decide again, knowing which of them are at work. */
  | { readonly kind: 'look' }
  | { readonly kind: 'grant'; readonly grant: Grant };

/** What is known when a claim is decided; `others` only after the decision `look`. */
export interface KnownForClaim extends Known {
  readonly others?: readonly VersionRecord[];
}

/** Decides a claim. */
export function decideClaim(request: ClaimRequest, known: KnownForClaim, now: number): ClaimDecision {
  if (request.purpose === 'replay') return decideReplay(request, known, now);
  const { head, version } = known;
  if (version?.state === 'complete' && !isRestored(request, version, head))
    return decideComplete(request, version, head);
  if (version !== undefined && isRunning(version, request, now)) {
    // The holder itself asks again if the answer to its claim was lost.
    if (version.claimId === request.claimId) return answer(grantedAt(version, request, version));
    return answer({ outcome: 'held', leaseUntil: version.leaseUntil });
  }
  if (request.versions === 'all') return grantOne(request, known, now);
  if (needsTime(request, known)) return answer({ outcome: 'unclear' });
  if (isOlder(request, known)) return staleOf(request, known, now);
  if (head !== undefined && head.claimId !== request.claimId && isRunningHead(head, request, now))
    return answer({ outcome: 'held', leaseUntil: head.leaseUntil });
  if (head?.mixed === true) {
    if (known.others === undefined) return { kind: 'look' };
    const running = known.others.filter((other) => isRunning(other, request, now));
    if (running.length > 0)
      return answer({ outcome: 'held', leaseUntil: Math.max(...running.map(({ leaseUntil }) => leaseUntil)) });
  }
  return grantNewest(request, known, now);
}

/**
 * A complete version stays complete. If it is the latest, and its event is later than all that is known, then versions between
 * the two are older than it: a run that has read one of them already must find out.
 */
function decideComplete(request: ClaimRequest, version: VersionRecord, head: HeadRecord | undefined): ClaimDecision {
  const { sequencer, versions } = request;
  const isLatest = head !== undefined && generationOf(version) === generationOf(head);
  if (versions === 'all' || sequencer === undefined || !isLatest) return answer({ outcome: 'complete' });
  if (head.sequencer !== undefined && compareSequencers(sequencer, head.sequencer) <= 0)
    return answer({ outcome: 'complete' });
  return {
    kind: 'written again',
    records: { head: { ...head, ...orderOf(request, head) }, version: { ...version, sequencer } },
  };
}

/** Whether a claim still holds what it was granted, so that it may store progress or an outcome. */
export function holds(request: ClaimRequest, { head, version }: Known): boolean {
  const { claimId, versions, purpose } = request;
  const holdsHead = head !== undefined && head.claimId === claimId && head.leaseUntil > 0;
  const holdsVersion = version !== undefined && version.claimId === claimId && version.leaseUntil > 0;
  if (purpose === 'replay') return versions === 'all' || holdsHead;
  return holdsVersion && (versions === 'all' || holdsHead);
}

/** The records after a checkpoint of a claim that {@link holds}. */
export function decideCheckpoint(
  request: ClaimRequest,
  { head, version }: Known,
  progress: LedgerProgress,
  now: number,
): Omit<Grant, 'answer'> {
  const leaseUntil = now + request.leaseMs;
  return {
    head: ofNewest(request, head && { ...head, leaseUntil }),
    version: ofRun(request, version && { ...version, ...progress, leaseUntil }),
  };
}

/** The records after a claim that {@link holds} has stored its outcome. The head is confirmed with it, and freed only then. */
export function decideFinish(
  request: ClaimRequest,
  { head, version }: Known,
  progress: LedgerProgress,
  report: ItemReport,
  now: number,
): Omit<Grant, 'answer'> {
  const confirmed = head && { ...head, leaseUntil: now + request.leaseMs };
  const ended = { ...progress, state: stateOf(report), leaseUntil: 0, report };
  return { head: ofNewest(request, confirmed), version: ofRun(request, version && { ...version, ...ended }) };
}

/** Whether this claim has stored this outcome before: its caller got no answer and calls again. */
export function isFinished(request: ClaimRequest, { version }: Known, report: ItemReport): boolean {
  const { claimId, purpose } = request;
  if (purpose === 'replay' || version?.claimId !== claimId) return false;
  return version.leaseUntil === 0 && version.state === stateOf(report);
}

/** An unfinished version that another one has followed gets an entry that says so, and keeps what retiring its rows takes. */
function staleOf(request: ClaimRequest, { head, version }: KnownForClaim, now: number): ClaimDecision {
  if (version === undefined) {
    const first = { firstClaimedAt: new Date(now).toISOString() };
    return { kind: 'stale', version: { ...entryOf(request), ...UNTOUCHED, ...first, state: 'stale' } };
  }
  if (!isSuperseded(version, request, generationOf(version) < generationOf(head))) return answer({ outcome: 'stale' });
  return { kind: 'stale', version: { ...version, state: 'stale', leaseUntil: 0 } };
}

/** A claim for a replay holds the head and leaves the version as it is. */
function decideReplay(request: ClaimRequest, { head, version }: KnownForClaim, now: number): ClaimDecision {
  const { claimId, leaseMs, versions, feed, object } = request;
  const progress = { watermark: version?.watermark ?? 0, rejected: version?.rejected ?? 0 };
  if (versions === 'all') {
    return {
      kind: 'grant',
      grant: { head: undefined, version: undefined, answer: { outcome: 'granted', ...progress } },
    };
  }
  if (version === undefined ? head !== undefined : generationOf(version) !== generationOf(head))
    return answer({ outcome: 'stale' });
  if (head !== undefined && head.claimId !== claimId && isRunningHead(head, request, now))
    return answer({ outcome: 'held', leaseUntil: head.leaseUntil });
  const generation = generationOf(head);
  const taken = { feed, object, ...head, claimId, leaseUntil: now + leaseMs, generation };
  return {
    kind: 'grant',
    grant: { head: taken, version: undefined, answer: { outcome: 'granted', ...progress, generation } },
  };
}

/** Under `newest` a claim takes the head and then the version, with the same lease. */
function grantNewest(request: ClaimRequest, { head, version }: Known, now: number): ClaimDecision {
  const { feed, object, claimId } = request;
  const continues = version !== undefined && generationOf(version) === generationOf(head);
  const generation = continues && generationOf(head) > 0 ? generationOf(head) : generationOf(head) + 1;
  const leaseUntil = now + request.leaseMs;
  const taken = taking(request, version, continues, { generation, now });
  return {
    kind: 'grant',
    grant: {
      head: { feed, object, ...head, ...orderOf(request, head), claimId, leaseUntil, generation },
      version: taken,
      answer: grantedAt(taken, request, version),
    },
  };
}

/** Under `all` a claim marks the head, for claims under `newest`, and takes the version alone. */
function grantOne(request: ClaimRequest, { head, version }: Known, now: number): ClaimDecision {
  const { feed, object, sequencer } = request;
  const isHighest =
    sequencer !== undefined && (head?.sequencer === undefined || compareSequencers(sequencer, head.sequencer) > 0);
  const generation = isHighest ? generationOf(head) + 1 : generationOf(head);
  const marked = {
    feed,
    object,
    leaseUntil: 0,
    ...head,
    ...(isHighest && orderOf(request, head)),
    generation,
    mixed: true,
  };
  const own = version?.generation ?? (isHighest ? generation : undefined);
  const taken = taking(request, version, true, { generation: own, now });
  return {
    kind: 'grant',
    grant: {
      head: isHighest || head?.mixed !== true ? marked : undefined,
      version: taken,
      answer: grantedAt(taken, request, version),
    },
  };
}

function taking(
  request: ClaimRequest,
  version: VersionRecord | undefined,
  continues: boolean,
  granted: { readonly generation: number | undefined; readonly now: number },
): Draft<VersionRecord> {
  const sameReading = request.signature === undefined || version?.signature === request.signature;
  const start = continues && sameReading ? {} : { watermark: 0, rejected: 0 };
  const { generation, now } = granted;
  const { retired: _, retiredBelow: __, ...known }: Partial<VersionRecord> = version ?? UNTOUCHED;
  return {
    ...UNTOUCHED,
    ...known,
    ...entryOf(request),
    ...start,
    ...extended(request, version, start.watermark ?? version?.watermark ?? 0),
    ...(generation !== undefined && { generation }),
    state: 'claimed',
    leaseUntil: now + request.leaseMs,
    firstClaimedAt: version === undefined ? new Date(now).toISOString() : listedAt(version),
    attempts: (version?.attempts ?? 0) + 1,
  };
}

const UNTOUCHED = { watermark: 0, rejected: 0, attempts: 0, leaseUntil: 0 } as const;

function entryOf(
  request: ClaimRequest,
): Pick<VersionRecord, 'feed' | 'object' | 'origin' | 'claimId' | 'sequencer' | 'versionTag' | 'signature'> {
  const { feed, object, origin, claimId, sequencer, versionTag, signature } = request;
  return {
    feed,
    object,
    origin,
    claimId,
    ...(sequencer !== undefined && { sequencer }),
    ...(versionTag !== undefined && { versionTag }),
    ...(signature !== undefined && { signature }),
  };
}

function grantedAt(
  taken: Pick<VersionRecord, 'watermark' | 'rejected' | 'generation' | 'reach' | 'branches'>,
  request: ClaimRequest,
  before?: Pick<VersionRecord, 'reach'>,
): Grant['answer'] {
  const { watermark, rejected, generation } = taken;
  const fence = request.versions === 'newest' && generation !== undefined ? { generation } : {};
  const extent = grantedExtent(request, taken, before);
  return { outcome: 'granted', watermark, rejected, ...fence, ...(extent && { extent }) };
}

function answer(given: ClaimAnswer): ClaimDecision {
  return { kind: 'answer', answer: given };
}

/** Whether a complete version was written to the object once more, after another version of it. */
function isRestored(
  { versions, sequencer, origin }: ClaimRequest,
  version: VersionRecord,
  head: HeadRecord | undefined,
): boolean {
  if (versions === 'all' || sequencer === undefined || head === undefined) return false;
  if (generationOf(version) === generationOf(head)) return false;
  if (head.sequencer === undefined)
    return (origin.lastModified ?? '') > (head.lastModified ?? origin.lastModified ?? '');
  if (compareSequencers(sequencer, head.sequencer) < 0) return false;
  return version.sequencer === undefined || compareSequencers(sequencer, version.sequencer) > 0;
}

function isRunning(version: VersionRecord, request: ClaimRequest, now: number): boolean {
  return version.state === 'claimed' && isRunningHead(version, request, now);
}

/** A lease that was given back is 0; one that ran out is taken over only after the skew between two clocks. */
function isRunningHead(lease: { readonly leaseUntil: number }, { clockSkewMs }: ClaimRequest, now: number): boolean {
  return isLeased(lease, clockSkewMs, now);
}

function ofNewest<T>({ versions }: ClaimRequest, head: T): T | undefined {
  return versions === 'newest' ? head : undefined;
}

function ofRun<T>({ purpose }: ClaimRequest, version: T): T | undefined {
  return purpose === 'replay' ? undefined : version;
}

function stateOf({ outcome }: ItemReport): LedgerState {
  return outcome === 'complete' || outcome === 'aborted' ? outcome : 'failed';
}

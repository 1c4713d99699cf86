import { compareSequencers } from './compare-sequencers.ts';
import type { ClaimAnswer, ClaimRequest, Ledger, LedgerEntry } from './ledger.ts';
import { MillraceError } from './millrace-error.ts';
import type { ItemReport } from './report.ts';

/** A version's entry, and the turn in which it was last granted. */
interface Version {
  readonly entry: LedgerEntry;
  readonly turn: string | undefined;
}

/** Who carries versions of an object under `newest`, and which were taken up. */
interface Head {
  readonly claimId?: string;
  /** When that claim runs out; 0 once it was given back. */
  readonly leaseUntil: number;
  /** The highest sequencer that was granted. */
  readonly sequencer?: string;
  /** Changes when another version is granted, and stays while the same one is granted again. */
  readonly turn?: string;
}

interface KnownObject {
  readonly versions: Map<string, Version>;
  head: Head;
}

/**
 * A ledger in this process's memory: for tests, and for a run that should skip what it has just done. It is gone with
 * the process, so it does not make a Lambda function's deliveries idempotent.
 *
 * @param now the clock, in milliseconds since the epoch; for tests
 */
export function memoryLedger(now: () => number = Date.now): Ledger {
  const objects = new Map<string, KnownObject>();
  const objectOf = (feed: string, object: string): KnownObject => {
    const key = `${feed}\n${object}`;
    const known = objects.get(key) ?? { versions: new Map<string, Version>(), head: { leaseUntil: 0 } };
    objects.set(key, known);
    return known;
  };
  const put = (entry: Omit<LedgerEntry, 'updatedAt'>, turn: string | undefined): void => {
    const updatedAt = new Date(now()).toISOString();
    objectOf(entry.feed, entry.object).versions.set(entry.origin.id, { entry: { ...entry, updatedAt }, turn });
  };
  /** Renews what the claim holds: of the object first, as another version may have been granted since. */
  const renewed = (request: ClaimRequest): Version => {
    const { claimId, versions, leaseMs } = request;
    const known = objectOf(request.feed, request.object);
    if (versions === 'newest') {
      if (known.head.claimId !== claimId || known.head.leaseUntil === 0) throw leaseLost(request);
      known.head = { ...known.head, leaseUntil: now() + leaseMs };
    }
    const version = known.versions.get(request.origin.id);
    if (version?.entry.claimId === claimId && version.entry.leaseUntil > 0) return version;
    throw leaseLost(request);
  };

  return Object.freeze<Ledger>({
    name: 'memory',
    claim: async (request) => {
      const { feed, object, origin, sequencer, versionTag, claimId, leaseMs } = request;
      const known = objectOf(feed, object);
      const before = known.versions.get(origin.id);
      const told = {
        feed,
        object,
        origin,
        claimId,
        ...(sequencer !== undefined && { sequencer }),
        ...(versionTag !== undefined && { versionTag }),
      };
      const answer = answerOf(request, known, now());
      if (answer?.outcome === 'stale' && before === undefined) {
        put({ ...told, state: 'stale', watermark: 0, rejected: 0, attempts: 0, leaseUntil: 0 }, undefined);
      }
      if (answer !== undefined) return answer;
      const leaseUntil = now() + leaseMs;
      const startsOver = request.versions === 'newest' && before?.turn !== known.head.turn;
      const turn = takeTurn(request, known, leaseUntil);
      const { watermark, rejected } = startsOver || before === undefined ? START : before.entry;
      const attempts = (before?.entry.attempts ?? 0) + 1;
      put({ ...before?.entry, ...told, state: 'claimed', leaseUntil, attempts, watermark, rejected }, turn);
      return { outcome: 'granted', watermark, rejected };
    },
    checkpoint: async (request, progress) => {
      const { entry, turn } = renewed(request);
      put({ ...entry, ...progress, leaseUntil: now() + request.leaseMs }, turn);
    },
    finish: async (request, progress, report) => {
      const { entry, turn } = renewed(request);
      put({ ...entry, ...progress, state: stateOf(report), leaseUntil: 0, report }, turn);
      const known = objectOf(request.feed, request.object);
      if (request.versions === 'newest') known.head = { ...known.head, leaseUntil: 0 };
    },
    entries: async (feed, object) => [...objectOf(feed, object).versions.values()].map(({ entry }) => entry),
  });
}

const START = { watermark: 0, rejected: 0 } as const;

/** The answer of what is known, or `undefined` where the claim is to be granted. */
function answerOf(request: ClaimRequest, { versions, head }: KnownObject, now: number): ClaimAnswer | undefined {
  const { sequencer, origin, claimId } = request;
  const isHeld = ({ entry }: Version): boolean => entry.state === 'claimed' && entry.leaseUntil > now;
  const before = versions.get(origin.id);
  if (before?.entry.state === 'complete' && !isRestored(request, before, head)) return { outcome: 'complete' };
  if (before !== undefined && isHeld(before)) {
    const { leaseUntil, watermark, rejected } = before.entry;
    // A caller whose claim was granted but who never got the answer may ask again.
    if (before.entry.claimId === claimId) return { outcome: 'granted', watermark, rejected };
    return { outcome: 'held', leaseUntil };
  }
  if (request.versions === 'all') return undefined;
  if (sequencer !== undefined && head.sequencer !== undefined && compareSequencers(head.sequencer, sequencer) > 0)
    return { outcome: 'stale' };
  if (head.leaseUntil > now && head.claimId !== claimId) return { outcome: 'held', leaseUntil: head.leaseUntil };
  const others = [...versions.values()].filter(isHeld).map(({ entry }) => entry.leaseUntil);
  return others.length === 0 ? undefined : { outcome: 'held', leaseUntil: Math.max(...others) };
}

/** Whether what is complete was written to the object once more, after another version of it. */
function isRestored({ versions, sequencer }: ClaimRequest, { entry, turn }: Version, head: Head): boolean {
  if (versions === 'all' || sequencer === undefined || head.sequencer === undefined || turn === head.turn) return false;
  if (compareSequencers(sequencer, head.sequencer) < 0) return false;
  return entry.sequencer === undefined || compareSequencers(sequencer, entry.sequencer) > 0;
}

/** Notes on the head that a version is granted, and answers the turn that it is granted in. */
function takeTurn(request: ClaimRequest, known: KnownObject, leaseUntil: number): string | undefined {
  const { versions, head } = known;
  const { sequencer, claimId } = request;
  const before = versions.get(request.origin.id);
  const highest = sequencer === undefined ? {} : { sequencer };
  if (request.versions === 'newest') {
    const goesOn = before !== undefined && before.turn === head.turn;
    const turn = (goesOn ? head.turn : undefined) ?? claimId;
    known.head = { ...head, ...highest, claimId, leaseUntil, turn };
    return turn;
  }
  const isHigher =
    sequencer !== undefined && (head.sequencer === undefined || compareSequencers(sequencer, head.sequencer) > 0);
  if (!isHigher) return before?.turn;
  known.head = { ...head, ...highest, turn: claimId };
  return before?.turn ?? claimId;
}

function stateOf(report: ItemReport): 'complete' | 'aborted' | 'failed' {
  return report.outcome === 'complete' || report.outcome === 'aborted' ? report.outcome : 'failed';
}

function leaseLost({ feed, object }: ClaimRequest): MillraceError {
  const advice =
    'Its lease ran out and another run was granted it, or another version; raise leaseMs if that is common.';
  return new MillraceError('LEDGER_LEASE_LOST', `The claim on ${object} of feed ${feed} is gone. ${advice}`);
}

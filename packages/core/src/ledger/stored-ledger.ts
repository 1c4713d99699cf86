import {
  decideCheckpoint,
  decideClaim,
  decideFinish,
  type Grant,
  holds,
  isFinished,
  type KnownForClaim,
} from './decide.ts';
import type { ClaimAnswer, ClaimRequest, Ledger } from './ledger.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { HeadRecord, Known, LedgerAddress, LedgerStore, VersionRecord } from './ledger-store.ts';
import { listEntries } from './list-entries.ts';
import type { LedgerListQuery } from './listed-entry.ts';
import { MillraceError } from '../millrace-error.ts';

/** Rounds after which a claimant that others always get ahead of is asked to come again. */
const MAX_ROUNDS = 10;

/*
 * Why two records are safe without a transaction.
 *
 * The head is taken before the version, renewed before it, and given back after it, always with the same lease. So under
 * `newest` the head is held for at least as long as the version: a claimant that finds the head free finds no version of the
 * object at work. Of two claimants one takes the head, and the other finds it held, whichever step the first is at.
 *
 * A process that dies between two writes leaves what it holds until its lease runs out, and nothing else:
 * - claim, after the head: the version's entry is as before, or absent. Its sequencer counts as taken up, though; it is
 *   delivered again because nobody acknowledged it, and reconciling a listing finds it too. A version that was to start
 *   over does so then, because its entry is not of the head's generation.
 * - claim, after the version; checkpoint, after the head or the version; finish, before the version: the version is taken
 *   over at its watermark.
 * - finish, after the version: the outcome holds. Other versions wait until the head's lease has run out.
 *
 * A claimant that stops between two writes for longer than its lease may find the head taken when it continues. Both writes
 * carry the lease of the round's start, so its late entry is void from the start: the claimant sees by its own clock that
 * the lease is over and begins again, and another one takes the version over as if the first had died.
 *
 * Claims under `all` leave the head free. They mark it before they take their version, so that a claim under `newest` knows
 * that it must look for versions at work. That look is not a condition of its grant, and need not be: claims under `all`
 * wait for nobody, so another one may be granted right after it as well.
 */

/**
 * Makes a ledger of a store. The ledger decides (see `decide.ts`), the store stores. For plugin authors.
 *
 * Under `newest`, a claim takes one read of both records and two writes, a checkpoint two writes, finishing three; under
 * `all`, a claim one or two writes and the others one.
 *
 * The ledger's calls reject with `LEDGER_LEASE_LOST` (retryable) if another claim has taken over, `LEDGER_SEQUENCER_INVALID`
 * for a sequencer that is not hexadecimal, and with the store's own errors.
 *
 * @param now the clock, in milliseconds since the epoch; for tests
 * @example
 * export const myLedger = (): Ledger => storedLedger(myStore);
 */
export function storedLedger(store: LedgerStore, now: () => number = Date.now): Ledger {
  /** What each claim in progress has written last, so that renewing it needs no read. */
  const claims = new Map<string, Known>();

  /**
   * Stamps and writes a decision, the head first. Returns what is in place then, or `undefined` if a write was refused.
   *
   * @param refused called if the version was refused, with the head that was written if there was one
   */
  const write = async (
    at: LedgerAddress,
    known: Known,
    next: Omit<Grant, 'answer'>,
    refused?: (head: HeadRecord | undefined) => Promise<void>,
  ): Promise<Known | undefined> => {
    const head = next.head && stamped<HeadRecord>(next.head, now());
    if (head !== undefined && !(await store.writeHead(at, head, known.head?.stamp))) return undefined;
    const version = next.version && stamped<VersionRecord>(next.version, now());
    const written = { head: head ?? known.head, version: version ?? known.version };
    if (version === undefined || (await store.writeVersion(at, version, known.version?.stamp))) return written;
    await refused?.(head);
    return undefined;
  };

  /** Frees the head if it is still this claim's. Others may have changed it meanwhile: claims under `all` mark it. */
  const free = async ({ claimId }: ClaimRequest, at: LedgerAddress, written: HeadRecord | undefined): Promise<void> => {
    let head = written;
    for (let round = 0; round < MAX_ROUNDS && head?.claimId === claimId && head.leaseUntil > 0; round += 1) {
      if (await store.writeHead(at, stamped<HeadRecord>({ ...head, leaseUntil: 0 }, now()), head.stamp)) return;
      ({ head } = await store.read(at));
    }
  };

  /**
   * Writes what a holder decides. If a write is refused, the cached records may not be the latest: it decides once more on
   * what it reads.
   *
   * @throws MillraceError `LEDGER_LEASE_LOST`
   */
  const writeAsHolder = async (
    request: ClaimRequest,
    decide: (known: Known) => Omit<Grant, 'answer'>,
    isDone: (known: Known) => boolean = () => false,
  ): Promise<Known> => {
    const at = addressOf(request);
    let known = claims.get(request.claimId) ?? (await store.read(at));
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      if (isDone(known)) return known;
      if (!holds(request, known)) break;
      const written = await write(at, known, decide(known));
      if (written !== undefined) return written;
      known = await store.read(at);
    }
    claims.delete(request.claimId);
    throw leaseLost(request);
  };

  const claim = async (request: ClaimRequest): Promise<ClaimAnswer> => {
    checkSequencer(request);
    const at = addressOf(request);
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      let known: KnownForClaim = await store.read(at);
      let decision = decideClaim(request, known, now());
      if (decision.kind === 'look') {
        known = { ...known, others: await store.versions(request.feed, request.object) };
        decision = decideClaim(request, known, now());
      }
      if (decision.kind === 'answer') {
        if (decision.answer.outcome === 'granted') claims.set(request.claimId, known);
        return decision.answer;
      }
      if (decision.kind === 'stale') {
        const entry = stamped<VersionRecord>(decision.version, now());
        if (!(await store.writeVersion(at, entry, known.version?.stamp))) continue;
        return { outcome: 'stale' };
      }
      if (decision.kind === 'look') break;
      if (decision.kind === 'written again') {
        if ((await write(at, known, decision.records)) === undefined) continue;
        return { outcome: 'complete' };
      }
      const { grant } = decision;
      const leaseUntil = grant.version?.leaseUntil ?? grant.head?.leaseUntil ?? Number.POSITIVE_INFINITY;
      const written = await write(at, known, grant, (head) => free(request, at, head));
      if (written === undefined || now() >= leaseUntil) continue;
      claims.set(request.claimId, written);
      return grant.answer;
    }
    return { outcome: 'held', leaseUntil: now() };
  };

  return Object.freeze<Ledger>({
    name: store.name,
    claim,
    checkpoint: async (request, progress) => {
      const known = await writeAsHolder(request, (of) => decideCheckpoint(request, of, progress, now()));
      claims.set(request.claimId, known);
    },
    finish: async (request, progress, report) => {
      const known = await writeAsHolder(
        request,
        (of) => decideFinish(request, of, progress, report, now()),
        (of) => isFinished(request, of, report),
      );
      // Kept until the head is free, so that a caller that got no answer can call again.
      claims.set(request.claimId, known);
      if (request.versions === 'newest') await free(request, addressOf(request), known.head);
      claims.delete(request.claimId);
    },
    retired: async (request, id, progress) => {
      const at = { ...addressOf(request), version: id };
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const { head, version } = await store.read(at);
        if (!holds(request, { head })) break;
        if (version === undefined) return;
        const next = stamped<VersionRecord>({ ...version, ...progress }, now());
        if (await store.writeVersion(at, next, version.stamp)) return;
      }
      throw leaseLost(request);
    },
    entries: async (feed, object) => (await store.versions(feed, object)).map(entryOf),
    ...(store.list && { list: (query: LedgerListQuery) => listEntries(store.list!, query, now) }),
  });
}

function stamped<T extends HeadRecord | VersionRecord>(draft: Omit<T, 'stamp' | 'updatedAt'>, now: number): T {
  return { ...draft, stamp: crypto.randomUUID(), updatedAt: new Date(now).toISOString() } as T;
}

function entryOf({ stamp: _, ...entry }: VersionRecord): LedgerEntry {
  return entry;
}

function addressOf({ feed, object, origin }: ClaimRequest): LedgerAddress {
  return { feed, object, version: origin.id };
}

/** The order of anything else would be a guess. */
function checkSequencer({ sequencer }: ClaimRequest): void {
  if (sequencer === undefined || /^[\da-f]+$/i.test(sequencer)) return;
  throw new MillraceError(
    'LEDGER_SEQUENCER_INVALID',
    'The ledger orders versions by hexadecimal sequencers, as S3 gives them; this one is not hexadecimal. ' +
      'Have the source leave it out, or give one that is.',
    { details: { sequencer } },
  );
}

function leaseLost({ feed, object }: ClaimRequest): MillraceError {
  const advice =
    'Its lease ran out and another run was granted it, or another version; raise leaseMs if that is common.';
  return new MillraceError('LEDGER_LEASE_LOST', `The claim on ${object} of feed ${feed} is gone. ${advice}`, {
    retryable: true,
  });
}

import { compareSequencers } from './compare-sequencers.ts';
import type { ClaimAnswer, ClaimRequest, Ledger, LedgerEntry } from './ledger.ts';
import { MillraceError } from './millrace-error.ts';
import type { ItemReport } from './report.ts';

/**
 * A ledger in this process's memory: for tests, and for a run that should skip what it has just done. It is gone with
 * the process, so it does not make a Lambda function's deliveries idempotent.
 *
 * @param now the clock, in milliseconds since the epoch; for tests
 */
export function memoryLedger(now: () => number = Date.now): Ledger {
  /** By feed and object, then by item id. */
  const objects = new Map<string, Map<string, LedgerEntry>>();
  const entriesOf = (feed: string, object: string): Map<string, LedgerEntry> => {
    const key = `${feed}\n${object}`;
    const entries = objects.get(key) ?? new Map<string, LedgerEntry>();
    objects.set(key, entries);
    return entries;
  };
  const put = (entry: Omit<LedgerEntry, 'updatedAt'>): void => {
    const updatedAt = new Date(now()).toISOString();
    entriesOf(entry.feed, entry.object).set(entry.origin.id, { ...entry, updatedAt });
  };
  const held = (request: ClaimRequest): LedgerEntry => {
    const entry = entriesOf(request.feed, request.object).get(request.origin.id);
    if (entry?.claimId === request.claimId && entry.leaseUntil > 0) return entry;
    throw leaseLost(request);
  };

  return Object.freeze<Ledger>({
    name: 'memory',
    claim: async (request) => {
      const { feed, object, origin, sequencer, versionTag, claimId, leaseMs } = request;
      const entries = entriesOf(feed, object);
      const before = entries.get(origin.id);
      const known = {
        feed,
        object,
        origin,
        claimId,
        ...(sequencer !== undefined && { sequencer }),
        ...(versionTag !== undefined && { versionTag }),
      };
      const refused = refusal(request, before, [...entries.values()], now());
      if (refused?.outcome === 'stale' && before === undefined) {
        const none = { watermark: 0, rejected: 0, attempts: 0, leaseUntil: 0 };
        put({ ...known, state: 'stale', ...none });
      }
      if (refused !== undefined) return refused;
      const { watermark = 0, rejected = 0, attempts = 0 } = before ?? {};
      put({
        ...before,
        ...known,
        state: 'claimed',
        leaseUntil: now() + leaseMs,
        attempts: attempts + 1,
        watermark,
        rejected,
      });
      return { outcome: 'granted', watermark, rejected };
    },
    checkpoint: async (request, progress) => {
      put({ ...held(request), ...progress, leaseUntil: now() + request.leaseMs });
    },
    finish: async (request, progress, report) => {
      put({ ...held(request), ...progress, state: stateOf(report), leaseUntil: 0, report });
    },
    entries: async (feed, object) => [...entriesOf(feed, object).values()],
  });
}

function refusal(
  { sequencer, versions, origin }: ClaimRequest,
  before: LedgerEntry | undefined,
  all: readonly LedgerEntry[],
  now: number,
): ClaimAnswer | undefined {
  if (before?.state === 'complete') return { outcome: 'complete' };
  const isHeld = (entry: LedgerEntry): boolean => entry.state === 'claimed' && entry.leaseUntil > now;
  if (before !== undefined && isHeld(before)) return { outcome: 'held', leaseUntil: before.leaseUntil };
  if (versions === 'all') return undefined;
  const others = all.filter((entry) => entry.origin.id !== origin.id);
  const newer = (entry: LedgerEntry): boolean =>
    sequencer !== undefined && entry.sequencer !== undefined && compareSequencers(entry.sequencer, sequencer) > 0;
  if (others.some(newer)) return { outcome: 'stale' };
  const holder = others.find(isHeld);
  return holder && { outcome: 'held', leaseUntil: holder.leaseUntil };
}

function stateOf(report: ItemReport): 'complete' | 'aborted' | 'failed' {
  return report.outcome === 'complete' || report.outcome === 'aborted' ? report.outcome : 'failed';
}

function leaseLost({ feed, object }: ClaimRequest): MillraceError {
  const advice = 'Its lease ran out and another run took it over; raise leaseMs if that happens to healthy runs.';
  return new MillraceError('LEDGER_LEASE_LOST', `The claim on ${object} of feed ${feed} is gone. ${advice}`);
}

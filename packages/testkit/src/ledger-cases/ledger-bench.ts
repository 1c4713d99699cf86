import assert from 'node:assert/strict';
import { type ItemReport, isMillraceError, type Ledger, type LedgerEntry, sumCounts } from '@millrace/core';
import type { ClaimAnswer, ClaimRequest, LedgerProgress } from '@millrace/core/plugin';

/** A case and what it does on a bench. */
export interface LedgerCase {
  readonly name: string;
  readonly clause: string;
  readonly check: (bench: LedgerBench) => Promise<void>;
}

/** How long claims of the cases last, in milliseconds. */
export const LEASE_MS = 60_000;

/** A ledger with an object of its own, and a clock that only moves on request. */
export interface LedgerBench {
  readonly ledger: Ledger;
  readonly object: string;
  readonly now: () => number;
  /** Moves the clock on. */
  readonly pass: (ms: number) => void;
  /** Returns a request of a new claimant; by default for version `a` under `newest`. */
  readonly request: (own?: Partial<ClaimRequest> & { readonly version?: string }) => ClaimRequest;
  /** Claims, and fails unless it is granted. */
  readonly granted: (own?: Parameters<LedgerBench['request']>[0]) => Promise<ClaimRequest>;
  /** The only entry of the object, or of one of its versions. */
  readonly entry: (version?: string) => Promise<LedgerEntry>;
}

export async function createBench(create: (now: () => number) => Ledger | Promise<Ledger>): Promise<LedgerBench> {
  let time = Date.UTC(2026, 0, 1);
  const now = (): number => time;
  const ledger = await create(now);
  const object = `memory:${crypto.randomUUID()}`;
  const request: LedgerBench['request'] = ({ version = 'a', ...own } = {}) => ({
    feed: 'cases',
    object,
    origin: { id: `${own.object ?? object}?version=${version}`, uri: own.object ?? object },
    claimId: crypto.randomUUID(),
    leaseMs: LEASE_MS,
    versions: 'newest',
    ...own,
  });
  return {
    ledger,
    object,
    now,
    pass: (ms) => {
      time += ms;
    },
    request,
    granted: async (own) => {
      const asked = request(own);
      assert.equal((await ledger.claim(asked)).outcome, 'granted');
      return asked;
    },
    entry: async (version) => {
      const entries = await ledger.entries('cases', object);
      const fitting = entries.filter(
        ({ origin }) => version === undefined || origin.id === `${object}?version=${version}`,
      );
      assert.equal(fitting.length, 1, `There are ${fitting.length} entries instead of one.`);
      return fitting[0]!;
    },
  };
}

/** Returns progress with the given number of settled records. */
export function progress(watermark: number, rejected = 0): LedgerProgress {
  return { watermark, rejected };
}

export function reportOf({ feed, object, origin }: ClaimRequest, own: Partial<ItemReport> = {}): ItemReport {
  return {
    feed,
    run: 'run',
    ref: object,
    outcome: 'complete',
    origin,
    watermark: 0,
    ...sumCounts([]),
    rejections: {},
    counters: {},
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    ...own,
  };
}

/** Finishes a claim at a watermark. */
export function finish(
  { ledger }: LedgerBench,
  request: ClaimRequest,
  outcome: ItemReport['outcome'] = 'complete',
  watermark = 10,
): Promise<void> {
  return ledger.finish(request, progress(watermark), reportOf(request, { outcome, watermark }));
}

/** Contract: the claim is another's by now, or was given back. */
export async function isLost(call: Promise<void>): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.equal(isMillraceError(error) ? error.code : error, 'LEDGER_LEASE_LOST');
    return true;
  });
}

/** Contract: the claim is granted at this progress. Its generation is what other cases look at. */
export function isGrantedAt(answer: ClaimAnswer, watermark: number, rejected: number): void {
  const { generation: _, ...rest } = answer as Extract<ClaimAnswer, { outcome: 'granted' }>;
  assert.deepEqual(rest, { outcome: 'granted', watermark, rejected });
}

/** Counts the results by outcome. */
export function outcomes(answers: readonly ClaimAnswer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { outcome } of answers) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

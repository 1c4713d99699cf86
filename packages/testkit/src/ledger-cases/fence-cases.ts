import assert from 'node:assert/strict';
import type { ClaimAnswer, ClaimRequest } from '@millrace/core/plugin';
import {
  finish,
  isGrantedAt,
  isLost,
  LEASE_MS,
  type LedgerBench,
  type LedgerCase,
  progress,
  reportOf,
} from './ledger-bench.ts';

/** Generations, signatures, clock skew and claims for a replay: what keeps an older writer from a newer one's rows. */
export function fenceCases(): readonly LedgerCase[] {
  const versions = ['newest', 'all'] as const;
  return [...FENCE_CASES, ...versions.map(startsOverIfThePipelineChanged), ...versions.map(waitsForTheSkewOfClocks)];
}

const FENCE_CASES: readonly LedgerCase[] = [
  {
    name: 'newest: each version that is granted after another gets a higher generation, and a retry keeps its own',
    clause: '9.12',
    check: async (bench) => {
      const { ledger, request } = bench;
      const generations: number[] = [];
      const take = async (version: string, sequencer: string, outcome: 'complete' | 'failed'): Promise<void> => {
        const asked = request({ version, sequencer });
        generations.push(generationOf(await ledger.claim(asked)));
        await finish(bench, asked, outcome);
      };
      await take('a', '01', 'failed');
      await take('a', '01', 'complete');
      await take('b', '02', 'failed');
      await take('a', '03', 'complete');
      await take('b', '04', 'complete');
      const [first, retry, second, restored, last] = generations;
      assert.equal(first, retry);
      assert.ok(first! < second! && second! < restored! && restored! < last!, `generations ${generations.join(', ')}`);
    },
  },
  {
    name: 'all: a grant has no generation, since versions are not ordered',
    clause: '9.12',
    check: async ({ ledger, request }) => {
      const answer = await ledger.claim(request({ versions: 'all', sequencer: '01' }));
      assert.equal(answer.outcome === 'granted' && answer.generation, undefined);
    },
  },
  {
    name: 'newest: a version without a sequencer is ordered by when it was written',
    clause: '9.6',
    check: async (bench) => {
      const { ledger, request } = bench;
      const at = (version: string, lastModified: string, own: object = {}) => {
        const asked = request({ version, ...own });
        return { ...asked, origin: { ...asked.origin, lastModified } };
      };
      // A listing brings the second version; then the first one's event comes late.
      await finish(bench, await grantedTo(bench, at('b', '2026-01-02T00:00:00.000Z')));
      const late = at('a', '2026-01-01T00:00:00.000Z', { sequencer: '01' });
      assert.deepEqual(await ledger.claim(late), { outcome: 'stale' });
      // When a multipart upload ended, its time does not say.
      const multipart = {
        ...late,
        claimId: 'm',
        origin: { ...late.origin, id: `${late.object}?version=m`, etag: 'abc-2' },
      };
      assert.equal((await ledger.claim(multipart)).outcome, 'granted');
      await finish(bench, multipart);
      // Before it is opened, nothing is known of its time.
      const listed = request({ version: 'c', isUnopened: true });
      assert.deepEqual(await ledger.claim(listed), { outcome: 'unclear' });
      assert.equal((await ledger.claim({ ...listed, isUnopened: false })).outcome, 'granted');
    },
  },
  {
    name: 'newest: an event of a version before the one that a listing brought is stale, whatever its sequencer',
    clause: '9.6',
    check: async (bench) => {
      const { ledger, request } = bench;
      const at = (version: string, day: number, own: object = {}) => {
        const asked = request({ version, ...own });
        return { ...asked, origin: { ...asked.origin, lastModified: `2026-01-0${day}T00:00:00.000Z` } };
      };
      // The first version's run fails, a listing brings the third, and then the events come again.
      await finish(bench, await grantedTo(bench, at('a', 1, { sequencer: '01' })), 'aborted');
      await finish(bench, await grantedTo(bench, at('c', 3)));
      assert.deepEqual(await ledger.claim(at('a', 1, { sequencer: '01' })), { outcome: 'stale' });
      assert.deepEqual(await ledger.claim(at('b', 2, { sequencer: '02' })), { outcome: 'stale' });
      const unopened = request({ version: 'd', sequencer: '04', isUnopened: true });
      assert.deepEqual(await ledger.claim(unopened), { outcome: 'unclear' });
      // Its own event gives the third version a sequencer, which orders those after it.
      assert.deepEqual(await ledger.claim(at('c', 3, { sequencer: '03' })), { outcome: 'complete' });
      assert.deepEqual(await ledger.claim(at('b', 4, { sequencer: '02' })), { outcome: 'stale' });
      assert.equal((await ledger.claim({ ...unopened, claimId: 'opened' })).outcome, 'granted');
      await finish(bench, { ...unopened, claimId: 'opened' });
      // If the last one has a sequencer, it alone counts: a long upload may end after a short one that began later.
      await finish(bench, await grantedTo(bench, at('e', 2, { sequencer: '05' })));
    },
  },
  {
    name: 'a claim for a replay holds the object, leaves the entry as it is, and is given back',
    clause: '9.15',
    check: async (bench) => {
      const { ledger, request, entry } = bench;
      await finish(bench, await bench.granted({ sequencer: '01' }), 'complete', 30);
      const before = await entry();
      const replay = request({ purpose: 'replay' });
      isGrantedAt(await ledger.claim(replay), 30, 0);
      assert.equal((await ledger.claim(request({ version: 'b', sequencer: '02' }))).outcome, 'held');
      assert.equal((await ledger.claim(request({ purpose: 'replay' }))).outcome, 'held');
      await ledger.checkpoint(replay, progress(0));
      await ledger.finish(replay, progress(0), reportOf(replay));
      assert.deepEqual(await entry(), before);
      await isLost(ledger.checkpoint(replay, progress(0)));
      assert.equal((await ledger.claim(request({ version: 'b', sequencer: '02' }))).outcome, 'granted');
    },
  },
  {
    name: 'a claim for a replay of a version that another one followed is stale',
    clause: '9.15',
    check: async (bench) => {
      const { ledger, request } = bench;
      await finish(bench, await bench.granted({ sequencer: '01' }));
      await finish(bench, await bench.granted({ version: 'b', sequencer: '02' }));
      assert.deepEqual(await ledger.claim(request({ purpose: 'replay' })), { outcome: 'stale' });
      assert.equal((await ledger.claim(request({ purpose: 'replay', version: 'b' }))).outcome, 'granted');
    },
  },
  {
    name: 'a claim for a replay waits for a run of the object',
    clause: '9.15',
    check: async ({ ledger, request, granted, pass }) => {
      await granted({ sequencer: '01' });
      assert.equal((await ledger.claim(request({ purpose: 'replay' }))).outcome, 'held');
      pass(LEASE_MS);
      assert.equal((await ledger.claim(request({ purpose: 'replay' }))).outcome, 'granted');
    },
  },
];

function startsOverIfThePipelineChanged(versions: 'newest' | 'all'): LedgerCase {
  return {
    name: `${versions}: a version that another pipeline left unfinished starts over`,
    clause: '9.13',
    check: async (bench) => {
      const { ledger, request, entry } = bench;
      const asked = request({ versions, signature: 'csv-1' });
      await ledger.claim(asked);
      await finish(bench, asked, 'aborted', 40);
      isGrantedAt(await ledger.claim({ ...asked, claimId: 'same' }), 40, 0);
      await finish(bench, { ...asked, claimId: 'same' }, 'aborted', 50);
      isGrantedAt(await ledger.claim({ ...asked, claimId: 'other', signature: 'csv-2' }), 0, 0);
      assert.equal((await entry()).signature, 'csv-2');
      await finish(bench, { ...asked, claimId: 'other', signature: 'csv-2' });
      assert.deepEqual(await ledger.claim({ ...asked, claimId: 'late', signature: 'csv-3' }), {
        outcome: 'complete',
      });
    },
  };
}

function waitsForTheSkewOfClocks(versions: 'newest' | 'all'): LedgerCase {
  return {
    name: `${versions}: a lease is taken over only once the skew between two clocks is over as well`,
    clause: '9.14',
    check: async ({ ledger, request, granted, pass }) => {
      await granted({ versions });
      pass(LEASE_MS + 999);
      assert.equal((await ledger.claim(request({ versions, clockSkewMs: 1000 }))).outcome, 'held');
      pass(1);
      assert.equal((await ledger.claim(request({ versions, clockSkewMs: 1000 }))).outcome, 'granted');
    },
  };
}

async function grantedTo({ ledger }: LedgerBench, asked: ClaimRequest): Promise<ClaimRequest> {
  assert.equal((await ledger.claim(asked)).outcome, 'granted');
  return asked;
}

function generationOf(answer: ClaimAnswer): number {
  assert.equal(answer.outcome, 'granted');
  const { generation } = answer as Extract<ClaimAnswer, { outcome: 'granted' }>;
  assert.equal(typeof generation, 'number');
  return generation!;
}

import assert from 'node:assert/strict';
import type { ClaimRequest } from '@millrace/core/plugin';
import {
  finish,
  isGrantedAt,
  LEASE_MS,
  type LedgerBench,
  type LedgerCase,
  outcomes,
  progress,
} from './ledger-bench.ts';

type Own = Partial<Pick<ClaimRequest, 'sequencer' | 'versions'>>;

/** Claims a version and finishes it if granted; returns the watermark, otherwise the outcome. */
async function carry(
  bench: LedgerBench,
  version: string,
  own: Own = {},
  outcome: 'complete' | 'aborted' = 'complete',
): Promise<number | string> {
  const request = bench.request({ version, ...own });
  const answer = await bench.ledger.claim(request);
  if (answer.outcome !== 'granted') return answer.outcome;
  await finish(bench, request, outcome, 40);
  return answer.watermark;
}

/** Carries content `a` to its end, and then content `b`, which takes its place. */
async function overwritten(bench: LedgerBench): Promise<void> {
  assert.equal(await carry(bench, 'a', { sequencer: '01' }), 0);
  assert.equal(await carry(bench, 'b', { sequencer: '02' }), 0);
}

/**
 * Claims of content that comes back: where a store tells versions apart by what they hold, the same content written again
 * is the same version, and its records were overwritten by those that came between.
 */
export const restoredCases: readonly LedgerCase[] = [
  {
    name: 'newest: what is complete is granted again, from the start, when it comes back after another version',
    clause: '9.11',
    check: async (bench) => {
      await overwritten(bench);
      const request = bench.request({ version: 'a', sequencer: '03' });
      isGrantedAt(await bench.ledger.claim(request), 0, 0);
      const { state, attempts, sequencer, watermark } = await bench.entry('a');
      assert.deepEqual(
        { state, attempts, sequencer, watermark },
        { state: 'claimed', attempts: 2, sequencer: '03', watermark: 0 },
      );
      assert.equal(await carry(bench, 'b', { sequencer: '02' }), 'complete');
      await finish(bench, request);
      assert.equal(await carry(bench, 'a', { sequencer: '03' }), 'complete');
      assert.equal(await carry(bench, 'b', { sequencer: '04' }), 0);
      assert.equal(await carry(bench, 'a', { sequencer: '03' }), 'complete');
    },
  },
  {
    name: 'newest: what comes back goes on at its watermark while nothing comes between',
    clause: '9.11',
    check: async (bench) => {
      await overwritten(bench);
      const holder = await bench.granted({ version: 'a', sequencer: '03' });
      await bench.ledger.checkpoint(holder, progress(7, 2));
      bench.pass(LEASE_MS);
      const request = bench.request({ version: 'a', sequencer: '03' });
      isGrantedAt(await bench.ledger.claim(request), 7, 2);
    },
  },
  {
    name: 'newest: what is complete stays so where no other version came between',
    clause: '9.11',
    check: async (bench) => {
      assert.equal(await carry(bench, 'b', { sequencer: '01' }), 0);
      assert.equal(await carry(bench, 'a', { sequencer: '02' }), 0);
      assert.equal(await carry(bench, 'b', { sequencer: '01' }), 'complete');
      assert.equal(await carry(bench, 'a', { sequencer: '03' }), 'complete');
      assert.equal((await bench.entry('a')).attempts, 1);
    },
  },
  {
    name: 'newest: a version between two writes of the same content is stale once both are known',
    clause: '9.11',
    check: async (bench) => {
      assert.equal(await carry(bench, 'a', { sequencer: '01' }), 0);
      assert.equal(await carry(bench, 'a', { sequencer: '03' }), 'complete');
      assert.equal((await bench.entry('a')).sequencer, '03');
      assert.equal(await carry(bench, 'b', { sequencer: '02' }), 'stale');
      assert.equal(await carry(bench, 'b', { sequencer: '04' }), 0);
    },
  },
  {
    name: 'newest: what is complete stays so unless the sequencer tells that it came back',
    clause: '9.11',
    check: async (bench) => {
      await overwritten(bench);
      for (const sequencer of ['00ff', '01', '0100']) {
        assert.equal(await carry(bench, 'a', { sequencer }), 'complete', sequencer);
      }
      assert.equal(await carry(bench, 'a'), 'complete');
      assert.equal(await carry(bench, 'c', { sequencer: '04' }), 0);
      // It came back before the newest version, and is overwritten by now.
      assert.equal(await carry(bench, 'a', { sequencer: '03' }), 'complete');
      assert.equal((await bench.entry('a')).sequencer, '01');
    },
  },
  {
    name: 'newest: what was complete without a sequencer comes back with one that is higher than all others',
    clause: '9.11',
    check: async (bench) => {
      assert.equal(await carry(bench, 'a'), 0);
      assert.equal(await carry(bench, 'a', { sequencer: '01' }), 'complete');
      assert.equal(await carry(bench, 'b', { sequencer: '02' }), 0);
      assert.equal(await carry(bench, 'a', { sequencer: '01' }), 'complete');
      assert.equal(await carry(bench, 'a', { sequencer: '03' }), 0);
    },
  },
  {
    name: 'newest: without any sequencer, what is complete stays so',
    clause: '9.11',
    check: async (bench) => {
      assert.equal(await carry(bench, 'a'), 0);
      assert.equal(await carry(bench, 'b'), 0);
      assert.equal(await carry(bench, 'a'), 'complete');
      assert.equal(await carry(bench, 'a', { sequencer: '01' }), 'complete');
    },
  },
  {
    name: 'newest: what is unfinished starts over after another version',
    clause: '9.11',
    check: async (bench) => {
      const first = await bench.granted({ version: 'a', sequencer: '01' });
      await bench.ledger.checkpoint(first, progress(70, 3));
      bench.pass(LEASE_MS);
      assert.equal(await carry(bench, 'b', { sequencer: '02' }), 0);
      const request = bench.request({ version: 'a', sequencer: '03' });
      isGrantedAt(await bench.ledger.claim(request), 0, 0);
      await finish(bench, request, 'aborted', 25);
      assert.equal(await carry(bench, 'a', { sequencer: '03' }, 'aborted'), 25);
      // With a higher one, too: nothing came between.
      assert.equal(await carry(bench, 'a', { sequencer: '04' }), 40);
    },
  },
  {
    name: 'newest: what is unfinished starts over after another version without sequencers, too',
    clause: '9.11',
    check: async (bench) => {
      assert.equal(await carry(bench, 'a', {}, 'aborted'), 0);
      assert.equal(await carry(bench, 'a', {}, 'aborted'), 40);
      assert.equal(await carry(bench, 'b', {}, 'aborted'), 0);
      assert.equal(await carry(bench, 'a', {}, 'aborted'), 0);
      assert.equal(await carry(bench, 'a', {}, 'complete'), 40);
    },
  },
  {
    name: 'newest: what was stale is carried when it comes back',
    clause: '9.11',
    check: async (bench) => {
      assert.equal(await carry(bench, 'b', { sequencer: '02' }), 0);
      assert.equal(await carry(bench, 'a', { sequencer: '01' }), 'stale');
      assert.equal(await carry(bench, 'a', { sequencer: '03' }), 0);
      assert.equal(await carry(bench, 'b', { sequencer: '04' }), 0);
    },
  },
  {
    name: 'newest: what comes back waits for the version at work, and is complete until then',
    clause: '9.11',
    check: async (bench) => {
      assert.equal(await carry(bench, 'a', { sequencer: '01' }), 0);
      const holder = await bench.granted({ version: 'b', sequencer: '02' });
      assert.equal(await carry(bench, 'a', { sequencer: '03' }), 'held');
      assert.equal((await bench.entry('a')).state, 'complete');
      await finish(bench, holder, 'aborted');
      assert.equal(await carry(bench, 'a', { sequencer: '03' }), 0);
      assert.equal(await carry(bench, 'b', { sequencer: '02' }), 'stale');
    },
  },
  {
    name: 'newest: of 32 claimants of what comes back, one is granted',
    clause: '9.11',
    check: async (bench) => {
      await overwritten(bench);
      const claims = Array.from({ length: 32 }, () => bench.request({ version: 'a', sequencer: '03' }));
      const answers = await Promise.all(claims.map((one) => bench.ledger.claim(one)));
      assert.deepEqual(outcomes(answers), { granted: 1, held: 31 });
      await finish(bench, claims[answers.findIndex(({ outcome }) => outcome === 'granted')]!);
      const again = await Promise.all(claims.map(({ claimId: _, ...one }) => bench.ledger.claim(bench.request(one))));
      assert.deepEqual(outcomes(again), { complete: 32 });
      assert.equal((await bench.entry('a')).attempts, 2);
    },
  },
  {
    name: 'newest: a version that was taken up under all came between, too',
    clause: '9.11',
    check: async (bench) => {
      assert.equal(await carry(bench, 'a', { sequencer: '01' }), 0);
      assert.equal(await carry(bench, 'b', { sequencer: '02', versions: 'all' }), 0);
      assert.equal(await carry(bench, 'a', { sequencer: '03' }), 0);
    },
  },
  {
    name: 'all: each version is carried once, and goes on at its watermark',
    clause: '9.11',
    check: async (bench) => {
      const versions = 'all';
      assert.equal(await carry(bench, 'a', { sequencer: '01', versions }), 0);
      assert.equal(await carry(bench, 'b', { sequencer: '02', versions }, 'aborted'), 0);
      assert.equal(await carry(bench, 'a', { sequencer: '03', versions }), 'complete');
      assert.equal(await carry(bench, 'c', { sequencer: '04', versions }), 0);
      assert.equal(await carry(bench, 'b', { sequencer: '05', versions }), 40);
      assert.equal(await carry(bench, 'a', { sequencer: '06', versions }), 'complete');
    },
  },
];

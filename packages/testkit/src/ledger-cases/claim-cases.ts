import assert from 'node:assert/strict';
import type { ClaimRequest } from '@millrace/core/plugin';
import { finish, isGrantedAt, isLost, LEASE_MS, type LedgerCase, outcomes, progress } from './ledger-bench.ts';

const CLAIMANTS = 32;

/** Claims of one version of an object, which must be the same under `newest` and `all`. */
export function claimCases(versions: ClaimRequest['versions']): readonly LedgerCase[] {
  return [...grantCases(versions), ...watermarkCases(versions), ...holderCases(versions)];
}

/** Who is granted a version. */
function grantCases(versions: ClaimRequest['versions']): readonly LedgerCase[] {
  return [
    {
      name: `${versions}: of ${CLAIMANTS} claimants at once, one is granted`,
      clause: '9.1',
      check: async ({ ledger, request, entry }) => {
        const claims = Array.from({ length: CLAIMANTS }, () => request({ versions, sequencer: '01' }));
        const answers = await Promise.all(claims.map((one) => ledger.claim(one)));
        assert.deepEqual(outcomes(answers), { granted: 1, held: CLAIMANTS - 1 });
        const winner = claims[answers.findIndex(({ outcome }) => outcome === 'granted')];
        const { claimId, attempts, state } = await entry();
        assert.deepEqual({ claimId, attempts, state }, { claimId: winner!.claimId, attempts: 1, state: 'claimed' });
      },
    },
    {
      name: `${versions}: a claim that is made again, as its answer was lost, is granted again`,
      clause: '9.1',
      check: async ({ ledger, granted, entry }) => {
        const holder = await granted({ versions, sequencer: '01' });
        await ledger.checkpoint(holder, progress(30, 1));
        isGrantedAt(await ledger.claim(holder), 30, 1);
        assert.equal((await entry()).attempts, 1);
      },
    },
    {
      name: `${versions}: of ${CLAIMANTS} claimants at once, one takes over a lease that has run out`,
      clause: '9.1',
      check: async ({ ledger, request, granted, pass }) => {
        await granted({ versions });
        pass(LEASE_MS);
        const claims = Array.from({ length: CLAIMANTS }, () => ledger.claim(request({ versions })));
        assert.deepEqual(outcomes(await Promise.all(claims)), { granted: 1, held: CLAIMANTS - 1 });
      },
    },
    {
      name: `${versions}: what is complete is never granted again`,
      clause: '9.2',
      check: async (bench) => {
        await finish(bench, await bench.granted({ versions }));
        bench.pass(2 * LEASE_MS);
        for (let time = 0; time < 2; time += 1) {
          assert.deepEqual(await bench.ledger.claim(bench.request({ versions })), { outcome: 'complete' });
        }
        assert.equal((await bench.entry()).attempts, 1);
      },
    },
    {
      name: `${versions}: what is held is reported as held until its lease runs out`,
      clause: '9.2',
      check: async ({ ledger, request, granted, now, pass }) => {
        await granted({ versions });
        const leaseUntil = now() + LEASE_MS;
        assert.deepEqual(await ledger.claim(request({ versions })), { outcome: 'held', leaseUntil });
        pass(LEASE_MS - 1);
        assert.deepEqual(await ledger.claim(request({ versions })), { outcome: 'held', leaseUntil });
        pass(1);
        assert.equal((await ledger.claim(request({ versions }))).outcome, 'granted');
      },
    },
  ];
}

/** Where a granted claim starts. */
function watermarkCases(versions: ClaimRequest['versions']): readonly LedgerCase[] {
  return [
    {
      name: `${versions}: a first claim starts at the beginning`,
      clause: '9.3',
      check: async ({ ledger, request }) => {
        const answer = await ledger.claim(request({ versions, sequencer: '01' }));
        isGrantedAt(answer, 0, 0);
      },
    },
    {
      name: `${versions}: a claim whose lease has run out is taken over at its watermark`,
      clause: '9.3',
      check: async ({ ledger, request, granted, entry, pass }) => {
        await ledger.checkpoint(await granted({ versions }), progress(700, 3));
        pass(LEASE_MS);
        const answer = await ledger.claim(request({ versions }));
        isGrantedAt(answer, 700, 3);
        const { attempts, state, watermark } = await entry();
        assert.deepEqual({ attempts, state, watermark }, { attempts: 2, state: 'claimed', watermark: 700 });
      },
    },
    ...(['aborted', 'failed'] as const).map((outcome): LedgerCase => ({
      name: `${versions}: what was given back as ${outcome} is granted at its watermark, at once`,
      clause: '9.3',
      check: async (bench) => {
        const { ledger, request, granted, entry } = bench;
        await finish(bench, await granted({ versions, sequencer: '01' }), outcome, 40);
        const before = await entry();
        assert.deepEqual([before.state, before.leaseUntil, before.watermark], [outcome, 0, 40]);
        const answer = await ledger.claim(request({ versions, sequencer: '01' }));
        isGrantedAt(answer, 40, 0);
        const after = await entry();
        assert.deepEqual([after.state, after.attempts, after.report?.outcome], ['claimed', 2, outcome]);
      },
    })),
  ];
}

/** What only the holder of a claim can change. */
function holderCases(versions: ClaimRequest['versions']): readonly LedgerCase[] {
  return [
    {
      name: `${versions}: a checkpoint stores progress and renews the lease`,
      clause: '9.4',
      check: async ({ ledger, request, granted, entry, pass, now }) => {
        const holder = await granted({ versions });
        for (const watermark of [0, 10, 10, 5000]) {
          pass(LEASE_MS - 1);
          await ledger.checkpoint(holder, progress(watermark, 1));
          const stored = await entry();
          assert.deepEqual([stored.watermark, stored.rejected], [watermark, 1]);
          assert.equal(stored.leaseUntil, now() + LEASE_MS);
          assert.equal((await ledger.claim(request({ versions }))).outcome, 'held');
        }
      },
    },
    {
      name: `${versions}: a lease that has run out unnoticed can be renewed`,
      clause: '9.4',
      check: async ({ ledger, request, granted, pass }) => {
        const holder = await granted({ versions });
        pass(LEASE_MS * 2);
        await ledger.checkpoint(holder, progress(10));
        assert.equal((await ledger.claim(request({ versions }))).outcome, 'held');
      },
    },
    {
      name: `${versions}: who has lost the claim can change nothing`,
      clause: '9.5',
      check: async (bench) => {
        const { ledger, granted, entry, pass } = bench;
        const late = await granted({ versions });
        pass(LEASE_MS);
        const holder = await granted({ versions });
        await ledger.checkpoint(holder, progress(20));
        const before = await entry();
        await isLost(ledger.checkpoint(late, progress(900)));
        await isLost(finish(bench, late));
        assert.deepEqual(await entry(), before);
        await finish(bench, holder);
        assert.equal((await entry()).claimId, holder.claimId);
        await isLost(finish(bench, late, 'failed'));
        assert.equal((await entry()).state, 'complete');
      },
    },
    {
      name: `${versions}: a claim that was given back stays so`,
      clause: '9.5',
      check: async (bench) => {
        const holder = await bench.granted({ versions });
        await finish(bench, holder, 'aborted', 30);
        const before = await bench.entry();
        await isLost(bench.ledger.checkpoint(holder, progress(40)));
        assert.deepEqual(await bench.entry(), before);
      },
    },
    {
      name: `${versions}: who was never granted the claim can change nothing`,
      clause: '9.5',
      check: async (bench) => {
        const { ledger, request, granted } = bench;
        const stranger = request({ versions });
        await isLost(ledger.checkpoint(stranger, progress(1)));
        await isLost(finish(bench, stranger));
        assert.deepEqual(await ledger.entries('cases', bench.object), []);
        await granted({ versions });
        await isLost(ledger.checkpoint(stranger, progress(1)));
      },
    },
  ];
}

import assert from 'node:assert/strict';
import { finish, isLost, type LedgerCase, reportOf } from './ledger-bench.ts';

/** How far a version was written, and whether its rows are retired. */
export const extentCases: readonly LedgerCase[] = [
  {
    name: 'a claim with a reach stores it with the grant, and no later claim lowers it',
    clause: '9.16',
    check: async ({ ledger, request, entry, pass }) => {
      const asked = request({ reach: 100, group: 20 });
      const first = await ledger.claim(asked);
      assert.deepEqual(first.outcome === 'granted' && first.extent, { before: 0, reach: 100, branches: [] });
      const stored = await entry();
      assert.deepEqual([stored.reach, stored.branches, stored.groups], [100, [], [20]]);
      await ledger.checkpoint(asked, { watermark: 40, rejected: 0, reach: 250, branches: [4, 2] });
      pass(10 * asked.leaseMs);
      const second = await ledger.claim(request({ reach: 100 }));
      assert.deepEqual(second.outcome === 'granted' && second.extent, { before: 250, reach: 250, branches: [4, 2] });
      assert.deepEqual((await entry()).groups, [20, 1]);
    },
  },
  {
    name: 'a checkpoint and the outcome store the bounds that they bring',
    clause: '9.16',
    check: async ({ ledger, granted, entry }) => {
      const holder = await granted({ reach: 100 });
      await ledger.checkpoint(holder, { watermark: 90, rejected: 0, reach: 190, branches: [2] });
      assert.deepEqual([(await entry()).reach, (await entry()).branches], [190, [2]]);
      const last = { watermark: 95, rejected: 0, reach: 95, branches: [1] };
      await ledger.finish(holder, last, reportOf(holder));
      assert.deepEqual([(await entry()).reach, (await entry()).branches], [95, [1]]);
    },
  },
  {
    name: 'whoever holds the object stores that rows of a version are retired, until it is granted again',
    clause: '9.17',
    check: async (bench) => {
      const { ledger, granted, request, entry } = bench;
      const old = await granted({ version: 'a', sequencer: '01' });
      await finish(bench, old);
      const latest = await granted({ version: 'b', sequencer: '02' });
      await finish(bench, latest);
      const retiring = request({ version: 'b', purpose: 'replay' });
      const progress = { retiredBelow: 10, retired: false };
      await isLost(ledger.retired!(retiring, old.origin.id, progress));
      assert.equal((await ledger.claim(retiring)).outcome, 'granted');
      await ledger.retired!(retiring, old.origin.id, progress);
      assert.deepEqual([(await entry('a')).retiredBelow, (await entry('a')).retired], [10, false]);
      await ledger.retired!(retiring, old.origin.id, { retiredBelow: 30, retired: true });
      assert.deepEqual([(await entry('a')).state, (await entry('a')).retired], ['complete', true]);
      await finish(bench, retiring);
      await granted({ version: 'a', sequencer: '03' });
      assert.ok((await entry('a')).retired !== true, 'A version that was granted again is retired.');
    },
  },
];

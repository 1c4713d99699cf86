import assert from 'node:assert/strict';
import { finish, isLost, LEASE_MS, type LedgerBench, type LedgerCase, outcomes, progress } from './ledger-bench.ts';

/** Claims a version that has this sequencer for a name, and finishes it where it is granted. */
async function carry(
  bench: LedgerBench,
  version: string,
  { versions = 'newest' as 'newest' | 'all', outcome = 'complete' as 'complete' | 'failed' } = {},
): Promise<string> {
  const request = bench.request({ version, sequencer: version, versions });
  const answer = await bench.ledger.claim(request);
  if (answer.outcome === 'granted') await finish(bench, request, outcome);
  return answer.outcome;
}

/** Claims of several versions of one object. */
export function versionCases(): readonly LedgerCase[] {
  return [
    ...VERSION_CASES,
    waitsForAll('a version', { sequencer: '02' }),
    waitsForAll('a version without a sequencer', {}),
  ];
}

const VERSION_CASES: readonly LedgerCase[] = [
  {
    name: 'newest: of 32 versions at once, one is granted at a time and none after a newer one',
    clause: '9.6',
    check: async ({ ledger, request, ...bench }) => {
      const sequencerOf = (index: number): string => (index + 1).toString(16).padStart(4, '0');
      const taken: string[] = [];
      let left = Array.from({ length: 32 }, (_, index) => sequencerOf((index * 13) % 32));
      for (let round = 0; left.length > 0; round += 1) {
        assert.ok(round < 40, `After ${round} rounds there are ${left.length} versions left.`);
        const claims = left.map((sequencer) => request({ version: sequencer, sequencer }));
        const answers = await Promise.all(claims.map((one) => ledger.claim(one)));
        const { granted = 0, complete } = outcomes(answers);
        assert.ok(granted <= 1, `${granted} versions were granted at once.`);
        assert.equal(complete, undefined);
        const winner = answers.findIndex(({ outcome }) => outcome === 'granted');
        if (winner >= 0) {
          taken.push(left[winner]!);
          await finish({ ledger, request, ...bench }, claims[winner]!);
        }
        left = left.filter((_, index) => answers[index]!.outcome === 'held');
      }
      assert.deepEqual(taken, taken.toSorted(compareText));
      assert.equal(taken.at(-1), sequencerOf(31));
    },
  },
  {
    name: 'newest: an older version than one that was taken up is stale, and recorded',
    clause: '9.6',
    check: async (bench) => {
      assert.equal(await carry(bench, '0055'), 'granted');
      assert.equal(await carry(bench, '0044'), 'stale');
      assert.equal(await carry(bench, '0044'), 'stale');
      assert.equal(await carry(bench, '0054f'), 'stale');
      const { state, watermark, attempts, sequencer, leaseUntil } = await bench.entry('0044');
      assert.deepEqual(
        { state, watermark, attempts, sequencer, leaseUntil },
        { state: 'stale', watermark: 0, attempts: 0, sequencer: '0044', leaseUntil: 0 },
      );
      assert.equal(await carry(bench, '00551'), 'granted');
      assert.equal(await carry(bench, '0055'), 'complete');
    },
  },
  {
    name: 'newest: a version that failed and is claimed again after a newer one is recorded as stale, with what it did',
    clause: '9.6',
    check: async (bench) => {
      for (const outcome of ['failed', 'aborted'] as const) {
        const [old, newer] = outcome === 'failed' ? ['01', '02'] : ['03', '04'];
        const first = await bench.granted({ version: old, sequencer: old });
        await finish(bench, first, outcome);
        assert.equal((await bench.entry(old)).state, outcome);
        assert.equal(await carry(bench, newer), 'granted');
        assert.equal((await bench.entry(old)).state, outcome, 'Nothing is known of it until it is claimed again.');
        for (let time = 0; time < 2; time += 1) {
          assert.equal(await carry(bench, old), 'stale');
          const { state, watermark, attempts, leaseUntil, report } = await bench.entry(old);
          assert.deepEqual(
            { state, watermark, attempts, leaseUntil, outcome: report?.outcome },
            { state: 'stale', watermark: 10, attempts: 1, leaseUntil: 0, outcome },
          );
        }
      }
      assert.equal((await bench.entry('02')).state, 'complete');
    },
  },
  {
    name: 'newest: an earlier event of the version that failed last does not make it stale',
    clause: '9.6',
    check: async (bench) => {
      const last = bench.request({ version: 'a', sequencer: '05' });
      assert.equal((await bench.ledger.claim(last)).outcome, 'granted');
      await finish(bench, last, 'failed');
      const early = bench.request({ version: 'a', sequencer: '03' });
      assert.equal((await bench.ledger.claim(early)).outcome, 'stale');
      assert.equal((await bench.entry('a')).state, 'failed');
      // Another version without a sequencer comes between, and the latest event of this one is still to come again.
      await finish(bench, await bench.granted({ version: 'b' }));
      assert.equal((await bench.ledger.claim(bench.request({ version: 'a', sequencer: '03' }))).outcome, 'stale');
      assert.equal((await bench.entry('a')).state, 'failed');
      assert.equal((await bench.ledger.claim(bench.request({ version: 'a', sequencer: '05' }))).outcome, 'granted');
    },
  },
  {
    name: 'newest: sequencers compare as if they were padded with zeros, in either case',
    clause: '9.6',
    check: async (bench) => {
      assert.equal(await carry(bench, '00aB'), 'granted');
      assert.equal(await carry(bench, '00Ab0'), 'granted');
      assert.equal(await carry(bench, '00ab00'), 'granted');
      assert.equal(await carry(bench, '00a'), 'stale');
      assert.equal(await carry(bench, '00aa9'), 'stale');
      assert.equal(await carry(bench, '00AB1'), 'granted');
    },
  },
  {
    name: 'newest: an older version is stale whatever became of the newer one',
    clause: '9.6',
    check: async (bench) => {
      assert.equal(await carry(bench, '02', { outcome: 'failed' }), 'granted');
      assert.equal(await carry(bench, '01'), 'stale');
      assert.equal((await bench.ledger.claim(bench.request({ version: '03', sequencer: '03' }))).outcome, 'granted');
      bench.pass(LEASE_MS);
      assert.equal(await carry(bench, '02'), 'stale');
      assert.equal((await bench.entry('02')).state, 'stale');
    },
  },
  {
    name: 'newest: another version waits until the one at work was given back',
    clause: '9.6',
    check: async (bench) => {
      const leaseUntil = bench.now() + LEASE_MS;
      const holder = await bench.granted({ version: '01', sequencer: '01' });
      const other = { version: '02', sequencer: '02' };
      assert.deepEqual(await bench.ledger.claim(bench.request(other)), { outcome: 'held', leaseUntil });
      assert.equal((await bench.ledger.entries('cases', bench.object)).length, 1);
      await finish(bench, holder, 'aborted');
      await bench.granted(other);
    },
  },
  {
    name: 'newest: another version waits until the lease of the one at work has run out',
    clause: '9.6',
    check: async (bench) => {
      const holder = await bench.granted({ version: '01', sequencer: '01' });
      bench.pass(LEASE_MS - 1);
      await bench.ledger.checkpoint(holder, { watermark: 1, rejected: 0 });
      bench.pass(LEASE_MS - 1);
      assert.equal(await carry(bench, '02'), 'held');
      bench.pass(1);
      assert.equal(await carry(bench, '02'), 'granted');
      assert.equal(await carry(bench, '01'), 'stale');
    },
  },
  {
    name: 'newest: who let the lease run out can change nothing once another version was granted',
    clause: '9.5',
    check: async (bench) => {
      const { ledger, object, granted, pass } = bench;
      const late = await granted({ version: '01', sequencer: '01' });
      await ledger.checkpoint(late, progress(10));
      pass(LEASE_MS);
      const holder = await granted({ version: '02', sequencer: '02' });
      const before = await ledger.entries('cases', object);
      await isLost(ledger.checkpoint(late, progress(20)));
      await isLost(finish(bench, late));
      assert.deepEqual(await ledger.entries('cases', object), before);
      assert.equal((await bench.entry('01')).watermark, 10);
      await finish(bench, holder);
      await isLost(ledger.checkpoint(late, progress(20)));
      await isLost(finish(bench, late, 'failed'));
      assert.equal((await bench.entry('01')).state, 'claimed');
      assert.equal((await bench.entry('02')).state, 'complete');
      // What was lost holds nobody up.
      await granted({ version: '03', sequencer: '03' });
    },
  },
  {
    name: 'newest: a version without a sequencer only waits for its turn',
    clause: '9.6',
    check: async (bench) => {
      assert.equal(await carry(bench, '05'), 'granted');
      const holder = await bench.granted({ version: 'listed' });
      assert.equal(await carry(bench, '06'), 'held');
      assert.equal(await carry(bench, '04'), 'stale');
      await finish(bench, holder);
      assert.equal(await carry(bench, '04'), 'stale');
      assert.equal(await carry(bench, '06'), 'granted');
      await bench.granted({ version: 'listed too' });
    },
  },
  {
    name: 'all: every version is carried on its own, in any order',
    clause: '9.7',
    check: async (bench) => {
      const holder = await bench.granted({ version: '02', sequencer: '02', versions: 'all' });
      assert.equal(await carry(bench, '03', { versions: 'all' }), 'granted');
      assert.equal(await carry(bench, '01', { versions: 'all' }), 'granted');
      assert.equal(await carry(bench, '02', { versions: 'all' }), 'held');
      await finish(bench, holder);
      assert.equal(await carry(bench, '02', { versions: 'all' }), 'complete');
      assert.equal((await bench.ledger.entries('cases', bench.object)).length, 3);
    },
  },
  {
    name: 'all: a version is carried though newest holds another, or has passed it over',
    clause: '9.7',
    check: async (bench) => {
      await bench.granted({ version: '05', sequencer: '05' });
      assert.equal(await carry(bench, '06', { versions: 'all' }), 'granted');
      assert.equal(await carry(bench, '04'), 'stale');
      assert.equal(await carry(bench, '04', { versions: 'all' }), 'granted');
    },
  },
  {
    name: 'all: who let the lease run out can renew it, though another version was granted',
    clause: '9.7',
    check: async (bench) => {
      const holder = await bench.granted({ version: '01', sequencer: '01', versions: 'all' });
      bench.pass(LEASE_MS);
      assert.equal(await carry(bench, '02', { versions: 'all' }), 'granted');
      assert.equal(await carry(bench, '03'), 'granted');
      await bench.ledger.checkpoint(holder, progress(20));
      await finish(bench, holder);
      assert.equal((await bench.entry('01')).state, 'complete');
    },
  },
  {
    name: 'newest: versions that were taken up under all count',
    clause: '9.7',
    check: async (bench) => {
      assert.equal(await carry(bench, '08', { versions: 'all' }), 'granted');
      assert.equal(await carry(bench, '03', { versions: 'all' }), 'granted');
      assert.equal(await carry(bench, '07'), 'stale');
      assert.equal(await carry(bench, '09'), 'granted');
    },
  },
];

/** @param own what the version at work is claimed with */
function waitsForAll(what: string, own: { readonly sequencer?: string }): LedgerCase {
  return {
    name: `newest: waits for ${what} that is at work under all`,
    clause: '9.7',
    check: async (bench) => {
      const { ledger, request, granted, now, pass } = bench;
      const first = await granted({ version: 'at work', versions: 'all', ...own });
      const held = { outcome: 'held', leaseUntil: now() + LEASE_MS };
      assert.deepEqual(await ledger.claim(request({ version: '03', sequencer: '03' })), held);
      assert.deepEqual(await ledger.claim(request({ version: 'listed' })), held);
      assert.equal(await carry(bench, '04', { versions: 'all', outcome: 'failed' }), 'granted');
      pass(LEASE_MS - 1);
      await ledger.checkpoint(first, progress(1));
      const renewed = { outcome: 'held', leaseUntil: now() + LEASE_MS };
      pass(1);
      const later = { version: '05', sequencer: '05' };
      assert.deepEqual(await ledger.claim(request(later)), renewed);
      await finish(bench, first);
      const second = await granted(later);
      await granted({ version: 'again at work', versions: 'all', ...own });
      await finish(bench, second);
      assert.equal(await carry(bench, '06'), 'held');
      pass(LEASE_MS);
      assert.equal(await carry(bench, '06'), 'granted');
    },
  };
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

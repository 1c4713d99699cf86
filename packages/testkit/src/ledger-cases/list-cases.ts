import assert from 'node:assert/strict';
import { type Ledger, type LedgerListQuery, type ListedEntry, MillraceError } from '@millrace/core';
import { needed } from '../needed.ts';
import { finish, LEASE_MS, type LedgerBench, type LedgerCase, progress, reportOf } from './ledger-bench.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** What a ledger that can be listed shows. Each case has a feed of its own. */
export const listCases: readonly LedgerCase[] = [
  {
    name: 'a feed that was never run has nothing to list',
    clause: '9.18',
    check: async (bench) => assert.deepEqual(await listed(bench, ownFeed(bench)), []),
  },
  {
    name: 'a listed entry has what became of the version, and the essence of its report',
    clause: '9.18',
    check: async (bench) => {
      const feed = ownFeed(bench);
      const origin = { id: `${bench.object}?v=1`, uri: bench.object, etag: 'abc', size: 2 ** 41 };
      const holder = await bench.granted({ feed, origin, versionTag: 'tag', signature: 'csv-1' });
      const claimedAt = new Date(bench.now()).toISOString();
      bench.pass(500);
      const counts = { read: 100, expanded: 5, written: 80, rejected: 7, dropped: 3, skipped: 10, unsettled: 5 };
      const error = new MillraceError('BROKEN', 'It broke.', { stage: 'gunzip', ordinal: 12, retryable: true });
      const report = reportOf(holder, { ...counts, bytesIn: 2 ** 40, bytesDecoded: 2 ** 41, error, outcome: 'failed' });
      await bench.ledger.finish(holder, progress(90, 7), {
        ...report,
        origin: { ...origin, lastModified: '2026-01-02T03:04:05.000Z' },
        durationMs: 499,
      });
      assert.deepEqual(await listed(bench, feed), [
        {
          feed,
          object: bench.object,
          origin: { ...origin, lastModified: '2026-01-02T03:04:05.000Z' },
          state: 'failed',
          watermark: 90,
          rejected: 7,
          attempts: 1,
          leaseUntil: 0,
          versionTag: 'tag',
          signature: 'csv-1',
          firstClaimedAt: claimedAt,
          report: {
            ...counts,
            bytesIn: 2 ** 40,
            bytesDecoded: 2 ** 41,
            outcome: 'failed',
            startedAt: report.startedAt,
            durationMs: 499,
            error: { code: 'BROKEN', stage: 'gunzip', ordinal: 12, retryable: true },
          },
        },
      ]);
    },
  },
  {
    name: 'a claim is listed with its lease and progress, as they are',
    clause: '9.18',
    check: async (bench) => {
      const feed = ownFeed(bench);
      const holder = await bench.granted({ feed });
      bench.pass(1000);
      await bench.ledger.checkpoint(holder, progress(30, 2));
      const [entry] = await listed(bench, feed);
      assert.equal(entry?.state, 'claimed');
      assert.deepEqual([entry.watermark, entry.rejected, entry.report], [30, 2, undefined]);
      assert.equal(entry.leaseUntil, bench.now() + LEASE_MS);
    },
  },
  {
    name: 'a version is listed once, at its first claim, whatever became of it later',
    clause: '9.18',
    check: async (bench) => {
      const feed = ownFeed(bench);
      const from = new Date(bench.now());
      await finish(bench, await bench.granted({ feed }), 'failed', 4);
      bench.pass(3 * DAY_MS);
      await bench.granted({ feed });
      bench.pass(2 * LEASE_MS);
      await finish(bench, await bench.granted({ feed }), 'complete', 10);
      const [entry, ...others] = await listed(bench, feed, { from });
      assert.equal(others.length, 0);
      assert.deepEqual(
        [entry?.firstClaimedAt, entry?.state, entry?.attempts, entry?.watermark, entry?.report?.outcome],
        [from.toISOString(), 'complete', 3, 10, 'complete'],
      );
      assert.deepEqual(await listed(bench, feed, { from: new Date(from.getTime() + 1) }), []);
    },
  },
  {
    name: 'the period holds its first instant and not its last, across days',
    clause: '9.18',
    check: async (bench) => {
      const feed = ownFeed(bench);
      const start = bench.now();
      const times = [0, 1, 23 * HOUR_MS, DAY_MS - 1, DAY_MS, DAY_MS + 5 * HOUR_MS, 3 * DAY_MS].map((ms) => start + ms);
      for (const time of times) {
        bench.pass(time - bench.now());
        await finish(bench, await bench.granted({ feed, object: `${bench.object}/${time}` }));
      }
      for (const from of times) {
        for (const until of [...times, undefined]) {
          const found = await listed(bench, feed, { from: new Date(from), ...(until && { until: new Date(until) }) });
          const expected = times.filter((time) => time >= from && time < (until ?? Number.POSITIVE_INFINITY));
          assert.deepEqual(found.map(({ firstClaimedAt }) => Date.parse(firstClaimedAt)).toSorted(ascending), expected);
          const days = found.map(({ firstClaimedAt }) => firstClaimedAt.slice(0, 10));
          assert.deepEqual(days, days.toSorted());
        }
      }
    },
  },
  {
    name: 'states and the beginning of names choose among the entries, and other feeds have none of them',
    clause: '9.18',
    check: async (bench) => {
      const feed = ownFeed(bench);
      const object = (name: string): string => `${bench.object}/${name}`;
      await finish(bench, await bench.granted({ feed, object: object('a/1') }), 'failed');
      await finish(bench, await bench.granted({ feed, object: object('a/2') }), 'aborted');
      await finish(bench, await bench.granted({ feed, object: object('b/3') }));
      await finish(bench, await bench.granted({ feed, object: object('b/4'), sequencer: '02', version: 'new' }));
      const late = bench.request({ feed, object: object('b/4'), sequencer: '01', version: 'old' });
      assert.equal((await bench.ledger.claim(late)).outcome, 'stale');
      await bench.granted({ feed: `${feed}x`, object: object('a/5') });
      const names = async (query: Partial<LedgerListQuery>): Promise<readonly string[]> =>
        (await listed(bench, feed, query)).map(({ object: name, state }) => `${name.slice(-3)} ${state}`).toSorted();
      assert.deepEqual(await names({}), ['a/1 failed', 'a/2 aborted', 'b/3 complete', 'b/4 complete', 'b/4 stale']);
      assert.deepEqual(await names({ states: ['failed', 'aborted'] }), ['a/1 failed', 'a/2 aborted']);
      assert.deepEqual(await names({ states: ['claimed'] }), []);
      assert.deepEqual(await names({ source: object('b') }), ['b/3 complete', 'b/4 complete', 'b/4 stale']);
      assert.deepEqual(await names({ source: object('a/'), states: ['complete'] }), []);
    },
  },
  {
    name: 'entries are all listed, whatever the names of their objects',
    clause: '9.18',
    check: async (bench) => {
      const feed = ownFeed(bench);
      const long = 'ü'.repeat(1_200);
      const names = [
        ...['', '#', '#head', '/é,;=?&', ` ${long}`].map((suffix) => `${bench.object}${suffix}`),
        ...Array.from({ length: 45 }, (_, index) => `${bench.object}/${index}`),
      ];
      for (const object of names) await bench.granted({ feed, object, versions: 'all' });
      const found = (await listed(bench, feed)).map(({ object }) => object);
      assert.deepEqual(found.toSorted(), names.toSorted());
    },
  },
  {
    name: 'a listing ends with its signal, and options that cannot be are refused',
    clause: '9.18',
    check: async (bench) => {
      const feed = ownFeed(bench);
      await bench.granted({ feed });
      const reason = new Error('enough');
      await assert.rejects(listed(bench, feed, { signal: AbortSignal.abort(reason) }), reason);
      const list = listOf(bench.ledger);
      for (const wrong of [{ from: new Date('never') }, { states: ['done'] }, { source: 1 }, { until: '2026-01-01' }]) {
        const query = { feed, from: new Date(0), ...wrong } as LedgerListQuery;
        assert.throws(() => list(query), { code: 'OPTION_INVALID' });
      }
    },
  },
];

function ownFeed({ object }: LedgerBench): string {
  return `cases-${object.slice('memory:'.length)}`;
}

function listOf(ledger: Ledger): NonNullable<Ledger['list']> {
  return needed(ledger.list, 'list');
}

/** Lists all that the clock of a bench can have passed, unless the query says otherwise. */
async function listed(
  { ledger, now }: LedgerBench,
  feed: string,
  query: Partial<LedgerListQuery> = {},
): Promise<readonly ListedEntry[]> {
  const found: ListedEntry[] = [];
  for await (const entry of listOf(ledger)({ feed, from: new Date(now() - 7 * DAY_MS), ...query })) found.push(entry);
  return found;
}

function ascending(left: number, right: number): number {
  return left - right;
}

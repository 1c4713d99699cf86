import assert from 'node:assert/strict';
import type { Feed, Rejection, RunOptions } from '@millrace/core';
import { memorySink, type MemorySink } from '../memory-sink.ts';
import { type MemoryRef, memorySource } from '../memory-source.ts';
import { numbersFeed } from '../numbers-feed.ts';
import { LEASE_MS, type LedgerBench, type LedgerCase } from './ledger-bench.ts';

const RECORDS = 100;

interface FeedOfCase {
  readonly feed: Feed<MemoryRef>;
  readonly put: (chunks: readonly string[]) => MemoryRef;
}

/**
 * A feed whose source has the bench's object, and gives each version its number as sequencer.
 *
 * @param versionOf which version of the object its nth content is
 */
function feedTo(
  { object }: LedgerBench,
  sink: MemorySink<number>,
  versionOf: (n: number) => number = (n) => n,
): FeedOfCase {
  const name = object.replace(/^memory:/, '');
  const source = memorySource<string>();
  const versioned: typeof source = {
    ...source,
    open: async (ref, context) => {
      const item = await source.open(ref, context);
      const number = Number(item.origin.versionId);
      const origin = { ...item.origin, id: `${object}?version=${versionOf(number)}` };
      return { ...item, origin, sequencer: number.toString(16).padStart(4, '0') };
    },
  };
  return {
    feed: numbersFeed('cases', versioned, {}, sink),
    put: (chunks) => source.put(name, chunks),
  };
}

/** Lines from 0, ten to a chunk. */
function numbers(): readonly string[] {
  return Array.from({ length: RECORDS / 10 }, (_, tens) =>
    Array.from({ length: 10 }, (_unit, unit) => `${tens * 10 + unit}\n`).join(''),
  );
}

function ordinals(): readonly number[] {
  return Array.from({ length: RECORDS }, (_, index) => index);
}

/** Ordinals in the order of writing, whether or not they were accepted. */
function written(sink: MemorySink<number>): readonly number[] {
  return sink.writes.flatMap(({ entries, outcome }) =>
    outcome === 'accepted' ? entries.map(({ ordinal }) => ordinal) : [],
  );
}

/** A promise and what resolves it. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** What a feed's runs make of it. */
export const runCases: readonly LedgerCase[] = [
  {
    name: 'runs: an item is carried once, and its duplicates are skipped',
    clause: '9.2',
    check: async (bench) => {
      const sink = memorySink<number>();
      const { feed: flow, put } = feedTo(bench, sink);
      const { ledger } = bench;
      const ref = put(numbers());
      assert.equal((await flow.run([ref], { ledger })).items.complete, 1);
      const again = await flow.run([ref, ref], { ledger });
      assert.equal(again.outcome, 'complete');
      assert.deepEqual([again.items.duplicate, again.totals.read, again.totals.written], [2, 0, 0]);
      assert.deepEqual(written(sink), ordinals());
      const { state, watermark, attempts, leaseUntil, report } = await bench.entry();
      assert.deepEqual(
        { state, watermark, attempts, leaseUntil, written: report?.written },
        { state: 'complete', watermark: RECORDS, attempts: 1, leaseUntil: 0, written: RECORDS },
      );
    },
  },
  {
    name: 'runs: a failed item goes on at its watermark, with the same ordinals',
    clause: '9.3',
    check: async (bench) => {
      const sink = memorySink<number>({
        limits: { count: 10 },
        fail: (write) => (write === 4 ? new Error('down') : undefined),
      });
      const { feed: flow, put } = feedTo(bench, sink);
      const ref = put(numbers());
      const failed = await flow.run([ref], { ledger: bench.ledger, onFailure: 'report' });
      assert.deepEqual([failed.items.failed, failed.reports[0]?.watermark], [1, 30]);
      assert.deepEqual([(await bench.entry()).state, (await bench.entry()).watermark], ['failed', 30]);
      const report = await flow.run([ref], { ledger: bench.ledger });
      const { read, skipped, written: count } = report.totals;
      assert.deepEqual({ read, skipped, count }, { read: RECORDS, skipped: 30, count: RECORDS - 30 });
      assert.deepEqual(written(sink), ordinals());
    },
  },
  {
    name: 'runs: an item that is stopped goes on exactly there, in as many runs as it takes',
    clause: '9.3',
    check: async (bench) => {
      let stop = new AbortController();
      const sink = memorySink<number>({
        limits: { count: 10 },
        failAfter: (write) => void (write % 3 === 0 && stop.abort()),
      });
      const { feed: flow, put } = feedTo(bench, sink);
      const ref = put(numbers());
      for (let runs = 1, outcome = ''; outcome !== 'complete'; runs += 1) {
        assert.ok(runs <= RECORDS / 10, `After ${runs} runs the item is ${outcome}.`);
        stop = new AbortController();
        ({ outcome } = await flow.run([ref], { ledger: bench.ledger, signal: stop.signal }));
        if (outcome === 'aborted') assert.equal((await bench.entry()).state, 'aborted');
      }
      assert.deepEqual(written(sink), ordinals());
      assert.ok((await bench.entry()).attempts > 1);
    },
  },
  {
    name: 'runs: the limit of rejections goes on where it was',
    clause: '9.3',
    check: async (bench) => {
      const sink = memorySink<number>({ limits: { count: 1 } });
      let writes = 0;
      const { feed: flow, put } = feedTo(bench, {
        ...sink,
        write: async (entries, context) => {
          writes += 1;
          if (writes === 3) throw new Error('connection reset');
          return sink.write(entries, context);
        },
      });
      const ref = put(['0\nbad\n2\nbad\n', '4\nbad\nbad\n']);
      const options: RunOptions = {
        ledger: bench.ledger,
        // Each rejection is kept at once, so that both lie below the watermark when the third write fails.
        quarantine: memorySink<Rejection>({ limits: { count: 1 }, key: ({ ordinal }) => String(ordinal) }),
        onFailure: 'report',
        maxRejections: { count: 3 },
      };
      assert.equal((await flow.run([ref], options)).items.failed, 1);
      assert.equal((await bench.entry()).rejected, 2);
      const again = await flow.run([ref], options);
      assert.equal(again.reports[0]?.error?.code, 'TOO_MANY_REJECTIONS');
    },
  },
  {
    name: 'runs: an item that another run holds is told to be, and taken over once its lease has run out',
    clause: '9.5',
    check: async (bench) => {
      const { ledger } = bench;
      const reached = gate();
      const blocked = gate();
      const slow = memorySink<number>({ limits: { count: 10 } });
      const { feed: flow, put } = feedTo(bench, {
        ...slow,
        write: async (entries, context) => {
          reached.open();
          await blocked.opened;
          return slow.write(entries, context);
        },
      });
      const ref = put(numbers());
      const sink = memorySink<number>();
      const second = feedTo(bench, sink);
      second.put(numbers());
      const holding = flow.run([ref], { ledger, leaseMs: LEASE_MS, onFailure: 'report' });
      await reached.opened;
      const refused = await second.feed.run([ref], { ledger });
      assert.deepEqual([refused.outcome, refused.items.held, refused.totals.read], ['held', 1, 0]);
      assert.equal(refused.reports[0]?.error?.code, 'ITEM_HELD');
      bench.pass(LEASE_MS);
      assert.equal((await second.feed.run([ref], { ledger, clockSkewMs: 0 })).outcome, 'complete');
      blocked.open();
      const { reports } = await holding;
      assert.deepEqual([reports[0]?.outcome, reports[0]?.error?.code], ['failed', 'LEDGER_LEASE_LOST']);
      const { state, attempts } = await bench.entry();
      assert.deepEqual({ state, attempts }, { state: 'complete', attempts: 2 });
    },
  },
  {
    name: 'runs: an older version is passed over, and carried where all are',
    clause: '9.6',
    check: async (bench) => {
      const { ledger } = bench;
      const older = feedTo(bench, memorySink<number>());
      const newer = feedTo(bench, memorySink<number>());
      const first = older.put(['1\n']);
      newer.put(['1\n']);
      const second = newer.put(['2\n']);
      assert.equal((await newer.feed.run([second], { ledger })).items.complete, 1);
      assert.equal((await older.feed.run([first], { ledger })).items.stale, 1);
      assert.equal((await bench.entry('1')).state, 'stale');
      assert.equal((await older.feed.run([first], { ledger, versions: 'all' })).items.complete, 1);
      assert.equal((await bench.entry('1')).state, 'complete');
    },
  },
  {
    name: 'runs: content that comes back overwrites what came between',
    clause: '9.11',
    check: async (bench) => {
      const { ledger } = bench;
      const sink = memorySink<number>({ key: ({ ordinal }) => String(ordinal) });
      const { feed: flow, put } = feedTo(bench, sink, (n) => (n === 3 ? 1 : n));
      for (const line of ['1\n', '2\n', '1\n']) {
        const ref = put([line]);
        assert.equal((await flow.run([ref], { ledger })).items.complete, 1);
        assert.equal((await flow.run([ref], { ledger })).items.duplicate, 1);
        assert.deepEqual(sink.values(), [Number(line)]);
      }
      assert.equal((await bench.entry('1')).attempts, 2);
    },
  },
];

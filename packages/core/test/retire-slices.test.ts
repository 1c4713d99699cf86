import { feed, type Ledger, many, memoryLedger, type Sink } from '@millrace/core';
import { landingEach, type PlacedRows, type RetiredRows } from '@millrace/core/plugin';
import { expect, it, vi } from 'vitest';
import { lines } from './fixtures.ts';
import { landed, type Row, table, type Version, versions } from './landed-table.ts';

const options = { versions: 'replace', onFailure: 'report', leaseMs: 60_000, clockSkewMs: 0 } as const;
const MODIFIED = '2026-01-02T03:04:05.000Z';

/** A version of many records, one letter each. */
const long = (id: string, records: number): Version => ({ id, chunks: ['a\n'.repeat(records)] });

const placed = (rows: readonly RetiredRows[]): readonly PlacedRows[] => rows.filter((one) => one.by === 'place');
const spans = (rows: readonly RetiredRows[]): readonly (readonly number[])[] =>
  placed(rows).map(({ from, to }) => [from, to]);

function stand() {
  const calls: RetiredRows[] = [];
  const { sink, values } = table(async (rows) => void calls.push(rows));
  const wide: Sink<Row> = { ...sink, limits: { count: 1000 } };
  return { sink: wide, values, calls };
}

it('retires whole groups, also the one that the version ends in', async () => {
  const { sink, values, calls } = stand();
  const ledger = memoryLedger();
  const prices = landed({ ...sink, limits: { count: 3000 }, group: 3000, writeSingly: sink.write });
  await prices.run([long('v1', 4000)], { ...options, ledger });
  await prices.run([long('v2', 1)], { ...options, ledger });
  expect(placed(calls).map(({ from, to, groups }) => ({ from, to, groups }))).toEqual([
    { from: 0, to: 3000, groups: [3000] },
    { from: 3000, to: 6000, groups: [3000] },
  ]);
  expect(values().length).toBe(1);
});

it('takes slices of whole groups of every length that the version was written in', async () => {
  const { sink, calls } = stand();
  const ledger = memoryLedger();
  const inGroupsOf = (group: number) =>
    landed({ ...sink, limits: { count: group * 100 }, group, writeSingly: sink.write });
  const version = long('v1', 6000);
  await inGroupsOf(4).run([{ ...version, broken: true }], { ...options, ledger });
  await inGroupsOf(6).run([version], { ...options, ledger });
  await inGroupsOf(6).run([long('v2', 1)], { ...options, ledger });
  expect(placed(calls).map(({ from, to, groups }) => ({ from, to, groups }))).toEqual([
    { from: 0, to: 4992, groups: [4, 6] },
    { from: 4992, to: 6000, groups: [4, 6] },
  ]);
});

it('takes one group at a time if a group is longer than a slice', async () => {
  const { sink, values, calls } = stand();
  const ledger = memoryLedger();
  const prices = landed({ ...sink, limits: { count: 6000 }, group: 6000, writeSingly: sink.write });
  await prices.run([long('v1', 6001)], { ...options, ledger });
  await prices.run([long('v2', 1)], { ...options, ledger });
  expect(spans(calls)).toEqual([
    [0, 6000],
    [6000, 12_000],
  ]);
  expect(values().length).toBe(1);
});

it.each<[branches: number, records: number, spans: readonly (readonly number[])[]]>([
  // Each record has at most 9 rows, and a key of its own: 10 keys, and 20,000 of them to a call.
  [
    9,
    2500,
    [
      [0, 2000],
      [2000, 2500],
    ],
  ],
  // 338 records of 59 keys are 19,942; one more would be 20,001.
  [
    58,
    339,
    [
      [0, 338],
      [338, 339],
    ],
  ],
])(
  'takes smaller slices if records were fanned out %d times, by the keys that they may have',
  async (branches, records, slices) => {
    const { sink, values, calls } = stand();
    const ledger = memoryLedger();
    const split = {
      kind: 'each' as const,
      name: 'split',
      apply: (line: string) => many(line.split(',')),
    };
    const prices = feed('prices')
      .from(versions)
      .through(lines())
      .through(split)
      .through(landingEach<string, NonNullable<unknown>, 'nested'>('land', {}, String))
      .to(sink);
    const line = Array.from({ length: branches }, (_, at) => `v${at}`).join(',');
    await prices.run([{ id: 'v1', chunks: [`${line}\n`.repeat(records)] }], { ...options, ledger });
    await prices.run([{ id: 'v2', chunks: ['x\n'] }], { ...options, ledger });
    expect(spans(calls)).toEqual(slices);
    expect(values()).toEqual(['x']);
  },
);

it('names the date of a version once, and calls the sink for nothing of a version without records', async () => {
  const { sink, calls } = stand();
  const ledger = memoryLedger();
  const prices = landed(sink);
  await prices.run([long('v0', 0)], { ...options, ledger });
  await prices.run([long('v1', 2)], { ...options, ledger });
  expect(calls).toEqual([]);
  const { reports } = await prices.run([long('v2', 2)], { ...options, ledger });
  expect(placed(calls).map(({ dates, origin }) => [origin.id, dates])).toEqual([['v1', [MODIFIED]]]);
  expect(reports[0]?.counters).toEqual({ table: { retired: 2 } });
});

it('counts nothing as retired if no row was there', async () => {
  const { sink } = stand();
  const ledger = memoryLedger();
  const prices = landed({ ...sink, retire: async () => ({ considered: 2, deleted: 0 }) });
  await prices.run([long('v1', 2)], { ...options, ledger });
  const { reports } = await prices.run([long('v2', 2)], { ...options, ledger });
  expect(reports[0]).toMatchObject({ outcome: 'complete' });
  expect(reports[0]?.counters.table?.retired).toBeUndefined();
});

it('gives the object back, so that the next version does not wait for a lease', async () => {
  const { sink } = stand();
  const memory = memoryLedger(() => 1_000_000);
  const prices = landed(sink);
  for (const id of ['v1', 'v2', 'v3']) {
    const { reports } = await prices.run([long(id, 2)], { ...options, ledger: memory });
    expect(reports[0]).toMatchObject({ outcome: 'complete' });
  }
});

it('refuses a version whose extent is unknown', async () => {
  const { sink, calls } = stand();
  const memory = memoryLedger();
  const prices = landed(sink);
  await prices.run([long('v1', 2)], { ...options, ledger: memory });
  const forgetful: Ledger = {
    ...memory,
    entries: async (...asked) => (await memory.entries(...asked)).map(({ reach: _reach, ...entry }) => entry),
  };
  const unknown = await prices.run([long('v2', 2)], { ...options, ledger: forgetful });
  expect(unknown.reports[0]?.error).toMatchObject({ code: 'RETIRE_EXTENT_UNKNOWN' });
  expect(calls).toEqual([]);
});

it('reports a ledger that fails to name the versions', async () => {
  const { sink } = stand();
  const memory = memoryLedger();
  const prices = landed(sink);
  await prices.run([long('v1', 2)], { ...options, ledger: memory });
  const entries = vi.fn<Ledger['entries']>(() => Promise.reject(new Error('no answer')));
  const { reports } = await prices.run([long('v2', 2)], { ...options, ledger: { ...memory, entries } });
  expect(reports[0]?.error).toMatchObject({ code: 'LEDGER_FAILED', stage: 'ledger:memory' });
});

it('reports a ledger that does not name the versions within a lease, which can pass', async () => {
  const { sink, calls } = stand();
  const memory = memoryLedger();
  const prices = landed(sink);
  await prices.run([long('v1', 2)], { ...options, ledger: memory });
  const asked = Promise.withResolvers<void>();
  const entries = (): Promise<never> => {
    asked.resolve();
    return new Promise(() => {});
  };
  vi.useFakeTimers();
  try {
    const running = prices.run([long('v2', 2)], { ...options, ledger: { ...memory, entries } });
    await asked.promise;
    await vi.advanceTimersByTimeAsync(options.leaseMs);
    const { reports } = await running;
    expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'LEDGER_TIMEOUT', retryable: true } });
    expect(calls).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

it('retires under the same limit of calls as writes', async () => {
  const { sink, calls } = stand();
  let [underWay, most] = [0, 0];
  const counted = async <R>(work: () => Promise<R>): Promise<R> => {
    most = Math.max(most, (underWay += 1));
    await new Promise((resolve) => void setImmediate(resolve));
    return work().finally(() => (underWay -= 1));
  };
  const ledger = memoryLedger();
  const prices = feed('prices')
    .from({ ...versions, describe: ({ id }: Version) => id.split(' ', 1)[0]! })
    .through(lines())
    .through(landingEach<string, NonNullable<unknown>, 'nested'>('land', {}, String))
    .to({
      ...sink,
      concurrency: 1,
      write: (...given) => counted(async () => sink.write(...given)),
      retire: (...given) => counted(async () => sink.retire!(...given)),
    });
  for (const version of ['v1', 'v2']) {
    const both = ['first', 'second'].map((object) => long(`${object} ${version}`, 20));
    await prices.run(both, { ...options, ledger, concurrency: 2 });
  }
  expect(calls.length).toBe(2);
  expect(most).toBe(1);
});

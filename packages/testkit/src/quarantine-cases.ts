import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type QuarantineQuery, type ReadableQuarantine, type Rejection, replay } from '@millrace/core';
import { check, checkOptions, type Entry, rejectionToJson } from '@millrace/core/plugin';
import type { ConformanceCase } from './conformance-case.ts';
import { memorySink } from './memory-sink.ts';
import { memorySource } from './memory-source.ts';
import { numbersFeed } from './numbers-feed.ts';

export interface QuarantineCasesOptions {
  /** Makes a quarantine with nothing in it; called for each case. */
  readonly create: () => ReadableQuarantine | Promise<ReadableQuarantine>;
}

/** Between two runs: a quarantine may tell the newer one by the clock. */
const LATER_MS = 25;

/**
 * Returns the cases that every readable quarantine must pass.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * for (const { name, run } of quarantineCases({ create })) it(name, run);
 */
export function quarantineCases(options: QuarantineCasesOptions): readonly ConformanceCase[] {
  checkOptions('quarantineCases', options, { create: check.callback });
  const cases: readonly (readonly [string, string, (quarantine: ReadableQuarantine) => Promise<void>])[] = [
    ['6.5', 'gives back what it was given', givesBack],
    ['6.5', 'gives an item back together and by ordinal', keepsOrder],
    ['6.5', 'gives back the rejections of one object', findsObject],
    ['6.6', 'keeps different batches of an item beside each other', keepsBatches],
    ['6.6', 'keeps items, versions and feeds apart', keepsApart],
    ['6.6', 'is written over by a retry with the same batches', overwrites],
    ['6.6', 'gives a record back once, as the newest run rejected it, however batches were cut', keepsNewest],
    ['6.7', 'leaves out what was settled, unless asked', settles],
    ['6.7', 'does not take a new rejection for settled', rejectsAnew],
    ['6.7', 'has its bad records replayed under their first keys, once', replays],
  ];
  return cases.map(([clause, name, test]) => ({
    name,
    clause,
    run: async () => {
      const quarantine = await options.create();
      try {
        await test(quarantine);
      } finally {
        await quarantine.close?.();
      }
    },
  }));
}

function rejection(ordinal: number, more: Partial<Rejection> = {}): Rejection {
  const item = { id: 's3://b/a%20b?etag=1', uri: 's3://b/a b', etag: '1', lastModified: '2026-01-02T03:04:05.000Z' };
  const reason = { stage: 'parse', code: 'BAD', message: `no record: ${ordinal}` };
  return { feed: 'test', run: 'run 1', item, ordinal, branch: '', ...reason, raw: `raw ${ordinal}`, ...more };
}

async function write(quarantine: ReadableQuarantine, ...rejections: readonly Rejection[]): Promise<void> {
  const { signal } = new AbortController();
  const entries = rejections.map((value): Entry<Rejection> => {
    const { ordinal, branch, item, feed, run } = value;
    return { value, ordinal, branch, item, feed, run, signal };
  });
  const { feed, run } = entries[0]!;
  const refusals = await quarantine.write(entries, { feed, run, stage: 'quarantine', signal, count: () => {} });
  assert.deepEqual(refusals ?? [], []);
}

async function read(quarantine: ReadableQuarantine, query: Partial<QuarantineQuery> = {}): Promise<Rejection[]> {
  const found: Rejection[] = [];
  for await (const one of quarantine.rejections({ feed: 'test', ...query })) found.push(one);
  return found;
}

/** Holds rejections against each other in the form in which they are kept. */
function same(actual: readonly Rejection[], expected: readonly Rejection[]): void {
  assert.deepEqual(actual.map(rejectionToJson), expected.map(rejectionToJson));
}

function sortedBy(key: (rejection: Rejection) => string, rejections: readonly Rejection[]): readonly Rejection[] {
  return rejections.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

async function givesBack(quarantine: ReadableQuarantine): Promise<void> {
  const value = {
    big: 2n ** 70n,
    at: new Date(5),
    set: new Set(['a']),
    list: [undefined, NaN],
    text: 'é😀\u2028\ud800',
  };
  const all = [
    rejection(0, { raw: '', line: 1, byteOffset: 0 }),
    rejection(1, { raw: 'tab\t, quote", \u0000 and a line\nbreak', line: 2 }),
    rejection(2, { raw: Uint8Array.from({ length: 256 }, (_, byte) => byte) }),
    rejection(3, { value, branch: '0' }),
    rejection(3, { value, branch: '1.12', details: { issues: [{ path: ['a', 0], message: 'm' }] } }),
    rejection(4, { raw: 'x'.repeat(100_000) }),
    rejection(4, { scope: 'item', branch: '#item', message: 'The item failed.' }),
  ];
  same(await read(quarantine), []);
  await write(quarantine, ...all);
  same(await read(quarantine), all);
}

async function keepsOrder(quarantine: ReadableQuarantine): Promise<void> {
  const branches = [2, 10, 1].map((branch) => rejection(7, { branch: `${branch}`, value: branch }));
  await write(quarantine, rejection(100), rejection(20), ...branches);
  await write(quarantine, rejection(99), rejection(5));
  const order = [rejection(5), branches[2]!, branches[0]!, branches[1]!, rejection(20), rejection(99), rejection(100)];
  same(await read(quarantine), order);
}

async function findsObject(quarantine: ReadableQuarantine): Promise<void> {
  const other = rejection(1, { item: { id: 'other', uri: 's3://b/other' } });
  await write(quarantine, rejection(0), rejection(1));
  await write(quarantine, other);
  same(await read(quarantine, { uri: 's3://b/other' }), [other]);
  same(await read(quarantine, { uri: 's3://b/a b' }), [rejection(0), rejection(1)]);
  same(await read(quarantine, { uri: 's3://b/a' }), []);
}

async function keepsBatches(quarantine: ReadableQuarantine): Promise<void> {
  const all = Array.from({ length: 60 }, (_, ordinal) => rejection(ordinal));
  const odd = all.filter(({ ordinal }) => ordinal % 2 === 1);
  const even = all.filter(({ ordinal }) => ordinal % 2 === 0);
  await Promise.all([write(quarantine, ...odd), write(quarantine, ...even)]);
  same(await read(quarantine), all);
}

async function keepsApart(quarantine: ReadableQuarantine): Promise<void> {
  const version = rejection(0, { item: { id: 's3://b/a%20b?etag=2', uri: 's3://b/a b' } });
  const object = rejection(0, { item: { id: 's3://b/a%20b?etag=1&', uri: 's3://b/a b?' } });
  const other = rejection(0, { feed: 'TEST' });
  for (const one of [rejection(0), version, object, other]) await write(quarantine, one);
  const found = await read(quarantine);
  const byId = ({ item }: Rejection): string => item.id;
  same(sortedBy(byId, found), sortedBy(byId, [rejection(0), version, object]));
  same(await read(quarantine, { feed: 'TEST' }), [other]);
  same(await read(quarantine, { feed: 'TES' }), []);
}

async function overwrites(quarantine: ReadableQuarantine): Promise<void> {
  const batch = (run: string): readonly Rejection[] => [0, 1, 2].map((ordinal) => rejection(ordinal, { run }));
  await write(quarantine, ...batch('run 1'));
  await sleep(LATER_MS);
  await write(quarantine, ...batch('run 2').toReversed());
  same(await read(quarantine), batch('run 2'));
}

async function keepsNewest(quarantine: ReadableQuarantine): Promise<void> {
  const of = (run: string, ordinals: readonly number[]): readonly Rejection[] =>
    ordinals.map((ordinal) => rejection(ordinal, { run }));
  await write(quarantine, ...of('run 1', [0, 2, 4, 6]));
  await write(quarantine, ...of('run 1', [8]));
  await sleep(LATER_MS);
  await write(quarantine, ...of('run 2', [2]));
  await write(quarantine, ...of('run 2', [4, 6, 8, 9]));
  same(await read(quarantine), [...of('run 1', [0]), ...of('run 2', [2, 4, 6, 8, 9])]);
}

async function settles(quarantine: ReadableQuarantine): Promise<void> {
  const all = [0, 1, 2, 3].map((ordinal) => rejection(ordinal));
  const other = rejection(1, { item: { id: 'other', uri: 's3://b/other' } });
  await write(quarantine, ...all);
  await write(quarantine, other);
  await quarantine.settle([]);
  for (let times = 1; times <= 2; times += 1) {
    await quarantine.settle([all[1]!, all[3]!, other]);
    same(await read(quarantine), [all[0]!, all[2]!]);
  }
  const byItem = ({ item, ordinal }: Rejection): string => `${item.id} ${ordinal}`;
  same(sortedBy(byItem, await read(quarantine, { settled: true })), sortedBy(byItem, [...all, other]));
  await quarantine.settle([all[0]!]);
  await quarantine.settle(all);
  same(await read(quarantine), []);
  same(await read(quarantine, { settled: true, uri: other.item.uri }), [other]);
}

async function rejectsAnew(quarantine: ReadableQuarantine): Promise<void> {
  const first = rejection(0);
  const again = rejection(0, { run: 'run 2' });
  await write(quarantine, first, rejection(1));
  await quarantine.settle([first]);
  await sleep(LATER_MS);
  await write(quarantine, again);
  same(await read(quarantine), [again, rejection(1)]);
  // A replay that had read the earlier one comes late.
  await quarantine.settle([first]);
  same(await read(quarantine), [again, rejection(1)]);
}

async function replays(quarantine: ReadableQuarantine): Promise<void> {
  const source = memorySource<string>({ objects: { a: ['1\nzwei\n3\n', 'vier\n5\n'], b: ['eins\n'] } });
  const sink = memorySink<number>();
  const numbers = (words: Readonly<Record<string, number>>) => numbersFeed('test', source, words, sink);
  const report = await numbers({}).run(source.refs(), { quarantine, onFailure: 'report', allRejected: 'accept' });
  assert.deepEqual(
    report.reports.flatMap(({ error }) => error ?? []),
    [],
  );
  assert.deepEqual({ ...report.totals, written: 3, rejected: 3 }, report.totals);

  const mended = numbers({ eins: 1, zwei: 2 });
  const query = { feed: 'test' };
  const first = await replay(mended, quarantine.rejections(query), { settled: quarantine.settle });
  assert.deepEqual([first.tried, first.delivered, first.rejected, first.error], [3, 2, 1, undefined]);
  const byKey = new Map([...sink.stored].map(([key, { value, times }]) => [key, [value, times]]));
  const [a, b] = ['memory:a?version=1', 'memory:b?version=1'];
  assert.deepEqual(
    byKey,
    new Map([
      [`${a}#0`, [1, 1]],
      [`${a}#2`, [3, 1]],
      [`${a}#4`, [5, 1]],
      [`${a}#1`, [2, 1]],
      [`${b}#0`, [1, 1]],
    ]),
  );

  const second = await replay(mended, quarantine.rejections(query), { settled: quarantine.settle });
  assert.deepEqual([second.tried, second.rejected], [1, 1]);
  const last = await replay(numbers({ vier: 4 }), quarantine.rejections(query), { settled: quarantine.settle });
  assert.deepEqual([last.tried, last.delivered], [1, 1]);
  const none = await replay(mended, quarantine.rejections(query), { settled: quarantine.settle });
  assert.equal(none.tried, 0);
  assert.equal((await read(quarantine, { settled: true })).length, 3);
}

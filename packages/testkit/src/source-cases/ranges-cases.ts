import assert from 'node:assert/strict';
import type { RangedSource } from '@millrace/core';
import type { RangedItem } from '@millrace/core/plugin';
import type { Cuttable } from '../cut.ts';
import { caseContext, caseItemContext } from '../item-context.ts';
import { needed } from '../needed.ts';
import { becomes, mustSettle } from '../soon.ts';
import { content, idAndContent, rejectsWithCode, sameBytes } from './read-item.ts';
import type { SourceBench, SourceCase } from './source-bench.ts';

const LENGTH = 1024 * 1024;
const ABORT_MS = 100;

/** What can be asked for: ends, middles, one byte, all. */
const RANGES: readonly (readonly [start: number, length: number])[] = [
  [LENGTH - 8, 8],
  [0, 4],
  [LENGTH / 2 - 1, 70_001],
  [0, LENGTH],
  [LENGTH - 1, 1],
  [65_521, 1],
];

/** What holds where items can be read by ranges. */
export const rangesCases: readonly SourceCase[] = [
  {
    name: 'ranges are those of the content, in any order and at once, and the same item',
    clause: '2.9',
    needs: 'ranges',
    check: async (bench) => {
      const expected = content(8, LENGTH);
      const ref = await bench.put('a', expected);
      const item = await openRanges(bench, ref);
      assert.equal(item.size, LENGTH);
      for (const [start, length] of RANGES)
        sameBytes(await read(item, start, length), expected.subarray(start, start + length));
      const all = await Promise.all(RANGES.map(([start, length]) => read(item, start, length)));
      for (const [index, [start, length]] of RANGES.entries())
        sameBytes(all[index]!, expected.subarray(start, start + length));
      await item.close?.();
      const { id, bytes } = await idAndContent(bench, ref);
      assert.equal(item.origin.id, id);
      sameBytes(bytes, expected);
    },
  },
  {
    name: 'an empty object has a size',
    clause: '2.9',
    needs: 'ranges',
    check: async (bench) => {
      const item = await openRanges(bench, await bench.put('a', content(8, 0)));
      assert.equal(item.size, 0);
      await item.close?.();
    },
  },
  {
    name: "what was read is the reader's, who may change it",
    clause: '2.9',
    needs: 'ranges',
    check: async (bench) => {
      const expected = content(9);
      const item = await openRanges(bench, await bench.put('a', expected));
      (await read(item, 0, 1000)).fill(0);
      sameBytes(await read(item, 0, 1000), expected.subarray(0, 1000));
      await item.close?.();
    },
  },
  {
    name: 'ranges are of one version, whatever happens meanwhile, or reject',
    clause: '2.9',
    needs: 'ranges',
    check: async (bench) => {
      const [before, after] = [content(1, LENGTH), content(2, LENGTH)];
      const item = await openRanges(bench, await bench.put('a', before));
      sameBytes(await read(item, 0, 1000), before.subarray(0, 1000));
      await bench.put('a', after);
      for (const [start, length] of RANGES) {
        const bytes = await read(item, start, length).catch(() => undefined);
        if (bytes !== undefined) sameBytes(bytes, before.subarray(start, start + length));
      }
      await item.close?.();
    },
  },
  {
    name: 'an object that is not there is an error with a code, also for ranges',
    clause: '8.1',
    needs: 'ranges',
    check: async (bench) =>
      rejectsWithCode(openRanges(bench, await bench.missing), 'Opening an object that is not there'),
  },
  {
    name: 'a range beyond the content rejects with a code, and nothing is passed for it',
    clause: '2.10',
    needs: 'ranges',
    check: async (bench) => {
      const item = await openRanges(bench, await bench.put('a', content(1, 1000)));
      for (const [start, length] of [
        [0, 1001],
        [999, 2],
        [1000, 1],
        [5000, 10],
      ] as const)
        await rejectsWithCode(read(item, start, length), `Reading ${length} bytes from ${start} on of 1000`);
      await item.close?.();
    },
  },
  {
    name: 'opening and reading ranges end once the signal has fired',
    clause: '2.11',
    needs: 'ranges',
    check: async (bench) => {
      const ref = await bench.put('a', content(1, 8 * LENGTH));
      const stopped = AbortSignal.abort(new Error('stopped'));
      const opening = ranged(bench).openRanges(ref, caseContext(stopped));
      await mustSettle(opening, ABORT_MS, 'openRanges');
      await opening.then((item) => item.close?.()).catch(() => {});
      const item = await openRanges(bench, ref);
      const controller = new AbortController();
      const reading = Promise.all([
        read(item, 0, 8 * LENGTH, controller.signal),
        read(item, 5, LENGTH, controller.signal),
      ]);
      controller.abort(new Error('stopped'));
      await mustSettle(reading, ABORT_MS, 'read');
      await reading.catch(() => {});
      await item.close?.();
    },
  },
  {
    name: 'close releases an item whose ranges were not read, or some of them',
    clause: '2.7',
    needs: 'ranges',
    check: async (bench) => {
      const ref = await bench.put('a', content(1, LENGTH));
      for (const count of [0, 1, RANGES.length]) {
        const item = await openRanges(bench, ref);
        for (const [start, length] of RANGES.slice(0, count)) await read(item, start, length);
        await item.close?.();
        if (bench.held) await becomes(bench.held, 0, 'What an item held must be released by `close`.');
      }
    },
  },
  {
    name: 'a range that breaks off is read on, or rejects with a code',
    clause: '2.10',
    needs: ['ranges', 'breaks'],
    check: async (bench) => {
      const expected = content(4, LENGTH);
      const ref = await bench.put('a', expected);
      const item = await openRanges(bench, ref);
      await needed(bench.cutShort, 'cutShort')(ref, 200_000);
      const bytes = await read(item, 1000, LENGTH - 1000).catch((error: unknown) =>
        rejectsWithCode(Promise.reject(error), 'Reading'),
      );
      if (bytes !== undefined) sameBytes(bytes, expected.subarray(1000));
      await item.close?.();
    },
  },
  {
    name: 'a range ends once the signal fires, while nothing comes',
    clause: '2.11',
    needs: ['ranges', 'breaks'],
    check: async (bench) => {
      const ref = await bench.put('a', content(1, LENGTH));
      const item = await openRanges(bench, ref);
      await needed(bench.stall, 'stall')(ref, 1000);
      const controller = new AbortController();
      const reading = read(item, 0, LENGTH, controller.signal);
      reading.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.abort(new Error('stopped'));
      await mustSettle(reading, ABORT_MS, 'read');
      await item.close?.();
    },
  },
];

function ranged<Ref, T extends Cuttable>({ source }: SourceBench<Ref, T>): RangedSource<Ref, T> {
  assert.ok('openRanges' in source, 'A source that supports ranges must have openRanges.');
  return source as RangedSource<Ref, T>;
}

function openRanges<Ref, T extends Cuttable>(bench: SourceBench<Ref, T>, ref: Ref): Promise<RangedItem> {
  return ranged(bench).openRanges(ref, caseContext());
}

async function read(item: RangedItem, start: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
  return item.read(start, length, caseItemContext(item.origin, signal));
}

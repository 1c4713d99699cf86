import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cuttable } from '../cut.ts';
import { caseContext, caseItemContext } from '../item-context.ts';
import { becomes, mustSettle } from '../soon.ts';
import { content, openItem, readItem } from './read-item.ts';
import { needed } from '../needed.ts';
import type { SourceBench, SourceCase } from './source-bench.ts';

const ABORT_MS = 100;

/** When it takes, stops and gives back. */
export const lifetimeCases: readonly SourceCase[] = [
  {
    name: 'nothing is held before an item is opened, nor by a listing that nobody reads',
    clause: '2.3',
    needs: 'holds',
    check: async (bench) => {
      await bench.put('a', content(1));
      bench.list?.();
      await sleep(10);
      assert.equal(await needed(bench.held, 'held')(), 0);
    },
  },
  {
    name: 'open ends where the signal has fired',
    clause: '2.6',
    check: async (bench) => {
      const ref = await bench.put('a', content(1));
      const opening = bench.source.open(ref, caseContext(AbortSignal.abort(new Error('stopped'))));
      await mustSettle(opening, ABORT_MS, 'open');
      // An object that was already open is allowed; it only has to be closed.
      await opening.then((item) => item.close?.()).catch(() => {});
    },
  },
  {
    name: 'chunks end once the signal fires',
    clause: '2.6',
    check: async (bench) => abortedAfterFirstChunk(bench, await bench.put('a', content(1, 8 * 1024 * 1024))),
  },
  {
    name: 'chunks end once the signal fires, while nothing comes',
    clause: '2.6',
    needs: 'breaks',
    check: async (bench) => {
      const ref = await bench.put('a', content(1, 1024 * 1024));
      await needed(bench.stall, 'stall')(ref, 200_000);
      await abortedAfterFirstChunk(bench, ref);
    },
  },
  {
    name: 'close releases an item that was not read, read in part, and read to its end',
    clause: '2.7',
    check: async (bench) => {
      const ref = await bench.put('a', content(1, 8 * 1024 * 1024));
      for (const most of [0, 1, Infinity]) {
        const item = await openItem(bench, ref);
        let read = 0;
        if (most > 0) {
          for await (const _ of item.chunks(caseItemContext(item.origin))) if ((read += 1) >= most) break;
        }
        await item.close?.();
        if (bench.held) await becomes(bench.held, 0, 'What an item held must be released by `close`.');
      }
    },
  },
  {
    name: 'an item that was closed does not touch another',
    clause: '2.7',
    check: async (bench) => {
      const ref = await bench.put('a', content(1));
      const [left, read] = [await openItem(bench, ref), await openItem(bench, ref)];
      await left.close?.();
      assert.equal((await readItem(read)).length, content(1).length);
    },
  },
];

async function abortedAfterFirstChunk<Ref, T extends Cuttable>(bench: SourceBench<Ref, T>, ref: Ref): Promise<void> {
  const controller = new AbortController();
  const item = await openItem(bench, ref);
  const chunks = item.chunks(caseItemContext(item.origin, controller.signal))[Symbol.asyncIterator]();
  await chunks.next();
  const rest = drain(chunks);
  controller.abort(new Error('stopped'));
  await mustSettle(rest, ABORT_MS, 'chunks');
  await rest.catch(() => {});
  await item.close?.();
}

async function drain(chunks: AsyncIterator<unknown>): Promise<void> {
  while ((await chunks.next()).done !== true);
}

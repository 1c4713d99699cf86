import assert from 'node:assert/strict';
import { isMillraceError } from '@millrace/core';
import type { Cuttable } from '../cut.ts';
import { caseItemContext } from '../item-context.ts';
import { content, idAndContent, openItem, sameBytes } from './read-item.ts';
import { needed } from '../needed.ts';
import type { SourceCase } from './source-bench.ts';

const LARGE = 3 * 1024 * 1024;

/** What it holds: all of it, in order, and unchanged afterwards. */
export const contentCases: readonly SourceCase[] = [
  {
    name: 'objects of no byte, one, and three megabytes are read whole and in order',
    clause: '2.4',
    check: async (bench) => {
      for (const length of [0, 1, LARGE]) {
        const expected = content(3, length);
        sameBytes((await idAndContent(bench, await bench.put(`${length}`, expected))).bytes, expected);
      }
    },
  },
  {
    name: 'content that breaks off is read on, or rejects with a code',
    clause: '2.4',
    needs: 'breaks',
    check: async (bench) => {
      const ref = await bench.put('a', content(4, LARGE));
      for (const after of [0, 1, LARGE / 2]) {
        await needed(bench.cutShort, 'cutShort')(ref, after);
        const read = await idAndContent(bench, ref).catch((error: unknown) => error);
        if (read instanceof Error) assert.ok(isMillraceError(read), `${String(read)} has no code.`);
        else sameBytes((read as { readonly bytes: Buffer }).bytes, content(4, LARGE));
      }
    },
  },
  {
    name: 'a chunk stays as it was yielded',
    clause: '2.5',
    check: async (bench) => {
      const item = await openItem(bench, await bench.put('a', content(5, LARGE)));
      const chunks: { readonly chunk: Cuttable; readonly copy: Buffer }[] = [];
      for await (const chunk of item.chunks(caseItemContext(item.origin)))
        chunks.push({ chunk, copy: Buffer.from(chunk) });
      await item.close?.();
      for (const { chunk, copy } of chunks) sameBytes(Buffer.from(chunk), copy);
    },
  },
  {
    name: 'two items of one object are read side by side',
    clause: '2.8',
    check: async (bench) => {
      const [a, b] = [await bench.put('a', content(6, LARGE)), await bench.put('b', content(7))];
      const [whole, other] = await Promise.all([idAndContent(bench, a), idAndContent(bench, b)]);
      sameBytes(whole.bytes, content(6, LARGE));
      sameBytes(other.bytes, content(7));
    },
  },
];

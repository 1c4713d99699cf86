import type { RangedSource } from '@millrace/core';
import type { RangedItem } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { type MemoryRef, memorySource, sourceCases } from '../src/index.ts';
import { failingClauses } from './failing.ts';
import { memorySourceBench, SOURCE_SUPPORTS } from './memory-source-bench.ts';

type Ranged = RangedSource<MemoryRef, Uint8Array>;

const casesOf = (change: (sound: Ranged) => Partial<Ranged> = () => ({})) =>
  sourceCases({
    supports: { ...SOURCE_SUPPORTS, ranges: true },
    create: () => {
      const bench = memorySourceBench();
      const sound = bench.source as Ranged;
      return { ...bench, source: { ...sound, ...change(sound) } };
    },
  });

const never = new AbortController().signal;

/** A source whose items are changed when they are opened for ranges. */
const items =
  (change: (item: RangedItem) => Partial<RangedItem>) =>
  (sound: Ranged): Partial<Ranged> => ({
    openRanges: async (ref, context) => {
      const item = await sound.openRanges(ref, context);
      return { ...item, ...change(item) };
    },
  });

describe('a source with ranges that keeps the contract', () => {
  for (const { clause, name, run } of casesOf()) it(`${clause} ${name}`, run);
});

describe('a source that breaks the contract for ranges fails the cases of what it breaks, and no other', () => {
  it.each<[string, (sound: Ranged) => Partial<Ranged>, readonly string[]]>([
    [
      'has other ids for ranges',
      items(({ origin }) => ({ origin: { ...origin, id: `${origin.id}&ranges` } })),
      ['2.9'],
    ],
    ['counts the size in another way', items(({ size }) => ({ size: size + 1 })), ['2.9']],
    [
      'answers other bytes',
      items(({ read }) => ({ read: (start, length, context) => read(Math.max(0, start - 1), length, context) })),
      ['2.10', '2.9'],
    ],
    [
      'hands out its own memory',
      items(({ read }) => {
        let first: Promise<Uint8Array> | undefined;
        return {
          read: (start, length, context) =>
            length === 1000 ? (first ??= read(start, length, context)) : read(start, length, context),
        };
      }),
      ['2.9'],
    ],
    [
      'answers what there is of a range',
      items(({ read, size }) => ({
        read: (start, length, context) =>
          read(Math.min(start, size), Math.max(0, Math.min(length, size - start)), context),
      })),
      ['2.10'],
    ],
    [
      'ignores the signal',
      items(({ read }) => ({ read: (start, length, context) => read(start, length, { ...context, signal: never }) })),
      ['2.11'],
    ],
    [
      'opens in spite of the signal, and late',
      (sound) => ({
        openRanges: async (ref, context) => {
          if (context.signal.aborted) await new Promise((resolve) => void setTimeout(resolve, 60_000).unref());
          return sound.openRanges(ref, context);
        },
      }),
      ['2.11'],
    ],
    ['releases nothing', items(() => ({ close: () => {} })), ['2.7']],
    [
      'throws without a code',
      (sound) => ({
        openRanges: (ref, context) =>
          sound.openRanges(ref, context).catch((error: Error) => {
            throw new Error(error.message);
          }),
      }),
      ['8.1'],
    ],
  ])('%s', async (_, change, clauses) => {
    expect(await failingClauses(casesOf(change))).toEqual(clauses);
  });
});

describe('ranges of a memory source', () => {
  const context = { feed: 'f', run: 'r', stage: 's', signal: never, count: () => {}, note: () => {} };
  const item = { id: 'memory:a', uri: 'memory:a' };

  it('are those of its chunks joined, text in UTF-8, and are noted', async () => {
    const source = memorySource<string>({ objects: { a: ['ä', 'bc'] } });
    const opened = await source.openRanges({ name: 'a' }, context);
    expect(opened.size).toBe(4);
    expect(Buffer.from(await opened.read(1, 2, { ...context, item })).toString('hex')).toBe('a462');
    expect(source.reads.at(-1)).toEqual({
      name: 'a',
      version: 1,
      opening: 1,
      chunk: 0,
      range: { start: 1, length: 2 },
    });
    await expect(opened.read(3, 2, { ...context, item })).rejects.toMatchObject({ code: 'MEMORY_RANGE_INVALID' });
    expect(source.unclosed()).toBe(1);
    await opened.close?.();
    expect(source.unclosed()).toBe(0);
  });

  it('are not there where it holds something else', async () => {
    const source = memorySource<object>({ objects: { a: [{}] } });
    await expect(source.openRanges({ name: 'a' }, context)).rejects.toMatchObject({ code: 'MEMORY_NO_BYTES' });
    expect(source.unclosed()).toBe(0);
  });
});

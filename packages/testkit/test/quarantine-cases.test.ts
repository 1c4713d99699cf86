import { AssertionError } from 'node:assert';
import type { ReadableQuarantine, Rejection } from '@millrace/core';
import { type QuarantineStore, storedQuarantine } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { type ConformanceCase, quarantineCases } from '../src/index.ts';

function mapStore(): QuarantineStore {
  const texts = new Map<string, { text: string; putAt: number }>();
  return {
    name: 'map',
    put: async (key, text) => void texts.set(key, { text, putAt: Date.now() }),
    list: async function* (prefix) {
      yield* [...texts.keys()].filter((key) => key.startsWith(prefix)).toSorted();
    },
    get: async (key) => texts.get(key)!,
  };
}

/** A quarantine that is sound but for what a test changes about it. */
function broken(
  change: (sound: ReadableQuarantine) => Partial<ReadableQuarantine>,
  store?: (sound: QuarantineStore) => Partial<QuarantineStore>,
): () => ReadableQuarantine {
  return () => {
    const texts = mapStore();
    const sound = storedQuarantine({ ...texts, ...store?.(texts) });
    return { ...sound, ...change(sound) };
  };
}

async function* changed(
  rejections: AsyncIterable<Rejection>,
  change: (all: Rejection[]) => readonly Rejection[],
): AsyncGenerator<Rejection, void> {
  const all: Rejection[] = [];
  for await (const one of rejections) all.push(one);
  yield* change(all);
}

const reading = (change: (all: Rejection[]) => readonly Rejection[]): (() => ReadableQuarantine) =>
  broken(({ rejections }) => ({ rejections: (query) => changed(rejections(query), change) }));

async function failing(cases: readonly ConformanceCase[]): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of cases) {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      failed.push(name);
    }
  }
  return failed;
}

describe('quarantineCases', () => {
  for (const { clause, name, run } of quarantineCases({ create: () => storedQuarantine(mapStore()) })) {
    it(`a sound quarantine ${name} (${clause})`, run);
  }

  it.each<[string, () => ReadableQuarantine]>([
    ['gives nothing back', broken(() => ({ rejections: () => changed(emptied(), (all) => all) }))],
    ['loses bytes', reading((all) => all.map((one) => ({ ...one, raw: `${one.raw as string}` })))],
    ['loses order', reading((all) => all.toReversed())],
    ['gives records twice', reading((all) => [...all, ...all])],
    ['refuses', broken(() => ({ write: async () => [{ position: 0, code: 'FULL', message: 'full' }] }))],
    [
      'keeps one batch of an item',
      broken(
        () => ({}),
        ({ put }) => ({
          put: (key, ...rest) => put(key.replace(/\d{12}-\w{32}/, `${'0'.repeat(12)}-${'0'.repeat(32)}`), ...rest),
        }),
      ),
    ],
    [
      'takes the oldest run',
      broken(
        () => ({}),
        ({ get }) => ({ get: async (key) => ({ ...(await get(key)), putAt: -(await get(key)).putAt }) }),
      ),
    ],
    ['reads every object', broken(({ rejections }) => ({ rejections: ({ uri: _, ...query }) => rejections(query) }))],
    [
      'reads no settled ones',
      broken(({ rejections }) => ({ rejections: ({ settled: _, ...query }) => rejections(query) })),
    ],
    ['settles nothing', broken(() => ({ settle: async () => {} }))],
    [
      'settles what later runs rejected',
      broken(({ settle, rejections }) => ({
        settle: async (all) => {
          await settle(all);
          for (const { feed, ordinal } of all) {
            for await (const one of rejections({ feed })) if (one.ordinal === ordinal) await settle([one]);
          }
        },
      })),
    ],
  ])('fails one that %s', async (_, create) => {
    expect(await failing(quarantineCases({ create }))).not.toEqual([]);
  });

  it('closes what it made', async () => {
    let closed = 0;
    const cases = quarantineCases({ create: broken(() => ({ close: () => void (closed += 1) })) });
    await Promise.all(cases.map(({ run }) => run()));
    expect(closed).toBe(cases.length);
  });

  it('is refused without a maker', () => {
    expect(() => quarantineCases({} as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

async function* emptied(): AsyncGenerator<Rejection, void> {}

import type { ReadableQuarantine, Rejection } from '@millrace/core';
import {
  type Entry,
  isQuarantineKey,
  type QuarantineStore,
  rejectionPosition,
  rejectionToJson,
  storedQuarantine,
  textDigest,
} from '@millrace/core/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstOrdinal } from '../src/quarantine/keys.ts';

interface MapStore extends QuarantineStore {
  readonly texts: Map<string, { text: string; putAt: number }>;
  readonly gets: string[];
}

/** A store whose clock ticks with each `put`. */
function mapStore(): MapStore {
  const texts: MapStore['texts'] = new Map();
  const gets: string[] = [];
  let ticks = 0;
  return {
    name: 'map',
    texts,
    gets,
    put: async (key, text) => void texts.set(key, { text, putAt: (ticks += 1) }),
    list: async function* (prefix) {
      yield* [...texts.keys()].filter((key) => key.startsWith(prefix)).toSorted();
    },
    get: async (key) => {
      gets.push(key);
      return texts.get(key)!;
    },
  };
}

function rejection(ordinal: number, more: Partial<Rejection> = {}): Rejection {
  const item = { id: 'id', uri: 'uri' };
  return { feed: 'f', run: 'r', item, ordinal, branch: '', stage: 's', code: 'C', message: 'm', ...more };
}

async function write(quarantine: ReadableQuarantine, rejections: readonly Rejection[]): Promise<void> {
  const { signal } = new AbortController();
  const entries = rejections.map((value): Entry<Rejection> => ({ ...value, value, signal }));
  await quarantine.write(entries, { feed: 'f', run: 'r', stage: 'q', signal, count: () => {} });
}

async function read(quarantine: ReadableQuarantine, feed = 'f'): Promise<Rejection[]> {
  const found: Rejection[] = [];
  for await (const one of quarantine.rejections({ feed })) found.push(one);
  return found;
}

describe('holds', () => {
  it('is there where the store can tell the key of a place, and knows the keys that were written', async () => {
    const store = mapStore();
    expect(storedQuarantine(store).holds).toBeUndefined();
    const keyOf = (uri: string): string | undefined => (uri.startsWith('map:') ? uri.slice(4) : undefined);
    const quarantine = storedQuarantine({ ...store, keyOf });
    await write(quarantine, [rejection(0), rejection(1)]);
    await quarantine.settle([rejection(0)]);
    expect(store.texts.size).toBe(2);
    for (const key of store.texts.keys()) {
      expect(quarantine.holds?.(`map:${key}`)).toBe(true);
      expect(quarantine.holds?.(`other:${key}`)).toBe(false);
      expect(isQuarantineKey(`in front/${key}`)).toBe(true);
      expect(isQuarantineKey(`${key}.gz`)).toBe(false);
    }
    expect(quarantine.holds?.('map:f/data.ndjson')).toBe(false);
  });
});

describe('positions', () => {
  it('sort as the records stand, and no two records share one', () => {
    const places = fc.record({
      ordinal: fc.nat({ max: 10 ** 11 }),
      branches: fc.array(fc.nat(2000), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(places, places, (a, b) => {
        const [first, second] = [a, b].map(({ ordinal, branches }) => [ordinal, ...branches]) as [number[], number[]];
        const [one, two] = [a, b].map(({ ordinal, branches }) =>
          rejectionPosition({ ordinal, branch: branches.join('.') }),
        ) as [string, string];
        expect(Math.sign(one < two ? -1 : Number(one > two))).toBe(Math.sign(compare(first, second)));
      }),
    );
    expect(rejectionPosition({ ordinal: 17, branch: '' })).toBe('000000000017');
    expect(rejectionPosition({ ordinal: 17, branch: '1.20' })).toBe('000000000017.000001.000020');
    expect(rejectionPosition({ ordinal: 17, branch: '#item' })).toBe('000000000017.#item');
  });
});

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  if (at === -1) return a.length - b.length;
  return b[at] === undefined ? 1 : a[at]! - b[at];
}

describe('a digest', () => {
  it('is the start of the SHA-256 in hexadecimal digits', async () => {
    expect(await textDigest('abc', 64)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(await textDigest('é', 8)).toBe('4a99557e');
  });
});

describe('a stored quarantine', () => {
  it('gives back what the newest runs rejected and nobody settled, whatever was cut how', async () => {
    const runs = fc.array(
      fc.record({
        rejected: fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 30 }),
        cuts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
        shuffled: fc.boolean(),
        settled: fc.uniqueArray(fc.nat(40), { maxLength: 10 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(runs, async (all) => {
        const quarantine = storedQuarantine(mapStore());
        const expected = new Map<number, Rejection>();
        const settled = new Set<Rejection>();
        for (const [index, { rejected, cuts, shuffled, settled: settling }] of all.entries()) {
          const order = shuffled ? rejected : rejected.toSorted((a, b) => a - b);
          const made = order.map((ordinal) => rejection(ordinal, { run: `${index}` }));
          for (const one of made) expected.set(one.ordinal, one);
          for (let at = 0, turn = 0; at < made.length; turn += 1) {
            const count = cuts[turn % cuts.length]!;
            await write(quarantine, made.slice(at, at + count));
            at += count;
          }
          const done = settling.flatMap((ordinal) => expected.get(ordinal) ?? []);
          for (const one of done) settled.add(one);
          await quarantine.settle(done);
        }
        const left = [...expected.values()]
          .filter((one) => !settled.has(one))
          .toSorted((a, b) => a.ordinal - b.ordinal);
        expect(await read(quarantine)).toEqual(left);
      }),
    );
  });

  it('reads a part when its turn comes', async () => {
    const store = mapStore();
    const quarantine = storedQuarantine(store);
    for (const from of [200, 0, 100]) {
      await write(
        quarantine,
        Array.from({ length: 100 }, (_, at) => rejection(from + at)),
      );
    }
    const seen: number[] = [];
    for await (const { ordinal } of quarantine.rejections({ feed: 'f' })) {
      seen.push(ordinal);
      expect(store.gets).toHaveLength(Math.floor(ordinal / 100) + 1);
    }
    expect(seen).toEqual(Array.from({ length: 300 }, (_, at) => at));
  });

  it('has keys that follow from what was rejected, and where, alone', async () => {
    const key = async (...rejections: readonly Rejection[]): Promise<string> => {
      const store = mapStore();
      await write(storedQuarantine(store), rejections);
      return [...store.texts.keys()].join();
    };
    const first = await key(rejection(3), rejection(5));
    expect(first).toMatch(/^f\/[0-9a-f]{16}-[0-9a-f]{16}\/000000000003-[0-9a-f]{32}\.ndjson$/);
    expect(await key(rejection(5, { run: 'other', code: 'D' }), rejection(3, { raw: 'x' }))).toBe(first);
    const others = [
      await key(rejection(3)),
      await key(rejection(3), rejection(6)),
      await key(rejection(3), rejection(5, { branch: '0' })),
      await key(rejection(3), rejection(5, { stage: 't' })),
      await key(...[3, 5].map((ordinal) => rejection(ordinal, { item: { id: 'id2', uri: 'uri' } }))),
      await key(...[3, 5].map((ordinal) => rejection(ordinal, { item: { id: 'id', uri: 'uri2' } }))),
      await key(rejection(3, { feed: 'g' }), rejection(5, { feed: 'g' })),
    ];
    expect(new Set([first, ...others]).size).toBe(others.length + 1);
    expect(await key(rejection(0, { feed: '..' }))).toMatch(/^%2E%2E\//);
    // On a disk that does not tell capitals apart.
    const [small, large] = [await key(rejection(0)), await key(rejection(0, { feed: 'F' }))];
    expect(large.toLowerCase()).not.toBe(small);
  });

  it('measures batches by what they will take', () => {
    const { limits, sizeOf } = storedQuarantine(mapStore());
    expect(limits).toEqual({ count: 1000, bytes: 8 * 1024 * 1024 });
    const large = rejection(0, { raw: 'x'.repeat(1000), value: ['y'.repeat(1000)] });
    expect(sizeOf?.(large)).toBe(rejectionToJson(large).length);
  });

  it('refuses a marker that is none', async () => {
    const store = mapStore();
    const quarantine = storedQuarantine(store);
    await write(quarantine, [rejection(0)]);
    await quarantine.settle([rejection(0)]);
    const marker = [...store.texts.keys()].find((key) => key.includes('/settled/'))!;
    for (const text of ['', '{}', 'null', '{"settled":1}']) {
      store.texts.set(marker, { text, putAt: 0 });
      const failure = expect.objectContaining({ code: 'QUARANTINE_UNREADABLE', details: { key: marker } });
      await expect(read(quarantine)).rejects.toEqual(failure);
    }
  });

  it('refuses a part with a line that is no rejection, at whatever place', async () => {
    const store = mapStore();
    const quarantine = storedQuarantine(store);
    await write(quarantine, [rejection(0)]);
    const [key] = store.texts.keys() as Iterable<string>;
    const { text } = store.texts.get(key!)!;
    for (const damaged of [`${text}\n${text}`, `{}\n`, text.slice(0, -3), `${text}x`]) {
      store.texts.set(key!, { text: damaged, putAt: 0 });
      await expect(read(quarantine)).rejects.toMatchObject({ code: 'QUARANTINE_UNREADABLE', details: { key } });
    }
    store.texts.set(key!, { text: `${text}{}\n`, putAt: 0 });
    await expect(read(quarantine)).rejects.toMatchObject({
      message: expect.stringContaining(`${key} of the quarantine: line 2 `),
    });
    store.texts.set(key!, { text: '', putAt: 0 });
    expect(await read(quarantine)).toEqual([]);
  });

  it('keeps feeds apart where names that differ in capitals only share a folder', async () => {
    const store = mapStore();
    const quarantine = storedQuarantine({
      ...store,
      put: (key, text, ...rest) => store.put(key.toLowerCase(), text, ...rest),
      list: (prefix) => store.list(prefix.toLowerCase()),
    });
    await write(quarantine, [rejection(0)]);
    await write(quarantine, [rejection(1, { feed: 'F' })]);
    expect((await read(quarantine)).map(({ ordinal }) => ordinal)).toEqual([0]);
    expect((await read(quarantine, 'F')).map(({ ordinal }) => ordinal)).toEqual([1]);
  });

  it('gives back what is asked for alone, whatever the store lists beside it', async () => {
    const store = mapStore();
    const quarantine = storedQuarantine({ ...store, list: () => store.list('') });
    expect(await read(quarantine)).toEqual([]);
    await write(quarantine, [rejection(0)]);
    await write(quarantine, [rejection(1, { item: { id: 'other', uri: 'other' } })]);
    await write(quarantine, [rejection(2, { feed: 'g' })]);
    const ordinals = async (uri?: string): Promise<readonly number[]> => {
      const found: number[] = [];
      for await (const { ordinal } of quarantine.rejections({ feed: 'f', ...(uri !== undefined && { uri }) }))
        found.push(ordinal);
      return found.toSorted();
    };
    expect([await ordinals(), await ordinals('uri'), await ordinals('other')]).toEqual([[0, 1], [0], [1]]);
  });

  it('knows the lowest ordinal of a part by its key', () => {
    expect(firstOrdinal('f/o/100000000005-0f.ndjson')).toBe(100_000_000_005);
    expect(firstOrdinal('f/o/000000000017-0f.ndjson')).toBe(17);
  });

  it('refuses a query that it does not know', () => {
    const { rejections } = storedQuarantine(mapStore());
    expect(() => rejections({ feed: '' })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => rejections({ feed: 'f', url: 'x' } as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_UNKNOWN' }),
    );
  });

  it('hands on what the store throws, and closes it', async () => {
    let closed = 0;
    const failure = new Error('full');
    const quarantine = storedQuarantine({
      ...mapStore(),
      concurrency: 3,
      put: () => Promise.reject(failure),
      close: () => void (closed += 1),
    });
    expect(quarantine).toMatchObject({ name: 'map', concurrency: 3 });
    expect(storedQuarantine(mapStore()).concurrency).toBe(1);
    expect(storedQuarantine(mapStore())).not.toHaveProperty('close');
    await expect(write(quarantine, [rejection(0)])).rejects.toBe(failure);
    await quarantine.close?.();
    expect(closed).toBe(1);
  });
});

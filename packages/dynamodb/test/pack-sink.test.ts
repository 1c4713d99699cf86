import { isMillraceError, landingUuid, type Sink } from '@millrace/core';
import { type Entry, MILLRACE_NAMESPACE, namesIn, type Refusal } from '@millrace/core/plugin';
import zlib from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dynamodbSink, itemSize, landingItem, packed, type PackOptions } from '../src/index.ts';
import { packing } from '../src/pack/pack-options.ts';
import { packedSink } from '../src/pack/packed-sink.ts';
import { itemStore } from './support/item-store.ts';
import { landedEntries, sinkContext } from './support/land.ts';
import { unpacked } from './support/unpacked.ts';
import { origin, recordContext } from './support/write.ts';

const KEYS = { partitionKey: 'uuid', sortKey: undefined, allowUnsafe: false };
type Written = readonly Readonly<Record<string, unknown>>[];

async function landed(
  values: readonly unknown[],
  pack: PackOptions = {},
): Promise<{ items: Written; refusals: readonly Refusal[] }> {
  const store = itemStore();
  const sink = packedSink(store.sink, KEYS, packing(pack, KEYS));
  const refusals = (await sink.write(landedEntries(values), sinkContext)) ?? [];
  return { items: [...store.items.values()], refusals };
}

function spans(items: Written): unknown {
  return items.map(({ first_ordinal, last_ordinal, count, ordinal }) =>
    first_ordinal === undefined ? ordinal : [first_ordinal, last_ordinal, count],
  );
}

/** Text that does not compress. */
function noise(bytes: number, seed: number): string {
  let text = '';
  for (let n = 0; text.length < bytes; n += 1) text += landingUuid(`${seed}`, n).replaceAll('-', '');
  return text.slice(0, bytes);
}

function optionError(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (isMillraceError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'fine';
}

afterEach(() => vi.restoreAllMocks());

describe('dynamodbSink with pack', () => {
  it('keeps which part of an archive each record stands in', async () => {
    const store = itemStore();
    const sink = packedSink(store.sink, KEYS, packing({}, KEYS));
    const each = landingItem();
    const entries = ['a.csv', 'a.csv', 'b.csv'].map((part, ordinal) => {
      const record = recordContext(ordinal, '', { ...origin, part });
      return { ...record, value: each.apply({ n: ordinal }, record) } as Entry<never>;
    });
    expect((await sink.write(entries, sinkContext)) ?? []).toEqual([]);
    expect(store.items.size).toBe(1);
    expect(await unpacked([...store.items.values()])).toEqual(entries.map(({ value }) => value));
  });

  it('puts the records of a range of ordinals into one item, with plain attributes that say which', async () => {
    const { items } = await landed(
      Array.from({ length: 12 }, (_, n) => ({ n, name: 'wheat' })),
      { records: 5 },
    );
    expect(spans(items)).toEqual([
      [0, 4, 5],
      [5, 9, 5],
      [10, 11, 2],
    ]);
    const space = namesIn(MILLRACE_NAMESPACE)(`item:${origin.id}`);
    expect(items[1]).toEqual({
      uuid: namesIn(space)('5+5'),
      upload_date: origin.lastModified,
      feed: 'prices',
      source: origin.uri,
      first_ordinal: 5,
      last_ordinal: 9,
      count: 5,
      pack: 1,
      encoding: 'deflate-raw',
      space,
      records: expect.any(Uint8Array) as unknown,
    });
    expect(zlib.inflateRawSync(items[1]!['records'] as Uint8Array).toString()).toBe(
      `["n","name"]\n${[5, 6, 7, 8, 9].map((n) => `[${n},"wheat"]`).join('\n')}`,
    );
  });

  it('halves ordinals by the length of their text, however well it compresses', async () => {
    const large = Array.from({ length: 8 }, (_, n) => ({ n, text: 'x'.repeat(n < 4 ? 900 : 100) }));
    for (const compress of ['deflate-raw', 'none', 'zstd'] as const) {
      const { items } = await landed(large, { records: 8, maxItemBytes: 2400, compress });
      expect(spans(items)).toEqual([
        [0, 1, 2],
        [2, 3, 2],
        [4, 7, 4],
      ]);
      for (const item of items) expect(itemSize(item)).toBeLessThanOrEqual(2400);
    }
    expect(spans((await landed(large, { records: 8 })).items)).toEqual([[0, 7, 8]]);
  });

  it('lands a record that fits into no pack alone, and leaves the bounds of the others', async () => {
    const values = Array.from({ length: 10 }, (_, n) => ({ n, text: n === 4 ? 'x'.repeat(5000) : 'short' }));
    const { items } = await landed(values, { records: 5, maxItemBytes: 4096 });
    expect(spans(items)).toEqual([[0, 3, 4], 4, [5, 9, 5]]);
    expect(items[1]).toMatchObject({ uuid: landingUuid(origin.id, 4), record: { n: 4 } });
  });

  it('keeps what compression would make longer as it is', async () => {
    const { items } = await landed([1]);
    expect(items[0]).toMatchObject({ encoding: 'none', records: Buffer.from('null\n1') });
    expect((await unpacked(items)).map(({ record }) => record)).toEqual([1]);
  });

  it('refuses what the single sink refuses, record by record, and packs the others', async () => {
    const values = [
      { n: 0 },
      { n: Number.NaN },
      { n: 2, when: new Date(0) },
      { n: 3, list: [undefined] },
      { n: 2 ** 60 },
      { n: 5, tags: new Set() },
      { n: 6, text: 'x'.repeat(410_000) },
      { n: 7 },
    ];
    const { items, refusals } = await landed(values);
    expect(refusals.map(({ position, code }) => [position, code])).toEqual([
      [1, 'DYNAMODB_NUMBER_INVALID'],
      [2, 'DYNAMODB_VALUE_UNSUPPORTED'],
      [3, 'DYNAMODB_VALUE_UNSUPPORTED'],
      [4, 'DYNAMODB_NUMBER_INEXACT'],
      [5, 'DYNAMODB_SET_INVALID'],
      [6, 'DYNAMODB_ITEM_TOO_LARGE'],
    ]);
    expect(refusals[1]!.details).toEqual({ path: [6, 1] });
    expect(spans(items)).toEqual([[0, 7, 2]]);
  });

  it('bounds a write by the memory of its records, whatever they hold', async () => {
    const sink = dynamodbSink({ table: 'landing', pack: packed({ records: 50 }) });
    expect(sink).toMatchObject({ group: 50, limits: { count: 1250, bytes: 2 * 1024 * 1024 } });
    const size = (value: object): number => sink.sizeOf!({ uuid: '', ...value });
    const text = 'x'.repeat(1000);
    for (const held of [text, Buffer.from(text), [text], new Set([text]), new Map([['a', text]]), { a: { b: text } }]) {
      expect(size({ held }) - size({})).toBeGreaterThan(999);
      expect(size({ held }) - size({})).toBeLessThan(1100);
    }
    const circular: Record<string, unknown> = {};
    for (const name of 'abcdefgh') circular[name] = circular;
    expect(size(circular)).toBeLessThan(1_000_000);
    const { refusals } = await landed([circular, { n: 1 }]);
    expect(refusals.map(({ position, code }) => [position, code])).toEqual([[0, 'DYNAMODB_NESTING_TOO_DEEP']]);
  });

  it('sends nothing where nothing is left', async () => {
    const write = vi.fn();
    const sink = packedSink({ name: 'single', write }, KEYS, packing({}, KEYS));
    const entries = landedEntries([Number.NaN]);
    expect(await sink.write(entries, sinkContext)).toHaveLength(1);
    expect(write).not.toHaveBeenCalled();
  });

  it('refuses each record of a pack that is refused', async () => {
    const single: Sink<never> = {
      name: 'single',
      write: async () => [{ position: 1, code: 'DYNAMODB_UNPROCESSED', message: 'busy' }],
    };
    const sink = packedSink(single, KEYS, packing({ records: 3 }, KEYS));
    const refusals = (await sink.write(landedEntries(Array.from({ length: 9 }, (_, n) => ({ n }))), sinkContext)) ?? [];
    expect(refusals.map(({ position, code }) => [position, code])).toEqual([
      [3, 'DYNAMODB_UNPROCESSED'],
      [4, 'DYNAMODB_UNPROCESSED'],
      [5, 'DYNAMODB_UNPROCESSED'],
    ]);
  });

  it('splits what fan-out has made of one ordinal', async () => {
    const landing = landingItem<unknown>();
    const entries = Array.from({ length: 9 }, (_, n) => {
      const context = recordContext(7, `${n}`);
      return { ...context, value: landing.apply({ n, text: noise(400, n) }, context) } as Entry<never>;
    });
    const store = itemStore();
    await packedSink(store.sink, KEYS, packing({ records: 4, maxItemBytes: 2048 }, KEYS)).write(entries, sinkContext);
    expect(store.items.size).toBeGreaterThan(2);
    expect(await unpacked(store.items.values())).toEqual(entries.map(({ value }) => value));
  });

  it('refuses to run where keys are no places, where landing is missing or was changed', async () => {
    const store = itemStore();
    const sink = packedSink(store.sink, KEYS, packing({}, KEYS));
    const code = (entries: readonly Entry<never>[]) =>
      Promise.resolve(sink.write(entries, sinkContext)).then(
        () => 'fine',
        (error: unknown) => (isMillraceError(error) ? [error.code, error.details] : error),
      );
    const changed = (change: object): readonly Entry<never>[] =>
      landedEntries([{ n: 0 }, { n: 1 }]).map((entry, n) => ({
        ...entry,
        value: { ...(entry.value as object), ...(n === 1 && change) } as never,
      }));
    const refused = (attribute: string, place: string) => ['DYNAMODB_NOT_PACKABLE', { attribute, place }];
    expect(await code(landedEntries([{ n: 0 }], { key: 'content' }))).toEqual(refused('uuid', '0'));
    expect(await code(landedEntries([{ n: 0 }], { key: () => 'sku' }))).toEqual(refused('uuid', '0'));
    expect(await code([{ ...recordContext(3), value: { uuid: 'mine' } as never }])).toEqual(refused('uuid', '3'));
    expect(await code(changed({ feed: 'other' }))).toEqual(refused('feed', '1'));
    expect(await code(changed({ upload_date: undefined }))).toEqual(refused('upload_date', '1'));
    expect(await code(changed({ source_version: undefined }))).toEqual(refused('source_version', '1'));
    expect(await code(changed({ ordinal: 7 }))).toEqual(refused('ordinal', '1'));
    expect(await code(changed({ branch: '0' }))).toEqual(refused('branch', '1'));
    expect(await code(changed({ expires: 5 }))).toBe('fine');
    expect((await unpacked(store.items.values())).map(({ expires }) => expires)).toEqual([undefined, 5]);
  });

  it('packs under other names, and gives them back', async () => {
    const names = { uuid: 'id', upload_date: 'landed_at', ordinal: 'line', record: 'row' } as const;
    const keys = { ...KEYS, partitionKey: 'id' };
    const written: object[] = [];
    const single: Sink<never> = {
      name: 'single',
      write: async (entries) => void written.push(...entries.map(({ value }) => value)),
    };
    const entries = landedEntries([{ n: 0 }, { n: 1 }], { names } as never);
    await packedSink(single, keys, packing({ names }, keys)).write(entries, sinkContext);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject({ landed_at: origin.lastModified, names });
    expect(await unpacked(written)).toEqual(entries.map(({ value }) => value));
  });

  it('says when it is made what cannot work', () => {
    const pack = (options: object, others: object = {}) =>
      optionError(() => dynamodbSink({ table: 'landing', pack: packed(options), ...others }));
    expect(pack({ records: 50, maxItemBytes: 65_536, compress: 'none' })).toBe('fine');
    expect(pack({}, { sortKey: 'upload_date' })).toBe('fine');
    expect(pack({ record: 50 })).toContain('OPTION_UNKNOWN');
    expect(optionError(() => dynamodbSink({ table: 'landing', pack: {} as never }))).toContain('packed()');
    expect(pack({ records: 1 })).toContain('from 2 to 10000');
    expect(pack({ maxItemBytes: 500_000 })).toContain('from 1024 to 409600');
    expect(pack({ compress: 'gzip' })).toContain('"deflate-raw", "zstd", "none"');
    expect(pack({}, { partitionKey: 'id' })).toContain('the partition key must be the uuid of landingItem');
    expect(pack({}, { sortKey: 'ordinal' })).toContain('the sort key must be what all records of an object share');
    expect(pack({ names: { feed: 'count' } })).toContain('"count" of its own');
    vi.spyOn(zlib as { readonly zstdCompress: unknown }, 'zstdCompress', 'get').mockReturnValue(undefined as never);
    expect(pack({ compress: 'zstd' })).toContain('DYNAMODB_ZSTD_MISSING');
  });
});

import { decimal } from '@millrace/core';
import { runRangeParser } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { parseParquet, type ParseParquetOptions } from '../src/index.ts';
import {
  CODEC,
  deltas,
  ENCODING,
  handMade,
  type HandColumn,
  type HandPage,
  int32s,
  int64s,
  prefixed,
  REPETITION,
  run,
  texts,
  TYPE,
} from './hand-made.ts';

async function valuesOf(column: Omit<HandColumn, 'name'>, rows: number, options?: ParseParquetOptions) {
  const result = await runRangeParser(
    parseParquet<{ c: unknown }>(options),
    handMade([{ name: 'c', ...column }], rows),
  );
  return { ...result, values: result.values.map(({ c }) => c) };
}

const DAY = 86_400;

describe('a value', () => {
  const UTC = { 1: true } as const;
  const MICROS = { 2: {} } as const;
  const MILLIS = { 1: {} } as const;
  const NANOS = { 3: {} } as const;
  it.each<[string, number, HandColumn['schema'], Buffer, unknown[]]>([
    ['INT32', TYPE.INT32, {}, int32s(0, -1, 2147483647), [0, -1, 2147483647]],
    ['INT32, unsigned', TYPE.INT32, { 6: 13 }, int32s(1, -1), [1, 4294967295]],
    ['INT32, unsigned as a logical type', TYPE.INT32, { 10: { 10: { 1: 32, 2: false } } }, int32s(-2), [4294967294]],
    ['INT64', TYPE.INT64, {}, int64s(1n, -5n, 9007199254740991n), [1, -5, 9007199254740991]],
    ['BOOLEAN', TYPE.BOOLEAN, {}, Buffer.of(0b101), [true, false, true]],
    ['DATE', TYPE.INT32, { 6: 6 }, int32s(0, -1, 20780), ['1970-01-01', '1969-12-31', '2026-11-23']],
    ['TIME, ms', TYPE.INT32, { 6: 7 }, int32s(DAY * 1000 - 1), ['23:59:59.999']],
    ['TIME, µs', TYPE.INT64, { 6: 8 }, int64s(1n), ['00:00:00.000001']],
    ['TIME, ns', TYPE.INT64, { 10: { 7: { ...UTC, 2: NANOS } } }, int64s(60_000_000_001n), ['00:01:00.000000001']],
    ['TIMESTAMP, ms', TYPE.INT64, { 6: 9 }, int64s(-1n, 0n), ['1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00.000Z']],
    ['TIMESTAMP, µs', TYPE.INT64, { 6: 10 }, int64s(-1n), ['1969-12-31T23:59:59.999999Z']],
    [
      'TIMESTAMP, local, µs',
      TYPE.INT64,
      { 10: { 8: { 1: false, 2: MICROS } } },
      int64s(978_307_260_000_001n),
      ['2001-01-01T00:01:00.000001'],
    ],
    [
      'TIMESTAMP, local, ms',
      TYPE.INT64,
      { 10: { 8: { 1: false, 2: MILLIS } } },
      int64s(7n),
      ['1970-01-01T00:00:00.007'],
    ],
    [
      'TIMESTAMP, ns',
      TYPE.INT64,
      { 10: { 8: { ...UTC, 2: NANOS } } },
      int64s(1_795_392_000_123_456_789n, -1n),
      ['2026-11-23T00:00:00.123456789Z', '1969-12-31T23:59:59.999999999Z'],
    ],
    ['INT96', TYPE.INT96, {}, Buffer.concat([int64s(1n), int32s(2_440_589)]), ['1970-01-02T00:00:00.000000001Z']],
    ['DECIMAL in INT32', TYPE.INT32, { 6: 5, 7: 2 }, int32s(-1, 12345), [decimal('-0.01'), decimal('123.45')]],
    ['DECIMAL in INT64', TYPE.INT64, { 6: 5, 7: 3 }, int64s(-(2n ** 63n)), [decimal('-9223372036854775.808')]],
    ['DECIMAL without places', TYPE.INT32, { 6: 5 }, int32s(7), [decimal('7')]],
    [
      'DECIMAL in bytes',
      TYPE.FIXED,
      { 2: 16, 10: { 5: { 1: 10, 2: 38 } } },
      Buffer.from(`${'f'.repeat(30)}9c${'00'.repeat(15)}64`, 'hex'),
      [decimal('-0.0000000100'), decimal('0.0000000100')],
    ],
    [
      'DECIMAL of any length',
      TYPE.BYTE_ARRAY,
      { 6: 5, 7: 1 },
      texts(Buffer.of(255), Buffer.of(1, 0)),
      [decimal('-0.1'), decimal('25.6')],
    ],
    ['STRING', TYPE.BYTE_ARRAY, { 6: 0 }, texts('', 'ä😀', '\uFFFD'), ['', 'ä😀', '\uFFFD']],
    ['ENUM', TYPE.BYTE_ARRAY, { 6: 4 }, texts('A'), ['A']],
    ['JSON', TYPE.BYTE_ARRAY, { 10: { 12: {} } }, texts('{"a":1}'), ['{"a":1}']],
    ['bytes', TYPE.BYTE_ARRAY, {}, texts(Buffer.of(1, 2)), [Uint8Array.of(1, 2)]],
    ['BSON', TYPE.BYTE_ARRAY, { 6: 20 }, texts(Buffer.of(5)), [Uint8Array.of(5)]],
    [
      'fixed bytes',
      TYPE.FIXED,
      { 2: 3 },
      Buffer.of(1, 2, 3, 4, 5, 6),
      [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)],
    ],
    [
      'UUID',
      TYPE.FIXED,
      { 2: 16, 10: { 14: {} } },
      Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
      ['00112233-4455-6677-8899-aabbccddeeff'],
    ],
    [
      'FLOAT16',
      TYPE.FIXED,
      { 2: 2, 10: { 15: {} } },
      Buffer.from('003c00c0007c00fc0100017e', 'hex'),
      [1, -2, Infinity, -Infinity, 2 ** -24, Number.NaN],
    ],
    ['FLOAT', TYPE.FLOAT, {}, Buffer.from(Float32Array.of(0.5, -1).buffer), [0.5, -1]],
    ['DOUBLE', TYPE.DOUBLE, {}, Buffer.from(Float64Array.of(0.1, Number.NaN).buffer), [0.1, Number.NaN]],
  ])('of %s is exact', async (_, type, schema, body, expected) => {
    const pages = [{ values: expected.length, body }];
    expect((await valuesOf({ type, schema: schema!, pages }, expected.length)).values).toEqual(expected);
  });

  it('of INT64 comes as bigint where that is asked for, for all columns or for some', async () => {
    const column = { type: TYPE.INT64, pages: [{ values: 2, body: int64s(1n, -(2n ** 63n)) }] };
    expect((await valuesOf(column, 2, { bigints: true })).values).toEqual([1n, -(2n ** 63n)]);
    expect((await valuesOf(column, 2, { bigints: ['c'] })).values).toEqual([1n, -(2n ** 63n)]);
    const unsigned = { ...column, schema: { 6: 14 } };
    expect((await valuesOf(unsigned, 2, { bigints: true })).values).toEqual([1n, 2n ** 63n]);
    const other = await valuesOf(column, 2, { bigints: ['d'] });
    expect(other.values).toEqual([1]);
    expect(other.rejections).toMatchObject([
      {
        ordinal: 1,
        code: 'PARQUET_INTEGER_INEXACT',
        details: { content: { path: 'c' } },
        raw: expect.stringContaining('-9223372036854775808'),
      },
    ]);
  });

  it('that no record can hold rejects its record alone, also out of a dictionary', async () => {
    const text = { type: TYPE.BYTE_ARRAY, schema: { 6: 0 } };
    const bad = Buffer.of(0x61, 0xff);
    const plain = await valuesOf({ ...text, pages: [{ values: 3, body: texts('a', bad, 'b') }] }, 3);
    expect(plain.values).toEqual(['a', 'b']);
    expect(plain.rejections).toMatchObject([{ ordinal: 1, code: 'PARQUET_TEXT_INVALID' }]);
    const dictionary: HandPage = { kind: 'dictionary', values: 2, body: texts('a', bad) };
    const data: HandPage = {
      values: 5,
      encoding: ENCODING.DICTIONARY,
      body: Buffer.concat([Buffer.of(1), run(3, 0), run(2, 1)]),
    };
    const looked = await valuesOf({ ...text, pages: [dictionary, data] }, 5);
    expect(looked.values).toEqual(['a', 'a', 'a']);
    expect(looked.rejections.map(({ ordinal, code }) => [ordinal, code])).toEqual([
      [3, 'PARQUET_TEXT_INVALID'],
      [4, 'PARQUET_TEXT_INVALID'],
    ]);
    const dates = await valuesOf(
      { type: TYPE.INT32, schema: { 6: 6 }, pages: [{ values: 2, body: int32s(2 ** 30, 1) }] },
      2,
    );
    expect(dates.rejections).toMatchObject([{ ordinal: 0, code: 'PARQUET_VALUE_INVALID' }]);
    const times = await valuesOf(
      { type: TYPE.INT32, schema: { 6: 7 }, pages: [{ values: 2, body: int32s(-1, DAY * 1000) }] },
      2,
    );
    expect(times.rejections).toHaveLength(2);
  });

  it('of bytes that say nothing of their content may be text', async () => {
    const column = { type: TYPE.BYTE_ARRAY, pages: [{ values: 1, body: texts('ä') }] };
    expect((await valuesOf(column, 1, { binaryAsText: true })).values).toEqual(['ä']);
    expect((await valuesOf({ ...column, schema: { 6: 20 } }, 1, { binaryAsText: true })).values).toEqual(
      [Buffer.from('ä')].map((one) => Uint8Array.from(one)),
    );
  });

  it('of bytes does not keep its page alive', async () => {
    const body = texts(Buffer.of(1), Buffer.alloc(100_000));
    const { values } = await valuesOf({ type: TYPE.BYTE_ARRAY, pages: [{ values: 2, body }] }, 2);
    expect((values[0] as Uint8Array).buffer.byteLength).toBe(1);
  });
});

describe('a page', () => {
  const numbers = Array.from({ length: 300 }, (_, index) => (index * 7919) % 1000);
  const words = numbers.map((number) => `word ${number}`);
  const cut = (list: readonly string[], lengths: boolean): Buffer => {
    const fronts = list.map((word, index) => {
      const before = lengths ? '' : (list[index - 1] ?? '');
      let same = 0;
      while (same < word.length && word[same] === before[same]) same += 1;
      return same;
    });
    const rests = list.map((word, index) => word.slice(fronts[index]));
    const tail = Buffer.concat([deltas(rests.map(({ length }) => length)), Buffer.from(rests.join(''))]);
    return lengths ? tail : Buffer.concat([deltas(fronts), tail]);
  };
  const split = (bytes: Buffer, width: number): Buffer =>
    Buffer.from(
      Array.from({ length: bytes.length }, (_, index) => {
        const count = bytes.length / width;
        return bytes[(index % count) * width + Math.floor(index / count)]!;
      }),
    );
  it.each<[string, number, HandColumn['schema'], number, Buffer, unknown[]]>([
    ['differences of INT32', TYPE.INT32, {}, ENCODING.DELTA, deltas(numbers), numbers],
    ['differences of INT32, odd widths', TYPE.INT32, {}, ENCODING.DELTA, deltas(numbers, 13), numbers],
    ['differences of INT64', TYPE.INT64, {}, ENCODING.DELTA, deltas(numbers, 40), numbers],
    ['lengths, then text', TYPE.BYTE_ARRAY, { 6: 0 }, ENCODING.DELTA_LENGTH, cut(words, true), words],
    ['repeated fronts', TYPE.BYTE_ARRAY, { 6: 0 }, ENCODING.DELTA_BYTES, cut(words, false), words],
    ['split streams of INT32', TYPE.INT32, {}, ENCODING.SPLIT, split(int32s(...numbers), 4), numbers],
    ['split streams of INT64', TYPE.INT64, {}, ENCODING.SPLIT, split(int64s(...numbers.map(BigInt)), 8), numbers],
    [
      'runs of booleans',
      TYPE.BOOLEAN,
      {},
      ENCODING.RLE,
      prefixed(Buffer.concat([run(299, 1), Buffer.of(3, 0b10)])),
      [...Array.from({ length: 299 }, () => true), false],
    ],
  ])('of %s is read', async (_, type, schema, encoding, body, expected) => {
    const one = await valuesOf({ type, schema: schema!, pages: [{ values: 300, encoding, body }] }, 300);
    expect(one.values).toEqual(expected);
    const v2 = { kind: 'v2', values: 300, encoding, body, levels: [new Uint8Array(), new Uint8Array()] } as const;
    expect((await valuesOf({ type, schema: schema!, pages: [v2] }, 300)).values).toEqual(expected);
  });

  it.each([
    ['GZIP', CODEC.GZIP, undefined],
    ['BROTLI', CODEC.BROTLI, undefined],
    ['ZSTD', CODEC.ZSTD, undefined],
    ['LZ4_RAW', CODEC.LZ4_RAW, Buffer.concat([Buffer.of(0x4f), int32s(7), Buffer.of(4, 0, 1, 0x40), int32s(8)])],
    [
      'SNAPPY',
      CODEC.SNAPPY,
      Buffer.concat([
        Buffer.of(28),
        Buffer.of(3 << 2),
        int32s(7),
        Buffer.of((19 << 2) | 2, 4, 0),
        Buffer.of(3 << 2),
        int32s(8),
      ]),
    ],
  ])('that is compressed with %s is read', async (_, codec, stored) => {
    const plain = [7, 7, 7, 7, 7, 7, 8];
    const body = stored ?? int32s(...plain);
    const pages: HandPage[] = [{ values: 7, body, declares: { full: 28 } }];
    expect((await valuesOf({ type: TYPE.INT32, codec, pages }, 7)).values).toEqual(plain);
  });

  it.each([
    ['LZO', { codec: CODEC.LZO }, {}],
    ['an encoding that its type cannot have', {}, { encoding: ENCODING.DELTA_LENGTH }],
    ['an encoding that nobody uses', {}, { encoding: 4 }],
  ])('with %s is refused by name', async (_, column, page) => {
    const given = { type: TYPE.INT32, ...column, pages: [{ values: 1, body: int32s(1), ...page }] };
    await expect(valuesOf(given, 1)).rejects.toMatchObject({ code: 'PARQUET_UNSUPPORTED' });
  });

  it('is compared with its checksum, where it has one', async () => {
    const page = { values: 1, body: int32s(1) };
    const good = await valuesOf({ type: TYPE.INT32, pages: [{ ...page, crc: true }, page] }, 2);
    expect(good.counters).toEqual({ pagesVerified: 1, pagesUnverified: 1 });
    const bad = valuesOf({ type: TYPE.INT32, pages: [{ ...page, crc: 5 }] }, 1);
    await expect(bad).rejects.toMatchObject({ code: 'PARQUET_INVALID' });
  });

  it('may be empty, be an index, have nulls alone, or have no values behind its levels', async () => {
    const pages: HandPage[] = [
      { values: 0, body: new Uint8Array() },
      { kind: 'index', values: 0, body: Buffer.of(1, 2, 3) },
      { values: 3, body: prefixed(run(3, 0)) },
      { values: 2, body: Buffer.concat([prefixed(Buffer.of(3, 0b10)), int32s(5)]) },
      { kind: 'v2', values: 2, levels: [new Uint8Array(), run(2, 0)], body: new Uint8Array() },
      { kind: 'v2', values: 1, levels: [new Uint8Array(), run(1, 1)], body: int32s(6) },
    ];
    const column = { type: TYPE.INT32, repetition: REPETITION.OPTIONAL, pages };
    expect((await valuesOf(column, 8)).values).toEqual([null, null, null, null, 5, null, null, 6]);
  });

  it('of a dictionary with one entry needs no positions', async () => {
    const pages: HandPage[] = [
      { kind: 'dictionary', values: 1, body: int32s(9) },
      { values: 3, encoding: ENCODING.DICTIONARY, body: Buffer.of(0) },
    ];
    expect((await valuesOf({ type: TYPE.INT32, pages }, 3)).values).toEqual([9, 9, 9]);
  });
});

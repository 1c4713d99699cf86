import { isMillraceError } from '@millrace/core';
import { runRangeParser } from '@millrace/testkit';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { parseParquet, type ParseParquetOptions } from '../src/index.ts';
import {
  deltas,
  ENCODING,
  handMade,
  type HandColumn,
  type HandPage,
  int32s,
  prefixed,
  REPETITION,
  run,
  texts,
  thrift,
  TYPE,
  varint,
  zigzag,
} from './hand-made.ts';

const numbers = Array.from({ length: 500 }, (_, index) => index * 37);

const sample = new Uint8Array(
  parquetWriteBuffer({
    rowGroupSize: 200,
    pageSize: 600,
    schema: [
      { name: 'root', num_children: 5 },
      { name: 'plain', type: 'INT64', repetition_type: 'OPTIONAL' },
      { name: 'delta', type: 'INT32', repetition_type: 'OPTIONAL' },
      { name: 'words', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'fronts', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'tags', num_children: 1, converted_type: 'LIST', repetition_type: 'OPTIONAL' },
      { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
      { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    ],
    columnData: [
      { name: 'plain', data: numbers.map(BigInt), encoding: 'PLAIN' },
      { name: 'delta', data: numbers.map((one) => (one % 5 === 0 ? null : one)), encoding: 'DELTA_BINARY_PACKED' },
      { name: 'words', data: numbers.map((one) => `w${one % 7}`), encoding: 'RLE_DICTIONARY' },
      { name: 'fronts', data: numbers.map((one) => `word ${one}`), encoding: 'DELTA_BYTE_ARRAY' },
      { name: 'tags', data: numbers.map((one) => Array.from({ length: one % 4 }, (_, index) => `t${index}`)) },
    ],
  }),
);

/** `undefined` where it was read after all; what has no code fails the test. */
async function codeOf(bytes: Uint8Array, options: ParseParquetOptions = {}): Promise<string | undefined> {
  try {
    await runRangeParser(parseParquet({ maxBufferBytes: 8 * 2 ** 20, ...options }), bytes);
    return undefined;
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return error.code;
  }
}

const CODES = [undefined, 'PARQUET_INVALID', 'PARQUET_UNSUPPORTED', 'PARQUET_TOO_LARGE'];

describe('a damaged file', () => {
  it('is a coded error or is read, wherever bits are flipped', async () => {
    const place = fc.oneof(
      fc.nat(sample.length - 1),
      fc.integer({ min: sample.length - 1200, max: sample.length - 1 }),
    );
    const flip = fc.tuple(place, fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 4 }), async (flips) => {
        const bytes = Uint8Array.from(sample);
        for (const [at, bits] of flips) bytes[at]! ^= bits;
        expect(CODES).toContain(await codeOf(bytes));
      }),
      { numRuns: 1500 },
    );
  }, 60_000);

  it('is an error wherever it is cut, or has bytes missing in its middle', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(sample.length - 1), fc.nat(200), async (at, length) => {
        expect(await codeOf(sample.subarray(0, at))).toBe('PARQUET_INVALID');
        const holed = Buffer.concat([sample.subarray(0, at), sample.subarray(at + 1 + length)]);
        expect(CODES).toContain(await codeOf(holed));
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});

const column = (pages: readonly HandPage[], more: Partial<HandColumn> = {}): HandColumn => ({
  name: 'c',
  type: TYPE.INT32,
  pages,
  ...more,
});
const one: HandPage = { values: 1, body: int32s(1) };
const dictionary: HandPage = { kind: 'dictionary', values: 1, body: int32s(1) };
const positions = (body: Buffer, values = 1): HandPage => ({ values, encoding: ENCODING.DICTIONARY, body });
const textColumn = (body: Buffer, values: number, encoding: number): HandColumn =>
  column([{ values, encoding, body }], { type: TYPE.BYTE_ARRAY, schema: { 6: 0 } });

describe('a file that says what is not so', () => {
  it.each<[string, Buffer | Uint8Array]>([
    ['has no byte', new Uint8Array()],
    ['is short', Buffer.from('PAR1PAR1')],
    ['ends in another way', Buffer.alloc(100)],
    [
      'has a footer longer than itself',
      Buffer.concat([Buffer.alloc(20), Buffer.from('ffff0000', 'hex'), Buffer.from('PAR1')]),
    ],
    ['has more rows than its columns', handMade([column([one])], 2)],
    ['has fewer rows than its columns', handMade([column([one, one])], 1)],
    ['has another sum of rows', handMade([column([one])], 1, { 3: 2n })],
    ['has a negative number of rows', handMade([column([one])], -1)],
    ['has a schema that breaks off', handMade([column([one])], 1, { 2: [{ 4: 'root', 5: 1 }] })],
    [
      'has a group in a group in a group, for ever',
      handMade([], 0, { 2: Array.from({ length: 60 }, () => ({ 4: 'g', 5: 1 })) }),
    ],
    [
      'has columns beyond its schema',
      handMade([column([one])], 1, {
        2: [
          { 4: 'root', 5: 2 },
          { 1: 1, 3: 0, 4: 'a' },
          { 1: 1, 3: 0, 4: 'b' },
        ],
      }),
    ],
    ['has a column of another type', handMade([column([one], { meta: { 1: TYPE.INT64 } })], 1)],
    ['has a column before its beginning', handMade([column([one], { meta: { 9: 0n } })], 1)],
    ['has a column behind its end', handMade([column([one], { meta: { 7: 10_000n } })], 1)],
    ['has a column of a negative length', handMade([column([one], { meta: { 7: -1n } })], 1)],
    ['has a fixed column without a length', handMade([column([one], { type: TYPE.FIXED })], 1)],
    ['has a page longer than its column', handMade([column([{ ...one, declares: { compressed: 5 } }])], 1)],
    ['has a page of a negative length', handMade([column([{ ...one, declares: { compressed: -1 } }])], 1)],
    ['has a page that becomes less than it declares', handMade([column([{ ...one, declares: { full: 5 } }])], 1)],
    ['has too few values in a page', handMade([column([{ values: 2, body: int32s(1) }])], 2)],
    ['has two dictionaries', handMade([column([dictionary, dictionary, one])], 1)],
    ['has no dictionary', handMade([column([positions(Buffer.concat([Buffer.of(1), run(1, 0)]))])], 1)],
    [
      'has a position beyond its dictionary',
      handMade([column([dictionary, positions(Buffer.concat([Buffer.of(1), run(1, 1)]))])], 1),
    ],
    [
      'has positions of 33 bits',
      handMade([column([dictionary, positions(Buffer.concat([Buffer.of(33), run(1, 0, 5)]))])], 1),
    ],
    ['has positions without a width', handMade([column([dictionary, positions(Buffer.alloc(0))])], 1)],
    ['has a dictionary of more values than fit', handMade([column([{ ...dictionary, values: 2 }, one])], 1)],
    [
      'has levels that break off',
      handMade([column([{ values: 9, body: prefixed(run(3, 0)) }], { repetition: REPETITION.OPTIONAL })], 9),
    ],
    [
      'has levels longer than the page',
      handMade([column([{ values: 1, body: Buffer.from('ffffff7f', 'hex') }], { repetition: REPETITION.OPTIONAL })], 1),
    ],
    [
      'has differences in blocks of no length',
      handMade(
        [
          column([
            { values: 2, encoding: ENCODING.DELTA, body: Buffer.concat([varint(0), varint(4), varint(2), zigzag(1)]) },
          ]),
        ],
        2,
      ),
    ],
    [
      'has differences in no blocks',
      handMade(
        [
          column([
            {
              values: 2,
              encoding: ENCODING.DELTA,
              body: Buffer.concat([varint(128), varint(0), varint(2), zigzag(1)]),
            },
          ]),
        ],
        2,
      ),
    ],
    [
      'has differences in a million blocks',
      handMade(
        [
          column([
            {
              values: 2,
              encoding: ENCODING.DELTA,
              body: Buffer.concat([varint(2 ** 20), varint(2 ** 17), varint(2), zigzag(1), zigzag(0)]),
            },
          ]),
        ],
        2,
      ),
    ],
    [
      'has fewer differences than values',
      handMade([column([{ values: 3, encoding: ENCODING.DELTA, body: deltas([1, 2]) }])], 3),
    ],
    ['has text of a negative length', handMade([textColumn(deltas([-1]), 1, ENCODING.DELTA_LENGTH)], 1)],
    [
      'repeats text that is not there',
      handMade([textColumn(Buffer.concat([deltas([5]), deltas([0])]), 1, ENCODING.DELTA_BYTES)], 1),
    ],
    ['has text longer than its page', handMade([textColumn(Buffer.from('ffffffff', 'hex'), 1, ENCODING.PLAIN)], 1)],
  ])('is refused: it %s', async (_, bytes) => {
    expect(await codeOf(bytes)).toBe('PARQUET_INVALID');
  });

  it.each<[string, Buffer]>([
    ['an encrypted footer', Buffer.concat([Buffer.alloc(20), Buffer.from('PARE')])],
    ['an encrypted column', handMade([column([one], { chunk: { 8: { 1: {} } } })], 1)],
    ['a column in another file', handMade([column([one], { chunk: { 1: 'other.parquet' } })], 1)],
    ['a decimal with a negative scale', handMade([column([one], { schema: { 6: 5, 7: -1 } })], 1)],
  ])('has %s: refused by name', async (_, bytes) => {
    expect(await codeOf(bytes)).toBe('PARQUET_UNSUPPORTED');
  });
});

describe('a file that would take all memory', () => {
  const billion = 1_000_000_000;
  const optional = { repetition: REPETITION.OPTIONAL };
  const big = { codec: 2, type: TYPE.BYTE_ARRAY };

  it.each<[string, Buffer, string]>([
    [
      'a billion elements in one list',
      handMade(
        [
          column(
            [
              {
                values: billion,
                body: Buffer.concat([
                  prefixed(Buffer.concat([run(1, 0), run(billion, 1)])),
                  prefixed(run(billion, 1)),
                  int32s(1),
                ]),
              },
            ],
            { repetition: REPETITION.REPEATED },
          ),
        ],
        1,
      ),
      'PARQUET_INVALID',
    ],
    [
      'a billion elements of one list that are all the same',
      handMade(
        [
          column(
            [
              dictionary,
              {
                values: billion,
                encoding: ENCODING.DICTIONARY,
                body: Buffer.concat([
                  prefixed(Buffer.concat([run(1, 0), run(billion, 1)])),
                  prefixed(run(billion, 1)),
                  Buffer.of(1),
                  run(billion, 0),
                ]),
              },
            ],
            { repetition: REPETITION.REPEATED },
          ),
        ],
        1,
      ),
      'PARQUET_TOO_LARGE',
    ],
    [
      'a page that declares a gigabyte',
      handMade([column([{ ...one, declares: { full: billion } }])], 1),
      'PARQUET_TOO_LARGE',
    ],
    [
      'a page that becomes a gigabyte',
      handMade([column([{ values: 1, body: Buffer.alloc(64 * 2 ** 20) }], big)], 1),
      'PARQUET_TOO_LARGE',
    ],
    [
      'a page that becomes more than it declares',
      handMade([column([{ values: 1, body: Buffer.alloc(2 ** 20), declares: { full: 100 } }], big)], 1),
      'PARQUET_INVALID',
    ],
    [
      'a dictionary of a billion values',
      handMade([column([{ ...dictionary, values: billion }, one])], 1),
      'PARQUET_INVALID',
    ],
    [
      'text that repeats text',
      handMade(
        [
          textColumn(
            Buffer.concat([
              deltas([0, ...Array.from({ length: 999 }, () => 2 ** 20)]),
              deltas([2 ** 20, ...Array.from({ length: 999 }, () => 0)]),
              Buffer.alloc(2 ** 20),
            ]),
            1000,
            ENCODING.DELTA_BYTES,
          ),
        ],
        1000,
      ),
      'PARQUET_TOO_LARGE',
    ],
  ])('is refused in time: %s', async (_, bytes, code) => {
    expect(await codeOf(bytes)).toBe(code);
  });

  it('does not, where a billion rows are the same', async () => {
    const bytes = handMade([column([{ values: billion, body: prefixed(run(billion, 0)) }], optional)], billion);
    const stage = await parseParquet().open(
      { size: bytes.length, read: async (start, length) => Uint8Array.from(bytes.subarray(start, start + length)) },
      {
        feed: 'f',
        run: 'r',
        stage: 's',
        item: { id: 'i', uri: 'i' },
        settled: 0,
        signal: new AbortController().signal,
        count: () => {},
        note: () => {},
        reject: () => expect.unreachable(),
      },
    );
    const before = process.memoryUsage().heapUsed;
    let rows = 0;
    for await (const some of stage.outputs() as AsyncIterable<{ readonly records: readonly unknown[] }>) {
      rows += some.records.length;
      if (rows > 100_000) break;
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 2 ** 20);
  });

  const footer = (...parts: Uint8Array[]): Buffer => {
    const bytes = Buffer.concat(parts);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return Buffer.concat([Buffer.from('PAR1'), bytes, length, Buffer.from('PAR1')]);
  };

  it.each([
    ['a list of a billion structs', footer(Buffer.of(0x29, 0xfc), varint(billion))],
    ['a million empty structs', footer(Buffer.of(0x29, 0xfc), varint(2 ** 20), Buffer.alloc(2 ** 20 + 1))],
    ['structs in structs', footer(Buffer.alloc(10_000, 0x1c))],
    ['lists in lists', footer(Buffer.of(0x19), Buffer.alloc(10_000, 0x19))],
    ['a number without an end', footer(Buffer.of(0x15), Buffer.alloc(100, 0xff))],
    ['bytes beyond it', footer(Buffer.of(0x18), varint(billion))],
    ['a map, which no footer has', footer(Buffer.of(0x1b, 0))],
  ])('has a footer of %s: refused', async (_, bytes) => {
    expect(await codeOf(bytes)).toBe('PARQUET_INVALID');
  });

  it('has a column of a type that the format does not have: refused for that', async () => {
    const bytes = handMade([column([one], { type: -7 })], 1);
    const message = 'Column 1 has no type of the Parquet format.';
    await expect(runRangeParser(parseParquet(), bytes)).rejects.toMatchObject({
      code: 'PARQUET_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('has a footer, or buffers, beyond the limits that were set', async () => {
    expect(await codeOf(sample, { maxFooterBytes: 1024 })).toBe('PARQUET_TOO_LARGE');
    const words = column([{ values: 1, body: texts('x'.repeat(5000)) }], { type: TYPE.BYTE_ARRAY });
    expect(await codeOf(handMade([words], 1), { maxBufferBytes: 5000 })).toBe('PARQUET_TOO_LARGE');
    expect(await codeOf(handMade([words], 1), { maxBufferBytes: 50_000 })).toBeUndefined();
  });

  it('may have a footer longer than the first read of it, and statistics longer than that of a page', async () => {
    const long = handMade([column([one])], 1, { 5: [{ 1: 'k', 2: 'v'.repeat(100_000) }] });
    expect(await codeOf(long)).toBeUndefined();
    const header = thrift({ 1: 0, 2: 4, 3: 4, 5: { 1: 1, 2: 0, 3: 3, 4: 3, 5: { 1: Buffer.alloc(5000) } } });
    const bytes = handMade([column([one])], 1);
    const shift = header.length - (bytes.indexOf(int32s(1)) - 4);
    const size = BigInt(header.length + 4);
    const again = handMade([column([one], { meta: { 7: size } })], 1);
    const at = again.indexOf(int32s(1));
    expect(shift).toBeGreaterThan(4000);
    expect(await codeOf(Buffer.concat([again.subarray(0, 4), header, again.subarray(at)]))).toBeUndefined();
  });
});

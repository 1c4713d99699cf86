import zlib from 'node:zlib';
import { runRangeParser } from '@millrace/testkit';
import fc from 'fast-check';
import type { SchemaElement } from 'hyparquet';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { parseParquet, type ParseParquetOptions } from '../src/index.ts';
import { handMade, int32s, prefixed, REPETITION, run, texts, TYPE } from './hand-made.ts';

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
const optional = { repetition_type: 'OPTIONAL' } as const;
const required = { repetition_type: 'REQUIRED' } as const;
const repeated = { repetition_type: 'REPEATED' } as const;

function file(schema: readonly SchemaElement[], columnData: ColumnSource[], options: object = {}): Uint8Array {
  const compressors = { GZIP: zlib.gzipSync, ZSTD: zlib.zstdCompressSync, BROTLI: zlib.brotliCompressSync };
  const root: SchemaElement = { name: 'root', num_children: columnData.length };
  return new Uint8Array(parquetWriteBuffer({ schema: [root, ...schema], columnData, compressors, ...options }));
}

async function read(bytes: Uint8Array, options?: ParseParquetOptions): Promise<readonly unknown[]> {
  return (await runRangeParser(parseParquet(options), bytes)).values;
}

const list = (name: string, element: SchemaElement, outer: object = optional): SchemaElement[] => [
  { name, num_children: 1, converted_type: 'LIST', ...outer },
  { name: 'list', num_children: 1, ...repeated },
  element,
];

describe('a nested field', () => {
  it.each<[string, SchemaElement[], unknown[]]>([
    ['a list', list('c', { name: 'element', type: 'INT32', ...optional }), [[1, null, 2], null, [], [3], [null]]],
    ['a list without nulls', list('c', { name: 'element', type: 'INT32', ...required }, required), [[1], [], [2, 3]]],
    [
      'a list of lists',
      [
        { name: 'c', num_children: 1, converted_type: 'LIST', ...optional },
        { name: 'list', num_children: 1, ...repeated },
        ...list('element', { name: 'element', type: 'INT32', ...optional }),
      ],
      [[[1, 2], [], null, [null, 3]], null, [], [[4]]],
    ],
    [
      'a struct',
      [
        { name: 'c', num_children: 2, ...optional },
        { name: 'a', type: 'INT32', ...optional },
        { name: 'b', ...text, ...required },
      ],
      [{ a: 1, b: 'x' }, null, { a: null, b: '' }],
    ],
    [
      'a list of structs that have lists',
      [
        { name: 'c', num_children: 1, converted_type: 'LIST', ...optional },
        { name: 'list', num_children: 1, ...repeated },
        { name: 'element', num_children: 2, ...optional },
        { name: 'id', type: 'INT32', ...required },
        ...list('tags', { name: 'element', ...text, ...optional }),
      ],
      [
        [
          { id: 1, tags: ['a', null] },
          { id: 2, tags: [] },
        ],
        [],
        null,
        [{ id: 3, tags: null }, null],
      ],
    ],
    [
      'a map from text',
      [
        { name: 'c', num_children: 1, converted_type: 'MAP', ...optional },
        { name: 'key_value', num_children: 2, ...repeated },
        { name: 'key', ...text, ...required },
        { name: 'value', type: 'INT32', ...optional },
      ],
      [{ a: 1, b: null }, {}, null],
    ],
  ])('that is %s is put together', async (_, schema, data) => {
    expect(await read(file(schema, [{ name: 'c', data }]))).toEqual(data.map((c) => ({ c })));
    expect(await read(file(schema, [{ name: 'c', data }], { rowGroupSize: 2, pageSize: 1 }))).toEqual(
      data.map((c) => ({ c })),
    );
  });

  it('that is a map from something else comes as pairs, in order', async () => {
    const schema: SchemaElement[] = [
      { name: 'c', num_children: 1, converted_type: 'MAP', ...optional },
      { name: 'key_value', num_children: 2, ...repeated },
      { name: 'key', type: 'INT32', ...required },
      { name: 'value', ...text, ...optional },
    ];
    const data = [
      [
        { key: 2, value: 'b' },
        { key: 1, value: null },
      ],
    ];
    const bytes = file(schema, [{ name: 'c', data }]);
    expect(await read(bytes)).toEqual([{ c: data[0] }]);
  });

  it('that is a map leaves prototypes alone', async () => {
    const schema: SchemaElement[] = [
      { name: 'c', num_children: 1, converted_type: 'MAP', ...optional },
      { name: 'key_value', num_children: 2, ...repeated },
      { name: 'key', ...text, ...required },
      { name: 'value', type: 'INT32', ...optional },
    ];
    const data = [JSON.parse('{"__proto__":7,"constructor":1}') as object];
    const [record] = (await read(file(schema, [{ name: 'c', data }]))) as [{ c: object }];
    expect(Object.entries(record.c)).toEqual([
      ['__proto__', 7],
      ['constructor', 1],
    ]);
    expect(Object.getPrototypeOf(record.c)).toBe(Object.prototype);
  });

  it('that is repeated as it is, or an old list, is an array', async () => {
    const levels = (...values: number[]): Buffer => prefixed(Buffer.concat(values.map((value) => run(1, value))));
    const body = Buffer.concat([levels(0, 1, 0, 0), levels(1, 1, 0, 1), int32s(1, 2, 3)]);
    const column = { name: 'c', type: TYPE.INT32, repetition: REPETITION.REPEATED, pages: [{ values: 4, body }] };
    const expected = [{ c: [1, 2] }, { c: [] }, { c: [3] }];
    expect(await read(handMade([column], 3))).toEqual(expected);
    const element = { 1: TYPE.INT32, 3: REPETITION.REPEATED, 4: 'array' };
    const schema = [{ 4: 'root', 5: 1 }, { 3: REPETITION.REQUIRED, 4: 'c', 5: 1, 6: 3 }, element];
    expect(await read(handMade([column], 3, { 2: schema }))).toEqual(expected);
    const group = { 3: REPETITION.REPEATED, 4: 'array', 5: 1 };
    const inner = { 1: TYPE.INT32, 3: REPETITION.REQUIRED, 4: 'x' };
    const old = handMade([column], 3, { 2: [...schema.slice(0, 2), group, inner] });
    expect(await read(old)).toEqual([{ c: [{ x: 1 }, { x: 2 }] }, { c: [] }, { c: [{ x: 3 }] }]);
    const named = handMade([column], 3, { 2: [...schema.slice(0, 2), { ...group, 4: 'list' }, inner] });
    expect(await read(named)).toEqual(expected);
  });

  it('has its rejected values found, with their path', async () => {
    const schema: SchemaElement[] = [
      { name: 'c', num_children: 1, ...required },
      ...list('ids', { name: 'element', type: 'INT64', ...optional }),
    ];
    const bytes = file(schema, [{ name: 'c', data: [{ ids: [1n] }, { ids: [2n, 2n ** 60n] }] }]);
    const { values, rejections } = await runRangeParser(parseParquet(), bytes);
    expect(values).toEqual([{ c: { ids: [1] } }]);
    expect(rejections).toMatchObject([
      { ordinal: 1, code: 'PARQUET_INTEGER_INEXACT', details: { content: { path: 'c.ids.1' } } },
    ]);
    const exact = await read(bytes, { bigints: ['c.ids.list.element'] });
    expect(exact).toEqual([{ c: { ids: [1n] } }, { c: { ids: [2n, 2n ** 60n] } }]);
  });

  it('of a dangerous name, or of a name that is there twice, is refused', async () => {
    const column = { type: TYPE.BYTE_ARRAY, schema: { 6: 0 }, pages: [{ values: 1, body: texts('a') }] };
    for (const names of [['__proto__'], ['a', 'a']]) {
      const bytes = handMade(
        names.map((name) => ({ name, ...column })),
        1,
      );
      await expect(read(bytes)).rejects.toMatchObject({ code: 'PARQUET_UNSUPPORTED' });
    }
  });
});

describe('any file', () => {
  const value = {
    i: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    l: fc.option(fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n })),
    d: fc.option(fc.double({ noNaN: true })),
    s: fc.option(fc.oneof(fc.constantFrom('a', 'b'), fc.string({ unit: 'grapheme' }))),
    b: fc.option(fc.boolean()),
    n: fc.option(fc.array(fc.option(fc.string()), { maxLength: 4 })),
  };
  const schema: SchemaElement[] = [
    { name: 'i', type: 'INT32', ...optional },
    { name: 'l', type: 'INT64', ...optional },
    { name: 'd', type: 'DOUBLE', ...optional },
    { name: 's', ...text, ...optional },
    { name: 'b', type: 'BOOLEAN', ...optional },
    ...list('n', { name: 'element', ...text, ...optional }),
  ];

  it('gives what was written, however it is cut into groups, pages and reads, and from any watermark on', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record(value), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 120 }),
        fc.constantFrom(1, 50, 2 ** 20),
        fc.constantFrom('UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD', 'BROTLI'),
        fc.constantFrom('DELTA_BINARY_PACKED', 'PLAIN', 'BYTE_STREAM_SPLIT'),
        fc.constantFrom('DELTA_BYTE_ARRAY', 'DELTA_LENGTH_BYTE_ARRAY', 'RLE_DICTIONARY', 'PLAIN'),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (rows, rowGroupSize, pageSize, codec, numbers, words, share) => {
          const data = (name: keyof typeof value) => rows.map((row) => row[name]) as unknown[];
          const bytes = file(
            schema,
            [
              { name: 'i', data: data('i'), encoding: numbers as 'PLAIN' },
              { name: 'l', data: data('l'), encoding: numbers as 'PLAIN' },
              { name: 'd', data: data('d') },
              { name: 's', data: data('s'), encoding: words as 'PLAIN' },
              { name: 'b', data: data('b') },
              { name: 'n', data: data('n') },
            ],
            { rowGroupSize, pageSize, codec },
          );
          const expected = rows.map((row) => ({ ...row, l: row.l === null ? null : Number(row.l) }));
          expect(await read(bytes, { readBytes: 1024 })).toEqual(expected);
          const settled = Math.floor(rows.length * share);
          const rest = await runRangeParser(parseParquet({ columns: ['s', 'i'] }), bytes, { settled });
          expect(rest.skipped).toBe(
            rest.skipped === rows.length ? rows.length : Math.floor(settled / rowGroupSize) * rowGroupSize,
          );
          expect(rest.values).toEqual(expected.slice(rest.skipped).map(({ i, s }) => ({ i, s })));
        },
      ),
      { numRuns: 60 },
    );
  });
});

import { gzipSync, zstdCompressSync } from 'node:zlib';
import { feed } from '@millrace/core';
import { parseParquet } from '@millrace/parquet';
import { parseXlsx } from '@millrace/xlsx';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { rows, text as ownText, workbook } from '../../packages/xlsx/test/support/workbook-file.ts';
import type { FuzzTarget } from './target.ts';

const numbers = Array.from({ length: 120 }, (_, index) => (index * 7919) % 1000);
const optional = { repetition_type: 'OPTIONAL' } as const;
const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', ...optional } as const;

function file(codec: 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'ZSTD'): Uint8Array {
  const bytes = parquetWriteBuffer({
    codec,
    compressors: { GZIP: gzipSync, ZSTD: zstdCompressSync },
    rowGroupSize: 50,
    pageSize: 200,
    schema: [
      { name: 'root', num_children: 5 },
      { name: 'plain', type: 'INT64', ...optional },
      { name: 'delta', type: 'INT32', ...optional },
      { name: 'word', ...text },
      { name: 'front', ...text },
      { name: 'tags', num_children: 1, converted_type: 'LIST', ...optional },
      { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
      { name: 'element', ...text },
    ],
    columnData: [
      { name: 'plain', data: numbers.map(BigInt), encoding: 'PLAIN' },
      { name: 'delta', data: numbers.map((one) => (one % 5 === 0 ? null : one)), encoding: 'DELTA_BINARY_PACKED' },
      { name: 'word', data: numbers.map((one) => `w${one % 7}`), encoding: 'RLE_DICTIONARY' },
      { name: 'front', data: numbers.map((one) => `word ${one}`), encoding: 'DELTA_BYTE_ARRAY' },
      { name: 'tags', data: numbers.map((one) => Array.from({ length: one % 4 }, (_, index) => `t${index}`)) },
    ],
  });
  return new Uint8Array(bytes);
}

const sheets = [
  rows(
    [ownText('id'), ownText('when')],
    ...numbers.map((one) => [`<v>${one}</v>`, ['s="1"', `<v>${46_000 + one / 7}</v>`] as const]),
  ),
  rows([ownText('word')], ...numbers.map((one) => [['t="s"', `<v>${one % 50}</v>`] as const])),
].map((all) => ({ rows: all }));
const strings = numbers.map((one) => `<r><t>word </t></r><r><t>${one}</t></r>`);

/** Workbooks whose damage a checksum finds, and such without compression, in which it reaches the XML. */
const workbooks = [false, true].map((isStored) =>
  workbook({ sheets, strings, formats: [22], change: (files) => files.map((one) => ({ ...one, isStored })) }),
);

/** Parsers that read their item by ranges; cutting it makes no difference to them. */
export const rangesTargets: readonly FuzzTarget[] = [
  {
    name: 'parquet',
    samples: (['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'] as const).map(file),
    tokens: ['PAR1', '\x00', '\xff\xff\xff\xff\x07', '\x15\x00', '\x19\xfc'].map((token) =>
      Buffer.from(token, 'latin1'),
    ),
    feed: ({ source, sink }, random) =>
      feed('fuzz')
        .from(source)
        .through(
          parseParquet({
            bigints: random.pick([true, false]),
            maxBufferBytes: random.pick([20_000, 4_000_000]),
            readBytes: random.pick([1024, 100_000]),
          }),
        )
        .to(sink),
  },
  {
    name: 'xlsx',
    samples: workbooks,
    tokens: ['PK\x01\x02', 'PK\x05\x06', '\xff\xff\xff\xff', '<row', '</c>', '<v>', ' t="s"', '&#x', ' r="A1"'].map(
      (token) => Buffer.from(token, 'latin1'),
    ),
    feed: ({ source, sink }, random) =>
      feed('fuzz')
        .from(source)
        .through(
          parseXlsx({
            sheets: random.pick(['all', 'first'] as const),
            unnamedColumns: random.pick(['reject', 'number', 'cut'] as const),
            duplicateColumns: random.pick(['fail', 'number'] as const),
            errorCells: random.pick(['reject', 'null', 'text'] as const),
            numbers: random.pick(['double', 'exact'] as const) as 'double',
            maxRecordChars: random.pick([20, 4_000_000]),
            readBytes: random.pick([1024, 100_000]),
          }),
        )
        .to(sink),
  },
];

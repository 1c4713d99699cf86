import { gzipSync, zstdCompressSync } from 'node:zlib';
import { feed } from '@millrace/core';
import { parseParquet } from '@millrace/parquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
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
];

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type Decompressor, feed } from '@millrace/core';
import { decompress, gunzip } from '@millrace/gzip';
import { bzip2 } from '@millrace/gzip/bzip2';
import { tar } from '@millrace/gzip/tar';
import { zip } from '@millrace/gzip/zip';
import type { Random } from '../reliability/random.ts';
import { BZIP2S, METHOD_ZIPS, TARS, ZIPS } from './archive-samples.ts';
import { digestBytes } from '../digest-bytes.ts';
import type { FuzzTarget } from './target.ts';

const prose = Buffer.from('The quick brown fox jumps over the lazy dog. '.repeat(40));
const zeros = Buffer.alloc(200_000);
const members = Buffer.concat([gzipSync(prose), gzipSync(''), gzipSync('x'), Buffer.alloc(512)]);
const gzips = [gzipSync(prose), gzipSync(prose, { level: 0 }), gzipSync(zeros), gzipSync(''), members];

/** Limits that an item of this size can reach. */
const limits = (random: Random): { maxOutputBytes: number; maxRatio: number; ratioFloorBytes: number } => ({
  maxOutputBytes: random.pick([1000, 100_000, 4_000_000]),
  maxRatio: random.pick([10, 200, 2000]),
  ratioFloorBytes: random.pick([0, 100_000]),
});

const tokens = [
  '1f8b0800',
  '1f8b081e',
  '28b52ffd',
  '789c',
  '504b0304',
  '425a6839',
  '00000000',
  'ffffffff',
  '504b0102',
  '504b0708',
  '314159265359',
].map((hex) => Buffer.from(hex, 'hex'));

/** Fields of headers, records, and whole headers of which the checksum is right. */
const tarTokens = [
  ...['ustar\x0000', 'ustar  \0', '14 path=b.csv\n', '9 size=1\n', '20 GNU.sparse.size=\n', 'x', 'L', 'S'].map((text) =>
    Buffer.from(text),
  ),
  Buffer.from('8000000000000000000000ff', 'hex'),
  Buffer.alloc(512),
  ...TARS.map((bytes) => bytes.subarray(0, 512)),
  ...TARS.map((bytes) => bytes.subarray(1024, 1536)),
];

/** Codecs from bytes to bytes. */
export const bytesTargets: readonly FuzzTarget[] = [
  bytesTarget('gunzip-native', gzips, (random) => gunzip({ engine: 'native', ...limits(random) })),
  bytesTarget('gunzip-fflate', gzips, (random) => gunzip({ engine: 'fflate', ...limits(random) })),
  bytesTarget(
    'decompress',
    [
      ...gzips,
      ...[prose, zeros].flatMap((data) => [deflateSync(data), zstdCompressSync(data), zstdCompressSync(data)]),
      gzipSync(gzipSync(prose)),
      gzipSync(zstdCompressSync(prose)),
      prose,
    ],
    (random) =>
      decompress({
        ...limits(random),
        maxDepth: random.int(1, 3),
        onConflict: random.pick(['fail', 'bytes', 'name']),
      }),
  ),
  bytesTarget(
    'decompress-brotli',
    [prose, zeros].map((data) => brotliCompressSync(data)),
    (random) => decompress({ ...limits(random), expect: 'brotli' }),
  ),
  bytesTarget(
    'decompress-deflate',
    [prose, zeros].map((data) => deflateRawSync(data)),
    (random) => decompress({ ...limits(random), expect: 'deflate' }),
  ),
  bytesTarget('decompress-bzip2', BZIP2S, (random) =>
    decompress({ ...limits(random), formats: [bzip2()], expect: 'bzip2' }),
  ),
  bytesTarget('decompress-zip', ZIPS, unzip),
  // Files by other methods than deflate, without their length in front, and archives with other bytes around them.
  bytesTarget('decompress-zip-methods', METHOD_ZIPS, unzip),
  {
    ...bytesTarget('decompress-tar', [...TARS, ...TARS.map((bytes) => gzipSync(bytes))], (random) =>
      decompress({
        ...limits(random),
        formats: [
          tar({
            maxEntries: random.pick([3, 100]),
            maxHeaderBytes: random.pick([512, 1024 ** 2]),
            onMissing: random.pick(['fail', 'ignore']),
            onTrailing: random.pick(['fail', 'ignore']),
          }),
        ],
        maxDepth: random.int(1, 3),
      }),
    ),
    tokens: tarTokens,
  },
];

function unzip(random: Random): Decompressor {
  return decompress({
    ...limits(random),
    formats: [
      zip({
        maxEntries: random.pick([3, 100]),
        onMissing: random.pick(['fail', 'ignore']),
        onPrefix: random.pick(['fail', 'skip']),
        onTrailing: random.pick(['fail', 'ignore']),
      }),
    ],
    maxDepth: random.int(1, 3),
  });
}

function bytesTarget(
  name: string,
  samples: readonly Uint8Array[],
  codec: (random: Random) => Decompressor,
): FuzzTarget {
  return {
    name,
    samples,
    tokens,
    failsByAny: true,
    feed: ({ source, sink }, random) =>
      feed('fuzz').from(source).through(codec(random)).through(digestBytes('sha1')).to(sink),
  };
}

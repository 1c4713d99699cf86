// Writes zip, tar, CSV and Parquet files with writers of npm: node files-by-npm.mjs DIRECTORY COUNT SEED.
// What is written is a function of SEED and COUNT; times of files are given.
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import archiver from 'archiver';
import { stringify } from 'csv-stringify/sync';
import { zipSync, gzipSync as gzipByFflate, zlibSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import papaparse from 'papaparse';
import tarStream from 'tar-stream';
import yazl from 'yazl';

const [directory, count, seed] = process.argv.slice(2);
const TIME = new Date('2026-01-01T00:00:00Z');
const NAMES = [
  'a.csv',
  'folder/b.csv',
  'naïve.csv',
  '日本語.txt',
  'x y.ndjson',
  `${'long/'.repeat(24)}end.csv`,
  `${'n'.repeat(140)}.csv`,
];
const WORDS = [
  '',
  'a',
  'naïve',
  '日本語',
  '😀',
  'say "hi"',
  'a,b',
  'a;b',
  'two\nlines',
  ' spaces ',
  "it's",
  '1.5',
  'null',
  '"',
  'tab\there',
];

/** Draws that are the same for the same seed ("mulberry32", public domain). */
function drawOf(start) {
  let state = start >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (most) => Math.floor(next() * most);
  return { int, chance: (share) => next() < share, pick: (from) => from[int(from.length)] };
}

function contentOf(draw) {
  const kind = draw.int(4);
  if (kind === 0) return Buffer.from('sku,price\n'.repeat(draw.int(3000)));
  if (kind === 1) return Buffer.from(Array.from({ length: draw.int(4000) }, () => draw.int(256)));
  return kind === 2 ? Buffer.alloc(0) : Buffer.alloc(draw.int(200_000));
}

function membersOf(draw) {
  const names = NAMES.filter(() => draw.chance(0.5));
  return (names.length === 0 ? ['only.csv'] : names).map((name) => [name, contentOf(draw)]);
}

const writers = {
  'yazl.zip': async (path, draw) => {
    const zip = new yazl.ZipFile();
    for (const [name, data] of membersOf(draw)) {
      zip.addBuffer(data, name, { mtime: TIME, compress: draw.chance(0.7), forceZip64Format: draw.chance(0.3) });
    }
    zip.end({ forceZip64Format: draw.chance(0.2), comment: draw.pick(['', 'a comment']) });
    await pipeline(zip.outputStream, createWriteStream(path));
  },
  'archiver.zip': (path, draw) =>
    archived(
      path,
      draw,
      archiver('zip', { zlib: { level: draw.int(10) }, store: draw.chance(0.2), forceZip64: draw.chance(0.2) }),
    ),
  'archiver.tar': (path, draw) => archived(path, draw, archiver('tar')),
  'archiver.tar.gz': (path, draw) =>
    archived(path, draw, archiver('tar', { gzip: true, gzipOptions: { level: draw.int(10) } })),
  'fflate.zip': (path, draw) => {
    const files = Object.fromEntries(
      membersOf(draw).map(([name, data]) => [
        name,
        [new Uint8Array(data), { level: draw.pick([0, 1, 6, 9]), mtime: TIME }],
      ]),
    );
    writeFileSync(path, zipSync(files));
  },
  'fflate.gz': (path, draw) =>
    writeFileSync(
      path,
      gzipByFflate(new Uint8Array(contentOf(draw)), {
        level: draw.int(10),
        mtime: 0,
        filename: draw.pick([undefined, 'name.csv']),
      }),
    ),
  'fflate.zlib': (path, draw) =>
    writeFileSync(path, zlibSync(new Uint8Array(contentOf(draw)), { level: draw.int(10) })),
  'tar-stream.tar': async (path, draw) => {
    const pack = tarStream.pack();
    const written = pipeline(pack, createWriteStream(path));
    for (const [name, data] of membersOf(draw)) {
      pack.entry(
        { name, mtime: TIME, pax: draw.chance(0.3) ? { comment: 'naïve', 'VENDOR.key': 'x' } : undefined },
        data,
      );
    }
    if (draw.chance(0.3)) pack.entry({ name: 'folder', type: 'directory', mtime: TIME });
    if (draw.chance(0.3)) pack.entry({ name: 'link', type: 'symlink', linkname: 'a.csv', mtime: TIME });
    pack.finalize();
    await written;
  },
  'csv-stringify.csv': (path, draw) => {
    const [delimiter, quote] = [draw.pick([',', ';', '\t', '|']), draw.pick(['"', "'"])];
    const options = {
      delimiter,
      quote,
      escape: quote,
      quoted: draw.chance(0.3),
      quoted_empty: draw.chance(0.3),
      bom: draw.chance(0.2),
      record_delimiter: draw.pick(['\n', '\r\n']),
    };
    written(path, stringify(rowsOf(draw), options), { delimiter, quote });
  },
  'papaparse.csv': (path, draw) => {
    const [delimiter, quote] = [draw.pick([',', ';', '\t', '|']), draw.pick(['"', "'"])];
    const options = {
      delimiter,
      quoteChar: quote,
      escapeChar: quote,
      quotes: draw.chance(0.3),
      newline: draw.pick(['\n', '\r\n']),
    };
    written(path, papaparse.unparse(rowsOf(draw), options), { delimiter, quote });
  },
  'hyparquet.parquet': (path, draw) => writeFileSync(path, parquetOf(draw)),
};

async function archived(path, draw, archive) {
  const output = createWriteStream(path);
  archive.pipe(output);
  for (const [name, data] of membersOf(draw)) archive.append(data, { name, date: TIME });
  await archive.finalize();
  await finished(output);
}

function rowsOf(draw) {
  const columns = 2 + draw.int(6);
  const row = () => Array.from({ length: columns }, (_, at) => (at === 0 ? `r${draw.int(1000)}` : draw.pick(WORDS)));
  return Array.from({ length: 1 + draw.int(200) }, row);
}

function written(path, text, { delimiter, quote }) {
  writeFileSync(path, text);
  const dialect = { charset: 'utf-8', python: 'utf-8-sig', delimiter, quote };
  writeFileSync(`${path}.dialect.json`, `${JSON.stringify(dialect)}\n`);
}

function parquetOf(draw) {
  const rows = 1 + draw.int(400);
  const column = (name, type, value, encodings) => {
    const share = draw.pick([0, 0, 0.2, 1]);
    const data = Array.from({ length: rows }, () => (draw.chance(share) ? null : value()));
    return { name, type, data, ...(draw.chance(0.5) ? { encoding: draw.pick(encodings) } : {}), nullable: true };
  };
  const columnData = [
    column('i32', 'INT32', () => draw.int(2 ** 31) - 2 ** 30, [
      'PLAIN',
      'DELTA_BINARY_PACKED',
      'RLE_DICTIONARY',
      'BYTE_STREAM_SPLIT',
    ]),
    column('i64', 'INT64', () => BigInt(draw.int(2 ** 31)) * 4294967291n, [
      'PLAIN',
      'DELTA_BINARY_PACKED',
      'RLE_DICTIONARY',
    ]),
    column('f64', 'DOUBLE', () => draw.pick([0, -0, 0.1, 1e300, NaN, Infinity, draw.int(1000) / 7]), [
      'PLAIN',
      'BYTE_STREAM_SPLIT',
    ]),
    column('f32', 'FLOAT', () => draw.int(1000) / 8, ['PLAIN', 'BYTE_STREAM_SPLIT']),
    column('text', 'STRING', () => draw.pick(WORDS), [
      'PLAIN',
      'RLE_DICTIONARY',
      'DELTA_LENGTH_BYTE_ARRAY',
      'DELTA_BYTE_ARRAY',
    ]),
    column('flag', 'BOOLEAN', () => draw.chance(0.5), ['PLAIN', 'RLE']),
    column('when', 'TIMESTAMP', () => new Date(draw.int(2 ** 31) * 1000), ['PLAIN']),
    column('doc', 'JSON', () => ({ a: draw.int(9) }), ['PLAIN']),
    column('id', 'UUID', () => `00000000-0000-4000-8000-${String(draw.int(1e9)).padStart(12, '0')}`, ['PLAIN']),
  ].filter(() => draw.chance(0.6));
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: columnData.length === 0 ? [column('only', 'INT32', () => draw.int(9), ['PLAIN'])] : columnData,
      codec: draw.pick(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD', 'BROTLI']),
      compressors: { GZIP: gzipSync, ZSTD: zstdCompressSync, BROTLI: brotliCompressSync },
      rowGroupSize: draw.pick([10, 100, 100_000]),
      pageSize: draw.pick([100, 1000, 1_000_000]),
      statistics: draw.chance(0.5),
    }),
  );
}

mkdirSync(directory, { recursive: true });
const kinds = Object.keys(writers);
for (let at = 0; at < Number(count); at += 1) {
  const kind = kinds[at % kinds.length];
  const draw = drawOf(Math.imul(Number(seed) + 1, 0x9e3779b1) ^ Math.imul(at + 1, 0x85ebca6b));
  await writers[kind](join(directory, `${String(at).padStart(4, '0')}-${kind}`), draw);
}

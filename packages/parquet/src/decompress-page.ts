import zlib from 'node:zlib';
import { snappyUncompress } from 'hyparquet';
import { lz4Block } from './lz4-block.ts';
import { lz4Hadoop } from './lz4-hadoop.ts';
import { invalid, unsupported } from './parquet-error.ts';

type Decompress = (bytes: Uint8Array, length: number) => Uint8Array;

/** What of them this Node has: zstd came with 22.15. */
const CODECS: Readonly<Record<string, Decompress | undefined>> = {
  UNCOMPRESSED: (bytes) => bytes,
  SNAPPY: (bytes, length) => {
    const page = new Uint8Array(length);
    snappyUncompress(bytes, page);
    return page;
  },
  GZIP: (bytes, length) => zlib.gunzipSync(bytes, { maxOutputLength: length }),
  BROTLI: (bytes, length) => zlib.brotliDecompressSync(bytes, { maxOutputLength: length }),
  ZSTD:
    typeof zlib.zstdDecompressSync === 'function'
      ? (bytes, length) => zlib.zstdDecompressSync(bytes, { maxOutputLength: length })
      : undefined,
  LZ4: lz4Hadoop,
  LZ4_RAW: lz4Block,
};

/** @throws MillraceError `PARQUET_UNSUPPORTED` for a compression that is not read here */
export function assertCodec(codec: string): void {
  if (CODECS[codec] !== undefined) return;
  const why = codec === 'ZSTD' ? ', which Node has from 22.15 on' : '';
  throw unsupported(`Its pages are compressed with ${codec}${why}`);
}

/** A page, decompressed to exactly `length` bytes; never to more. */
export function decompressPage(codec: string, bytes: Uint8Array, length: number): Uint8Array {
  if (length === 0) return new Uint8Array(0);
  let page;
  try {
    page = CODECS[codec]!(bytes, length);
  } catch (cause) {
    throw invalid(`A page could not be decompressed (${codec})`, cause);
  }
  if (page.length !== length) throw invalid(`A page has ${page.length} bytes, not the ${length} that it declares`);
  return page;
}

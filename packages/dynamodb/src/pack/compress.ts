import zlib from 'node:zlib';
import { MillraceError } from '@millrace/core';
import { MAX_BATCH_ITEMS } from '../limits.ts';
import { deflater } from './deflater.ts';
import type { PackEncoding } from './layout.ts';

/** Compresses the text of a pack. The same bytes for the same text, in one version of one platform's library. */
export type Compress = (text: Buffer) => Promise<Uint8Array>;

/** Everything that zlib would else choose: strategy 0 is its default one. Measured in docs/decisions/packed-landing.md. */
const DEFLATE = Object.freeze({ level: 6, memLevel: 8, windowBits: 15, strategy: 0 });

const ZSTD_LEVEL = 9;

/**
 * Packs in the hands of libuv's threads. Only between two turns of the event loop can they be given more, and a turn may read
 * and check as many records as a request holds; with fewer they would often have nothing to do.
 */
const MAX_AT_ONCE: number = MAX_BATCH_ITEMS;

/**
 * @throws MillraceError `DYNAMODB_ZSTD_MISSING` where Node has no zstd: before 22.15, and 23.0 to 23.7
 */
export function compressor(encoding: PackEncoding): Compress {
  if (encoding === 'none') return (text) => Promise.resolve(text);
  if (encoding === 'deflate-raw') return deflater(DEFLATE, MAX_AT_ONCE);
  const { zstdCompress } = zlib as Partial<typeof zlib>;
  if (zstdCompress === undefined) {
    throw new MillraceError(
      'DYNAMODB_ZSTD_MISSING',
      `Node ${process.versions.node} has no zstd; it came with 22.15 and 23.8. Use compress: 'deflate-raw'.`,
    );
  }
  const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = zlib.constants;
  const params = { [ZSTD_c_compressionLevel]: ZSTD_LEVEL, [ZSTD_c_checksumFlag]: 0 };
  return (text) =>
    new Promise((resolve, reject) => {
      zstdCompress(text, { params, pledgedSrcSize: text.byteLength }, (error, compressed) => {
        if (error === null) resolve(compressed);
        else reject(error);
      });
    });
}

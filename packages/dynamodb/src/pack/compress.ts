import zlib from 'node:zlib';
import { MillraceError } from '@millrace/core';
import type { PackEncoding } from './layout.ts';

/** Compresses the text of a pack. The same bytes for the same text, in one version of one platform's library. */
export type Compress = (text: Buffer) => Uint8Array;

/** Everything that zlib would else choose: strategy 0 is its default one. Measured in docs/decisions/packed-landing.md. */
const DEFLATE = Object.freeze({ level: 6, memLevel: 8, windowBits: 15, strategy: 0 });

const ZSTD_LEVEL = 9;

/**
 * @throws MillraceError `DYNAMODB_ZSTD_MISSING` where Node has no zstd: before 22.15, and 23.0 to 23.7
 */
export function compressor(encoding: PackEncoding): Compress {
  if (encoding === 'none') return (text) => text;
  if (encoding === 'deflate-raw') return (text) => zlib.deflateRawSync(text, DEFLATE);
  const { zstdCompressSync } = zlib as Partial<typeof zlib>;
  if (zstdCompressSync === undefined) {
    throw new MillraceError(
      'DYNAMODB_ZSTD_MISSING',
      `Node ${process.versions.node} has no zstd; it came with 22.15 and 23.8. Use compress: 'deflate-raw'.`,
    );
  }
  const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = zlib.constants;
  const params = { [ZSTD_c_compressionLevel]: ZSTD_LEVEL, [ZSTD_c_checksumFlag]: 0 };
  return (text) => zstdCompressSync(text, { params, pledgedSrcSize: text.byteLength });
}

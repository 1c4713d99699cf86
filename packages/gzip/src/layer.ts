import { MillraceError } from '@millrace/core';
import type { CompressionFormat } from './compression-format.ts';

/** Undoes one compression of an item. */
export interface Layer {
  readonly push: (input: Uint8Array) => AsyncIterable<Uint8Array>;
  readonly end: () => AsyncIterable<Uint8Array>;
  readonly close: () => void;
}

/** What can go wrong in every layer, by what gunzip calls it. */
const CODES: Readonly<Record<string, string>> = {
  GZIP_INVALID: 'DECOMPRESS_CORRUPT',
  GZIP_CORRUPT: 'DECOMPRESS_CORRUPT',
  GZIP_CHECKSUM: 'DECOMPRESS_CHECKSUM',
  GZIP_TRUNCATED: 'DECOMPRESS_TRUNCATED',
  GZIP_TRAILING_DATA: 'DECOMPRESS_TRAILING_DATA',
  GZIP_TOO_LARGE: 'DECOMPRESS_TOO_LARGE',
  GZIP_RATIO_EXCEEDED: 'DECOMPRESS_RATIO_EXCEEDED',
};

/** An error of gunzip, under the code that all layers have for it. */
export function layerError(error: unknown, format: CompressionFormat): unknown {
  if (!(error instanceof MillraceError)) return error;
  const code = CODES[error.code];
  if (code === undefined) return error;
  return new MillraceError(code, error.message, { cause: error, details: { ...error.details, format } });
}

import { MillraceError } from '@millrace/core';
import type { Outputs, Part } from '@millrace/core/plugin';
import type { CompressionFormat } from './compression-format.ts';

/** Undoes one compression of an item; of an archive, it begins a part with each file. */
export interface Layer {
  readonly push: (input: Uint8Array) => Outputs<Uint8Array | Part>;
  readonly end: () => Outputs<Uint8Array | Part>;
  readonly close: () => void;
}

/** What can go wrong in every layer, by what gunzip calls it. */
const CODES: Readonly<Record<string, string>> = {
  GZIP_INVALID: 'COMPRESSION_CORRUPT',
  GZIP_CORRUPT: 'COMPRESSION_CORRUPT',
  GZIP_CHECKSUM: 'COMPRESSION_CHECKSUM',
  GZIP_TRUNCATED: 'COMPRESSION_TRUNCATED',
  GZIP_TRAILING_DATA: 'COMPRESSION_TRAILING_DATA',
  GZIP_HEADER_TOO_LONG: 'COMPRESSION_HEADER_TOO_LONG',
  GZIP_EMPTY_MEMBERS: 'COMPRESSION_EMPTY_MEMBERS',
  GZIP_TOO_LARGE: 'COMPRESSION_TOO_LARGE',
  GZIP_RATIO_EXCEEDED: 'COMPRESSION_RATIO_EXCEEDED',
};

/** An error of gunzip, under the code that all layers have for it. */
export function layerError(error: unknown, format: CompressionFormat): unknown {
  if (!(error instanceof MillraceError)) return error;
  const code = CODES[error.code];
  if (code === undefined) return error;
  return new MillraceError(code, error.message, { cause: error, details: { ...error.details, format } });
}

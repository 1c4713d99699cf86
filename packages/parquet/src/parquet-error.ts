import { MillraceError } from '@millrace/core';

/** The file is damaged, or is no Parquet file. */
export function invalid(what: string, cause?: unknown): MillraceError {
  return new MillraceError('PARQUET_INVALID', `${what}. The file is damaged or cut short; have it delivered again.`, {
    cause,
  });
}

/** The file uses a part of the format that is not read here. */
export function unsupported(what: string): MillraceError {
  return new MillraceError('PARQUET_UNSUPPORTED', `${what}. Have the file written in another way.`);
}

import { MillraceError } from '@millrace/core';

/** Limits on what one item may expand to; see `GunzipOptions`. */
export interface OutputLimits {
  readonly maxOutputBytes: number;
  readonly maxRatio: number;
  readonly ratioFloorBytes: number;
}

/**
 * The error for `produced` decompressed bytes out of `read` compressed ones, or `undefined` where both limits hold.
 * Where one output passes both, the lower limit speaks, so that the verdict does not depend on how output is cut.
 */
export function limitPassed(limits: OutputLimits, produced: number, read: number): MillraceError | undefined {
  const { maxOutputBytes, maxRatio, ratioFloorBytes } = limits;
  const byRatio = Math.max(ratioFloorBytes, read * maxRatio);
  if (produced <= maxOutputBytes && produced <= byRatio) return undefined;
  const details = { read, produced, ...limits };
  return maxOutputBytes <= byRatio
    ? new MillraceError(
        'GZIP_TOO_LARGE',
        `The item decompresses to more than ${maxOutputBytes} bytes. Raise maxOutputBytes if that is to be expected.`,
        { details },
      )
    : new MillraceError(
        'GZIP_RATIO_EXCEEDED',
        `The item expands more than ${maxRatio} times (${read} bytes to over ${byRatio}): it may be a ` +
          'decompression bomb. Raise maxRatio if such data is to be expected.',
        { details },
      );
}

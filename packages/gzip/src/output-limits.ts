import { MillraceError } from '@millrace/core';

/** Limits on what one item may expand to; see `GunzipOptions`. */
export interface OutputLimits {
  readonly maxOutputBytes: number;
  readonly maxRatio: number;
  readonly ratioFloorBytes: number;
}

/**
 * The error for `produced` decompressed bytes out of `received` compressed ones, or `undefined` where both limits hold.
 * Where one output passes both, the lower limit speaks, so that the verdict does not depend on how output is cut.
 */
export function limitPassed(limits: OutputLimits, produced: number, received: number): MillraceError | undefined {
  const { maxOutputBytes, maxRatio, ratioFloorBytes } = limits;
  const byRatio = Math.max(ratioFloorBytes, received * maxRatio);
  if (produced <= maxOutputBytes && produced <= byRatio) return undefined;
  const details = { received, produced, ...limits };
  return maxOutputBytes <= byRatio
    ? new MillraceError(
        'GZIP_TOO_LARGE',
        `The item decompresses to more than ${maxOutputBytes} bytes. Raise maxOutputBytes if that is to be expected.`,
        { details },
      )
    : new MillraceError(
        'GZIP_RATIO_EXCEEDED',
        `The item expands more than ${maxRatio} times (${received} bytes to over ${byRatio}): it may be a ` +
          'decompression bomb. Raise maxRatio if such data is to be expected.',
        { details },
      );
}

import { check, checkOptions, type OptionCheck } from '@millrace/core/plugin';

/** What every parser of this package can be told. */
export interface AwsLogOptions {
  /** Characters (UTF-16 units) at most in a record; a longer one is stepped over and rejected. @default 1048576 */
  readonly maxRecordChars?: number;
}

/** The options for the framing behind a parser. */
export interface FramingOptions {
  readonly maxRecordChars: number;
}

const MAX_RECORD_CHARS = 1024 * 1024;

export const checkMaxRecordChars: OptionCheck = (value) => check.optional(check.integer(1))(value);

/** @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` */
export function framingOptions(owner: string, options: AwsLogOptions): FramingOptions {
  checkOptions(owner, options, { maxRecordChars: checkMaxRecordChars });
  return framingOf(options);
}

export function framingOf({ maxRecordChars = MAX_RECORD_CHARS }: AwsLogOptions): FramingOptions {
  return { maxRecordChars };
}

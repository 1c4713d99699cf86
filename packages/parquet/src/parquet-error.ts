import { MillraceError } from '@millrace/core';

/** A column, as errors name it: by its number. Its path in the schema is content of the file, which a quarantine keeps. */
export interface NamedColumn {
  /** Its number in each row group, from 0. */
  readonly column: number;
  readonly path: string;
}

/** The file is damaged, or is not a Parquet file. */
export function invalid(what: string, cause?: unknown, at?: NamedColumn): MillraceError {
  return new MillraceError('PARQUET_INVALID', `${what}. The file is damaged or cut short; have it delivered again.`, {
    cause,
    details: at && detailsOf(at),
  });
}

/** The file uses a part of the format that is not read here. */
export function unsupported(what: string, at?: NamedColumn): MillraceError {
  return new MillraceError('PARQUET_UNSUPPORTED', `${what}. Have the file written in another way.`, {
    details: at && detailsOf(at),
  });
}

/** {@link invalid}, of one column: `what` reads on after "Column 3". */
export function columnInvalid(at: NamedColumn, what: string): MillraceError {
  return invalid(`Column ${at.column + 1} ${what}`, undefined, at);
}

/** {@link unsupported}, of one column: `what` reads on after "Column 3". */
export function columnUnsupported(at: NamedColumn, what: string): MillraceError {
  return unsupported(`Column ${at.column + 1} ${what}`, at);
}

function detailsOf({ column, path }: NamedColumn): Readonly<Record<string, unknown>> {
  return { column: column + 1, content: { path } };
}

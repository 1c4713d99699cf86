/** Stands for a line that is passed over, such as a blank one. */
export const SKIP: unique symbol = Symbol('skip');

/** Why the text of a record makes no record. */
export class LineProblem {
  readonly code: string;
  /** Reads on behind "Line 5" or "The text". */
  readonly what: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly cause: unknown;

  constructor(
    code: string,
    what: string,
    more: { readonly details?: Readonly<Record<string, unknown>>; readonly cause?: unknown } = {},
  ) {
    this.code = code;
    this.what = what;
    this.details = more.details;
    this.cause = more.cause;
  }
}

/** Makes a record of a line, which may still have the carriage return of its line end. */
export type ParseLine<T> = (line: string) => T | LineProblem | typeof SKIP;

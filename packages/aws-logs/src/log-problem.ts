/** Stands for a line that holds no record, such as a header. */
export const SKIP: unique symbol = Symbol('skip');

/** What a {@link LogProblem} says. */
export interface LogProblemOptions {
  readonly code: string;
  /** Reads on behind "Line 5" or "The text". */
  readonly what: string;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Why a framed text makes no record. */
export class LogProblem {
  readonly code: string;
  readonly what: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor({ code, what, details }: LogProblemOptions) {
    this.code = code;
    this.what = what;
    this.details = details;
  }
}

/** Makes a record of what was framed. */
export type ParseLog<V, R> = (framed: V) => R | LogProblem | typeof SKIP;

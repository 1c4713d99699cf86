/** Stands for a line that is passed over, such as a blank one. */
export const SKIP: unique symbol = Symbol('skip');

/** What a {@link RecordProblem} says. */
export interface RecordProblemOptions {
  readonly code: string;
  /** Reads on behind "Line 5" or "The text". */
  readonly what: string;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** Why the text of a record makes no record. */
export class RecordProblem {
  readonly code: string;
  readonly what: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly cause: unknown;

  constructor({ code, what, details, cause }: RecordProblemOptions) {
    this.code = code;
    this.what = what;
    this.details = details;
    this.cause = cause;
  }
}

/** Makes a record of a line, which may still have the carriage return of its line end. */
export type ParseLine<T> = ((line: string) => T | RecordProblem | typeof SKIP) & {
  /** Called with the text of each chunk before its lines, so that what most files do not have is looked for once a chunk. */
  readonly beforeChunk?: ((text: string) => void) | undefined;
};

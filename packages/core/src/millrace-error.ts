const BRAND: unique symbol = Symbol.for('@millrace/error');

/** Where in a run an error happened. The runner fills in what the thrower does not know. */
export interface ErrorPlace {
  /** Name of the stage (source, transform, sink, quarantine) that failed. */
  readonly stage?: string | undefined;
  /** Id of the item (one version of one object) that was being processed. */
  readonly item?: string | undefined;
  /** Which part of the item, such as the name of a file in an archive. */
  readonly part?: string | undefined;
  /** Number of the record in its item, from 0. */
  readonly ordinal?: number | undefined;
}

export interface MillraceErrorOptions extends ErrorPlace {
  /** What led to this error; kept as `error.cause`. */
  readonly cause?: unknown;
  /** Machine-readable facts about the failure, such as a limit and the value that passed it. Never record content. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Whether the same work can succeed later with nothing changed: throttling, a timeout, a lost lease. Carriers ask for
   * redelivery of an object that failed this way. @default false
   */
  readonly retryable?: boolean | undefined;
}

/**
 * Every error that Millrace and its plugins raise on purpose.
 *
 * `code` is API and changes only in a major version; `message` is for people and may change at any time. The
 * message says what happened and what to do about it. All codes are listed in `docs/errors.md`.
 *
 * Plugin authors throw it; the runner adds stage, item and ordinal where they are missing.
 */
export class MillraceError extends Error {
  override readonly name: string = 'MillraceError';
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly retryable: boolean;
  stage: string | undefined;
  item: string | undefined;
  part: string | undefined;
  ordinal: number | undefined;

  constructor(code: string, message: string, options: MillraceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryable = options.retryable ?? false;
    this.stage = options.stage;
    this.item = options.item;
    this.part = options.part;
    this.ordinal = options.ordinal;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** A plain object for logs: code, message, place, details, whether a retry can help, and the chain of causes as text. */
  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      message: this.message,
      stage: this.stage,
      item: this.item,
      part: this.part,
      ordinal: this.ordinal,
      details: this.details,
      ...(this.retryable && { retryable: true }),
      ...(this.cause === undefined ? {} : { cause: describeCause(this.cause) }),
    };
  }
}

/** True for a `MillraceError`, also for one made by another copy of this package (ESM beside CommonJS). */
export function isMillraceError(value: unknown): value is MillraceError {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/**
 * The error itself where it is Millrace's, else a `MillraceError` with `fallbackCode` that keeps it as cause; in both
 * cases with the place filled in where it was not known.
 */
export function toMillraceError(thrown: unknown, fallbackCode: string, place: ErrorPlace = {}): MillraceError {
  const error = isMillraceError(thrown)
    ? thrown
    : new MillraceError(fallbackCode, describeCause(thrown), { cause: thrown });
  error.stage ??= place.stage;
  error.item ??= place.item;
  error.part ??= place.part;
  error.ordinal ??= place.ordinal;
  return error;
}

function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const own = cause.name === 'Error' ? cause.message : `${cause.name}: ${cause.message}`;
  return cause.cause === undefined ? own : `${own} (caused by ${describeCause(cause.cause)})`;
}

const BRAND: unique symbol = Symbol.for('@millrace/error');
const NAMED_CAUSE: unique symbol = Symbol.for('@millrace/named-cause');

/** Where in a run an error happened. The runner fills in what the thrower does not know. */
export interface ErrorPlace {
  /** Name of the stage (source, transform, sink, quarantine) that failed. */
  readonly stage?: string | undefined;
  /** Id of the item (one version of one object) that was being processed. */
  readonly item?: string | undefined;
  /** Which part of the item, such as the name of a file in an archive. It is content: `toJSON` leaves it out. */
  readonly part?: string | undefined;
  /** Number of the part in its item, from 1. */
  readonly partNumber?: number | undefined;
  /** Number of the record in its item, from 0. */
  readonly ordinal?: number | undefined;
}

export interface MillraceErrorOptions extends ErrorPlace {
  /** What led to this error; kept as `error.cause`. */
  readonly cause?: unknown;
  /**
   * Machine-readable facts about the failure, such as a limit and the value that passed it. Never record content, except
   * under the key `content`: a quarantine keeps it with the rejection, and `toJSON` leaves it out.
   */
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
  partNumber: number | undefined;
  ordinal: number | undefined;

  constructor(code: string, message: string, options: MillraceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryable = options.retryable ?? false;
    this.stage = options.stage;
    this.item = options.item;
    this.part = options.part;
    this.partNumber = options.partNumber;
    this.ordinal = options.ordinal;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /**
   * Returns a plain object for logs, reports and the ledger: code, message, place, details, whether a retry can help, and
   * the chain of causes as text. It holds no record content: `details.content` and `part` are left out, and a cause that is not
   * Millrace's is named by its type and code, as its message may quote a record. `error.cause` keeps the cause itself.
   */
  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      message: this.message,
      stage: this.stage,
      item: this.item,
      partNumber: this.partNumber,
      ordinal: this.ordinal,
      details: withoutContent(this.details),
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
 * Reads an error back from what `toJSON` returned, as a ledger keeps it: its `toJSON` returns the same again. Its cause is an
 * error whose message is what `toJSON` says of the chain of causes. For plugin authors.
 *
 * @example
 * const error = errorFromJson(JSON.parse(text));
 */
export function errorFromJson(plain: Readonly<Record<string, unknown>>): MillraceError {
  const { code, message, cause, ...rest } = plain;
  const named = typeof cause === 'string' ? Object.assign(new Error(cause), { [NAMED_CAUSE]: true }) : undefined;
  return new MillraceError(String(code), String(message), { ...(rest as MillraceErrorOptions), cause: named });
}

/** Codes of failures that happen before records are parsed, or apart from them: a foreign message quotes none. */
const BEFORE_CONTENT: ReadonlySet<string> = new Set(['SOURCE_FAILED', 'LEDGER_FAILED', 'REFS_FAILED']);

/**
 * Returns the error itself if it is Millrace's, else a `MillraceError` with `fallbackCode` that keeps it as cause; in both
 * cases with the place filled in as far as it was missing.
 *
 * The message names the type and code of what was thrown. Its text, which may quote a record, goes to
 * `details.content.thrown`, which only a quarantine keeps.
 */
export function toMillraceError(thrown: unknown, fallbackCode: string, place: ErrorPlace = {}): MillraceError {
  const error = isMillraceError(thrown) ? thrown : foreign(thrown, fallbackCode);
  error.stage ??= place.stage;
  error.item ??= place.item;
  error.part ??= place.part;
  error.partNumber ??= place.partNumber;
  error.ordinal ??= place.ordinal;
  return error;
}

function foreign(thrown: unknown, code: string): MillraceError {
  if (BEFORE_CONTENT.has(code)) return new MillraceError(code, textOf(thrown), { cause: thrown });
  return new MillraceError(
    code,
    `The stage threw ${describeCause(thrown)}. Its text, which may quote a record, is in error.cause and in the details of the ` +
      'kept rejection.',
    { cause: thrown, details: { content: { thrown: textOf(thrown) } } },
  );
}

function withoutContent(details: MillraceError['details']): MillraceError['details'] {
  if (details === undefined || !('content' in details)) return details;
  const { content: _, ...rest } = details;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** Names a cause without quoting it. */
function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return `a value of type ${cause === null ? 'null' : typeof cause}`;
  if (NAMED_CAUSE in cause) return cause.message;
  const own = isMillraceError(cause) ? `${cause.code}: ${cause.message}` : typeOf(cause);
  return cause.cause === undefined ? own : `${own} (caused by ${describeCause(cause.cause)})`;
}

/** The type and code of an error, as far as they look like a type and a code: whoever made it may have put anything there. */
function typeOf({ name, code }: Error & { readonly code?: unknown }): string {
  const type = /^[A-Za-z]\w{0,63}$/.test(name) ? name : 'Error';
  return typeof code === 'string' && /^[A-Z0-9][A-Z0-9_]{1,63}$/.test(code) ? `${type} ${code}` : type;
}

/** All that an error says, content included. */
function textOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : `a value of type ${typeof thrown}`;
  const own = thrown.name === 'Error' ? thrown.message : `${thrown.name}: ${thrown.message}`;
  return thrown.cause === undefined ? own : `${own} (caused by ${textOf(thrown.cause)})`;
}

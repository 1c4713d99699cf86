import { check, checkOptions } from '@millrace/core/plugin';

/**
 * How long the sink repeats a statement that fails for a reason which can pass: connections that break, a server or pooler that
 * restarts, deadlocks, serialization failures, too many connections. The budget is each statement's own. When it is used up, the
 * write rejects with `POSTGRES_UNAVAILABLE`, which is `retryable`.
 */
export interface PostgresRetryOptions {
  /** Attempts at one statement. @default 10 */
  readonly attempts?: number;
  /** Milliseconds for one statement, waits included; an attempt that is under way is still waited for. @default 60000 */
  readonly timeMs?: number;
  /** The first wait is drawn between 0 and this many milliseconds; the range doubles each time. @default 50 */
  readonly baseMs?: number;
  /** The longest wait, in milliseconds. @default 5000 */
  readonly capMs?: number;
}

/** What a timer of Node holds, about 24.8 days; it fires at once if it is set to more. */
export const MAX_TIMER_MS = 2_147_483_647;

export type RetryBudget = Required<PostgresRetryOptions>;

/** @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID` */
export function readRetryOptions(owner: string, options: PostgresRetryOptions = {}): RetryBudget {
  const whole = check.optional(check.integer(0));
  const wait = check.optional(check.integer(0, MAX_TIMER_MS));
  checkOptions(`${owner} retry`, options, {
    attempts: check.optional(check.integer(1)),
    timeMs: whole,
    baseMs: wait,
    capMs: wait,
  });
  return { attempts: 10, timeMs: 60_000, baseMs: 50, capMs: 5_000, ...defined(options) };
}

function defined(options: PostgresRetryOptions): PostgresRetryOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

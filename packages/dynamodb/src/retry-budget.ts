import { check, checkOptions } from '@millrace/core/plugin';

/**
 * How long the sink goes on with records that DynamoDB does not take: throttled, unprocessed or unreachable. The budget
 * is each request's own and begins anew whenever some of its records get through, so a slow table slows the run and
 * only a stuck one ends it. The SDK's own attempts come on top.
 */
export interface DynamodbRetryOptions {
  /** Attempts in a row in which nothing gets through. @default 12 */
  readonly attempts?: number;
  /** Milliseconds in which nothing gets through. @default 60000 */
  readonly timeMs?: number;
  /** The first back-off is drawn between 0 and this many milliseconds; the range doubles each time. @default 50 */
  readonly baseMs?: number;
  /** The longest back-off, in milliseconds. @default 5000 */
  readonly capMs?: number;
}

export type RetryBudget = Required<DynamodbRetryOptions>;

/** @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID` */
export function retryBudget(owner: string, options: DynamodbRetryOptions = {}): RetryBudget {
  checkOptions(`${owner} retry`, options, {
    attempts: check.optional(check.integer(1)),
    timeMs: check.optional(check.integer(0)),
    baseMs: check.optional(check.numeric(0)),
    capMs: check.optional(check.numeric(0)),
  });
  const { attempts = 12, timeMs = 60_000, baseMs = 50, capMs = 5_000 } = options;
  return { attempts, timeMs, baseMs, capMs };
}

import { check, checkOptions } from '@millrace/core/plugin';
import type { InvocationContext } from './invocation-context.ts';
import type { S3Event } from './s3-event.ts';

/** Says which created objects go to a handler, and how, like the notification configuration of a bucket. */
export interface ObjectCreatedSubscription {
  readonly bucket: string;
  /** Delivers only keys that start with this. @default '' */
  readonly prefix?: string;
  /** Delivers only keys that end with this. @default '' */
  readonly suffix?: string;
  /** Handles each event, as a Lambda function does. Its result is kept; if it throws, the event is retried. */
  readonly handler: (event: S3Event, context: InvocationContext) => unknown;
  /** Number of times each event is delivered. S3 delivers at least once, so use 2 to test duplicates. @default 1 */
  readonly deliveries?: number;
  /** Number of retries after a throw, as Lambda makes for asynchronous invocations. @default 2 */
  readonly retries?: number;
  /** Pause before a retry, in milliseconds. Lambda waits one minute, then two. @default 50 */
  readonly retryDelayMs?: number;
  /** Maximum number of concurrent invocations. @default 10 */
  readonly concurrency?: number;
  /** Initial value of `getRemainingTimeInMillis`, in milliseconds. It is reported, not enforced. @default 900000 */
  readonly timeoutMs?: number;
}

export function checkSubscription(subscription: ObjectCreatedSubscription): void {
  checkOptions('onObjectCreated', subscription, {
    bucket: check.text,
    prefix: check.optional((value) => (typeof value === 'string' ? undefined : 'a string')),
    suffix: check.optional((value) => (typeof value === 'string' ? undefined : 'a string')),
    handler: check.callback,
    deliveries: check.optional(check.integer(1, 100)),
    retries: check.optional(check.integer(0, 100)),
    retryDelayMs: check.optional(check.integer(0)),
    concurrency: check.optional(check.integer(1, 1000)),
    timeoutMs: check.optional(check.integer(1)),
  });
}

export function matches(
  { bucket, prefix = '', suffix = '' }: ObjectCreatedSubscription,
  object: { readonly bucket: string; readonly key: string },
): boolean {
  return object.bucket === bucket && object.key.startsWith(prefix) && object.key.endsWith(suffix);
}

import { check, checkOptions } from '@millrace/core/plugin';
import type { InvocationContext } from './invocation-context.ts';
import type { S3Event } from './s3-event.ts';

/** Which created objects go to which handler, and how; like the notification configuration of a bucket. */
export interface ObjectCreatedSubscription {
  readonly bucket: string;
  /** Only keys that start with this. @default '' */
  readonly prefix?: string;
  /** Only keys that end with this. @default '' */
  readonly suffix?: string;
  /** Called with each event, as Lambda calls a function: what it answers is kept, a throw is retried. */
  readonly handler: (event: S3Event, context: InvocationContext) => unknown;
  /** Times that each event is delivered: S3 promises at least once, so 2 is a fair rehearsal. @default 1 */
  readonly deliveries?: number;
  /** Further attempts after a throw, as Lambda does for asynchronous invocations. @default 2 */
  readonly retries?: number;
  /** Pause before a further attempt, in milliseconds. Lambda waits one minute, then two. @default 50 */
  readonly retryDelayMs?: number;
  /** Invocations at once. @default 10 */
  readonly concurrency?: number;
  /** What `getRemainingTimeInMillis` of an invocation starts from, in milliseconds. It is told, not enforced. @default 900000 */
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

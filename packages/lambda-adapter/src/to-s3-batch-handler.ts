import type { Feed, MillraceError } from '@millrace/core';
import { check } from '@millrace/core/plugin';
import { unknownEvent } from './events/read-event.ts';
import { readS3BatchJob } from './events/s3-batch-job.ts';
import { checkFeedHandlerOptions, type FeedHandlerOptions } from './feed-handler-options.ts';
import { type HandlerSettings, handlerSettings } from './handler-options.ts';
import { carryAll } from './invocation/carry-all.ts';
import { carryObjects } from './invocation/carry-objects.ts';
import type { BeginInvocation } from './invocation/settle.ts';
import { startTimeBudget } from './invocation/time-budget.ts';
import type { LambdaContext } from './lambda-context.ts';
import type { ObjectRef } from './object-ref.ts';
import type { ObjectResult } from './object-result.ts';
import { isFailure } from './objects-failed-error.ts';
import type { RouteTable } from './routes.ts';
import { resultString } from './s3-batch/result-string.ts';

/** Options of {@link toS3BatchHandler}. */
export interface S3BatchHandlerOptions extends FeedHandlerOptions {
  /**
   * Whether it is useless to try a failed object again, so that its task is a `PermanentFailure`. It is asked for objects
   * that failed; those that are held or that time ran out on are always temporary.
   *
   * @default true for a key that cannot be decoded, a task that names no object, routes that are missing or overlap, and
   *   for too many rejections, or nothing but rejections; false for all else and for every `retryable` error, which S3 tries
   *   again before the job ends
   */
  readonly permanent?: (error: MillraceError) => boolean;
}

export type S3BatchResultCode = 'Succeeded' | 'TemporaryFailure' | 'PermanentFailure';

/** The answer to S3 Batch Operations: it names the invocation and each task as the request did. */
export interface S3BatchResponse {
  readonly invocationSchemaVersion: string;
  /** What S3 takes a task for that the answer leaves out, of which there is none. */
  readonly treatMissingKeysAs: S3BatchResultCode;
  readonly invocationId: string;
  // Not readonly inside: the types that AWS publishes for handlers are not.
  readonly results: { taskId: string; resultCode: S3BatchResultCode; resultString: string }[];
}

/**
 * A Lambda handler for a job of S3 Batch Operations.
 *
 * @throws MillraceError `LAMBDA_EVENT_UNKNOWN`, `LAMBDA_EVENT_VERSION` where the event as a whole is not understood
 */
export type S3BatchHandler = (event: unknown, context?: LambdaContext) => Promise<S3BatchResponse>;

/**
 * Makes a Lambda handler for S3 Batch Operations, schemas 1.0 and 2.0: every object of a manifest goes through the feed. The
 * job's completion report gets one line for each object, with its counts or its error.
 *
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function toS3BatchHandler(
  target: Feed<ObjectRef> | RouteTable,
  options: S3BatchHandlerOptions = {},
): S3BatchHandler {
  checkFeedHandlerOptions<S3BatchHandlerOptions>('toS3BatchHandler', options, {
    permanent: check.optional(check.callback),
  });
  const begin = carryObjects('toS3BatchHandler', target, options);
  const settings = handlerSettings(options);
  const { permanent = isPermanent } = options;
  return (event, context) => handleTasks(event, context, begin, settings, permanent);
}

async function handleTasks(
  event: unknown,
  context: LambdaContext | undefined,
  begin: BeginInvocation,
  { keys, reserveMs, concurrency, log, onReport, continueWith }: HandlerSettings,
  permanent: (error: MillraceError) => boolean,
): Promise<S3BatchResponse> {
  const job = readS3BatchJob(event, keys);
  if (job === undefined) throw unknownEvent('toS3BatchHandler', 'tasks of S3 Batch Operations', event);
  const budget = startTimeBudget(context, reserveMs);
  const continuing = continueWith && { continueWith, untouched: false };
  try {
    const errands = job.tasks.map(({ taskId, arrival }) => ({ arrival, carrier: { taskId } }));
    const all = { begin, budget, context, concurrency, log, onReport, continuing };
    const results = await carryAll(errands, all);
    return {
      invocationSchemaVersion: job.schemaVersion,
      treatMissingKeysAs: 'TemporaryFailure',
      invocationId: job.invocationId,
      results: job.tasks.map(({ taskId }, index) => ({
        taskId,
        resultCode: resultCode(results[index]!, permanent),
        resultString: resultString(results[index]!),
      })),
    };
  } finally {
    budget.end();
  }
}

function resultCode(results: readonly ObjectResult[], permanent: (error: MillraceError) => boolean): S3BatchResultCode {
  const failures = results.filter(isFailure);
  if (failures.length === 0) return 'Succeeded';
  const hopeless = failures.every(({ outcome, error }) => outcome === 'failed' && error && permanent(error));
  return hopeless ? 'PermanentFailure' : 'TemporaryFailure';
}

/** Where it is wrong, S3 has tried an object again for nothing. A list that is too long would give up on objects. */
const PERMANENT: ReadonlySet<string> = new Set([
  'LAMBDA_EVENT_UNKNOWN',
  'LAMBDA_KEY_INVALID',
  'LAMBDA_ROUTE_MISSING',
  'LAMBDA_ROUTES_OVERLAP',
  'TOO_MANY_REJECTIONS',
  'ALL_RECORDS_REJECTED',
]);

function isPermanent({ code, retryable }: MillraceError): boolean {
  return !retryable && PERMANENT.has(code);
}

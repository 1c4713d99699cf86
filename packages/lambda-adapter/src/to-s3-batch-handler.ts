import type { Feed, MillraceError } from '@millrace/core';
import { check } from '@millrace/core/plugin';
import { s3BatchCarrier, type S3BatchResponse } from './carriers/s3-batch.ts';
import { checkFeedHandlerOptions, type FeedHandlerOptions } from './feed-handler-options.ts';
import { handlerSettings } from './handler-options.ts';
import { makeHandler } from './invocation/make-handler.ts';
import { processWithFeeds } from './invocation/process-with-feeds.ts';
import type { LambdaContext } from './lambda-context.ts';
import type { ObjectRef } from './object-ref.ts';
import type { RouteTable } from './routes.ts';

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
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`, `RETIRE_UNSUPPORTED`
 */
export function toS3BatchHandler(
  target: Feed<ObjectRef> | RouteTable,
  options: S3BatchHandlerOptions = {},
): S3BatchHandler {
  checkFeedHandlerOptions<S3BatchHandlerOptions>('toS3BatchHandler', options, {
    permanent: check.optional(check.callback),
  });
  const begin = processWithFeeds('toS3BatchHandler', target, options);
  return makeHandler(s3BatchCarrier(options.permanent), begin, handlerSettings(options));
}

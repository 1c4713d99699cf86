import type { Feed } from '@millrace/core';
import { asynchronousCarrier } from './carriers/asynchronous.ts';
import { checkFeedHandlerOptions, type FeedHandlerOptions } from './feed-handler-options.ts';
import { handlerSettings } from './handler-options.ts';
import { processWithFeeds } from './invocation/process-with-feeds.ts';
import { makeHandler } from './invocation/make-handler.ts';
import type { ObjectRef } from './object-ref.ts';
import type { RouteTable } from './routes.ts';
import type { S3Handler } from './s3-handler.ts';

/** Options of {@link toS3Handler}. */
export interface S3HandlerOptions extends FeedHandlerOptions {}

/**
 * Makes a Lambda handler for asynchronous invocation: by S3 itself, by SNS, by EventBridge, or with a list of references.
 * Every object of the event goes through the feed, in a run of its own. The invocation fails where any object fails, after
 * all of them were tried: Lambda then retries the event twice and passes it to the function's on-failure destination.
 *
 * The feed is made once, outside the handler, and never closed, so its clients and connections are reused by all
 * invocations of the process.
 *
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`, `RETIRE_UNSUPPORTED`
 */
export function toS3Handler(target: Feed<ObjectRef> | RouteTable, options: S3HandlerOptions = {}): S3Handler {
  checkFeedHandlerOptions('toS3Handler', options, {});
  const begin = processWithFeeds('toS3Handler', target, options);
  return makeHandler(asynchronousCarrier('toS3Handler'), begin, handlerSettings(options));
}

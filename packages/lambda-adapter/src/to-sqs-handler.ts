import type { Feed } from '@millrace/core';
import { check, checkOptions, type OptionCheck } from '@millrace/core/plugin';
import { type SqsBatchResponse, sqsCarrier } from './carriers/sqs.ts';
import { checkFeedHandlerOptions, type FeedHandlerOptions } from './feed-handler-options.ts';
import { handlerChecks, type HandlerOptions, handlerSettings } from './handler-options.ts';
import { makeHandler } from './invocation/make-handler.ts';
import { processWithCopy } from './invocation/process-with-copy.ts';
import { processWithFeeds } from './invocation/process-with-feeds.ts';
import type { BeginInvocation } from './invocation/settle.ts';
import type { LambdaContext } from './lambda-context.ts';
import type { LandingCopy } from './landing-copy.ts';
import type { ObjectRef } from './object-ref.ts';
import type { RouteTable } from './routes.ts';
import type { VisibilityOptions } from './sqs/keep-invisible.ts';

/** Options of {@link toSqsHandler} that come from its carrier. */
export interface SqsOptions {
  /**
   * Keeps the messages of the batch invisible for as long as they are worked on. @default none: the queue's visibility
   * timeout must suffice, which AWS advises to be six times the function's time-out
   */
  readonly visibility?: VisibilityOptions;
  /**
   * What to do when every message of a batch fails. `report` names them in the response, as always, so the invocation counts as
   * a success and alarms on the function's errors stay silent. `throw` fails the invocation, which makes SQS deliver all of
   * them again as well. Either way the log gets a line from which CloudWatch makes the metric `Millrace/BatchesFailed`.
   * @default 'report'
   */
  readonly onAllFailed?: 'report' | 'throw';
}

/** Options of {@link toSqsHandler} for a feed or routes. */
export interface SqsHandlerOptions extends FeedHandlerOptions, SqsOptions {}

/** Options of {@link toSqsHandler} for the copy step. */
export interface SqsLandingOptions extends HandlerOptions, SqsOptions {}

/**
 * A Lambda handler for an SQS queue.
 *
 * @throws MillraceError `LAMBDA_EVENT_UNKNOWN` where the event is no batch of messages
 */
export type SqsHandler = (event: unknown, context?: LambdaContext) => Promise<SqsBatchResponse>;

/**
 * Makes a Lambda handler for a queue whose messages tell of objects: S3 notifications, SNS messages with or without raw
 * delivery, S3 events of EventBridge, lists of references. Each message is done or fails alone, and is done where all of its
 * objects are; those that failed are named in the answer, so that they alone are delivered again.
 *
 * When the time runs out, messages that were not begun are answered as failures. In a FIFO queue, a message that fails
 * stops its group: the later ones of the group are not tried and answered as failures, so that their order is kept.
 *
 * @param target a feed, routes to several, or for the copy step what `copyToLanding(…)` of `@millrace/s3` makes
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`, `RETIRE_UNSUPPORTED`
 */
export function toSqsHandler(target: Feed<ObjectRef> | RouteTable, options?: SqsHandlerOptions): SqsHandler;
export function toSqsHandler(target: LandingCopy, options?: SqsLandingOptions): SqsHandler;
export function toSqsHandler(
  target: Feed<ObjectRef> | RouteTable | LandingCopy,
  options: SqsHandlerOptions = {},
): SqsHandler {
  const begin = processOf(target, options);
  return makeHandler(sqsCarrier(options), begin, handlerSettings(options));
}

function processOf(target: Feed<ObjectRef> | RouteTable | LandingCopy, options: SqsHandlerOptions): BeginInvocation {
  const visibility = checkVisibility;
  const onAllFailed = check.optional(check.oneOf('report', 'throw'));
  if (typeof target === 'function') {
    checkOptions<SqsLandingOptions>('toSqsHandler', options, { ...handlerChecks(), visibility, onAllFailed });
    return processWithCopy('toSqsHandler', target);
  }
  checkFeedHandlerOptions<SqsHandlerOptions>('toSqsHandler', options, { visibility, onAllFailed });
  return processWithFeeds('toSqsHandler', target, options);
}

const checkVisibility: OptionCheck = (value) => {
  if (value === undefined) return undefined;
  checkOptions<VisibilityOptions>('visibility', value as VisibilityOptions, {
    extend: check.callback,
    everyMs: check.optional(check.integer(1)),
    seconds: check.optional(check.integer(1, 43_200)),
  });
  return undefined;
};

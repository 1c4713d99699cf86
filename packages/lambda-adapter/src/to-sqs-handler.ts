import type { Feed } from '@millrace/core';
import { check, checkOptions, type OptionCheck } from '@millrace/core/plugin';
import { unknownEvent } from './events/read-event.ts';
import { readSqsBatch, type SqsDelivery } from './events/sqs-batch.ts';
import { checkFeedHandlerOptions, type FeedHandlerOptions } from './feed-handler-options.ts';
import { handlerChecks, type HandlerOptions, type HandlerSettings, handlerSettings } from './handler-options.ts';
import { carryAll, type Errand } from './invocation/carry-all.ts';
import { carryObjects } from './invocation/carry-objects.ts';
import { copyObjects } from './invocation/copy-objects.ts';
import type { BeginInvocation } from './invocation/settle.ts';
import { startTimeBudget } from './invocation/time-budget.ts';
import type { LambdaContext } from './lambda-context.ts';
import type { LandingCopy } from './landing-copy.ts';
import type { ObjectRef } from './object-ref.ts';
import { logBatchFailed } from './invocation/log-line.ts';
import { summarise } from './object-result.ts';
import { isFailure, ObjectsFailedError } from './objects-failed-error.ts';
import type { RouteTable } from './routes.ts';
import { keepInvisible, type VisibilityOptions } from './sqs/keep-invisible.ts';

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
 * The answer to SQS. Lambda deletes the messages that it does not name, and obeys it only where the event source mapping
 * has `ReportBatchItemFailures`; without that, it deletes all of them.
 */
export interface SqsBatchResponse {
  // Not readonly inside: the types that AWS publishes for handlers are not.
  readonly batchItemFailures: { itemIdentifier: string }[];
}

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
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function toSqsHandler(target: Feed<ObjectRef> | RouteTable, options?: SqsHandlerOptions): SqsHandler;
export function toSqsHandler(target: LandingCopy, options?: SqsLandingOptions): SqsHandler;
export function toSqsHandler(
  target: Feed<ObjectRef> | RouteTable | LandingCopy,
  options: SqsHandlerOptions = {},
): SqsHandler {
  const begin = processOf(target, options);
  const settings = handlerSettings(options);
  return (event, context) => handleBatch(event, context, begin, settings, options);
}

function processOf(target: Feed<ObjectRef> | RouteTable | LandingCopy, options: SqsHandlerOptions): BeginInvocation {
  const visibility = checkVisibility;
  const onAllFailed = check.optional(check.oneOf('report', 'throw'));
  if (typeof target === 'function') {
    checkOptions<SqsLandingOptions>('toSqsHandler', options, { ...handlerChecks(), visibility, onAllFailed });
    return copyObjects('toSqsHandler', target);
  }
  checkFeedHandlerOptions<SqsHandlerOptions>('toSqsHandler', options, { visibility, onAllFailed });
  return carryObjects('toSqsHandler', target, options);
}

async function handleBatch(
  event: unknown,
  context: LambdaContext | undefined,
  begin: BeginInvocation,
  { keys, reserveMs, concurrency, log, onReport, continueWith }: HandlerSettings,
  { visibility, onAllFailed = 'report' }: SqsOptions,
): Promise<SqsBatchResponse> {
  const messages = readSqsBatch(event, keys);
  if (messages === undefined) throw unknownEvent('toSqsHandler', 'batches of SQS messages', event);
  const budget = startTimeBudget(context, reserveMs);
  const owners = messages.flatMap((message) => message.arrivals.map(() => message));
  const open = new Map(messages.map((message) => [message, message.arrivals.length]));
  const settled = (index: number): void => {
    const message = owners[index]!;
    const left = (open.get(message) ?? 0) - 1;
    if (left > 0) open.set(message, left);
    else open.delete(message);
  };
  const invisible = visibility && keepInvisible(visibility, () => [...open.keys()], { log, context });
  // A message that was not begun is delivered again by the queue, which needs no help.
  const continuing = continueWith && { continueWith, untouched: false };
  try {
    const errands = messages.flatMap(toErrands);
    const all = { begin, budget, context, concurrency, log, onReport, continuing, settled };
    const results = await carryAll(errands, all);
    const failed = owners.filter((_, index) => results[index]!.some(isFailure)).map(({ messageId }) => messageId);
    const failures = [...new Set(failed)];
    if (failures.length > 0 && failures.length === messages.length) {
      logBatchFailed(log, failures.length, context);
      if (onAllFailed === 'throw') throw new ObjectsFailedError(summarise(results.flat()));
    }
    return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) };
  } finally {
    invisible?.stop();
    budget.end();
  }
}

function toErrands({ messageId, group, arrivals }: SqsDelivery): readonly Errand[] {
  return arrivals.map((arrival) => ({ arrival, lane: group, carrier: { messageId } }));
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

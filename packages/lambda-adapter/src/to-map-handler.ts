import type { Feed } from '@millrace/core';
import { check } from '@millrace/core/plugin';
import { readMapItems } from './events/map-items.ts';
import { unknownEvent } from './events/read-event.ts';
import { readReferences } from './events/references.ts';
import { checkFeedHandlerOptions, type FeedHandlerOptions } from './feed-handler-options.ts';
import { type HandlerSettings, handlerSettings } from './handler-options.ts';
import { carryAll } from './invocation/carry-all.ts';
import { carryObjects } from './invocation/carry-objects.ts';
import type { BeginInvocation } from './invocation/settle.ts';
import { startTimeBudget } from './invocation/time-budget.ts';
import type { LambdaContext } from './lambda-context.ts';
import { type MapSummary, summariseMap } from './map-summary.ts';
import type { ObjectRef } from './object-ref.ts';
import { summarise } from './object-result.ts';
import { isFailure, ObjectsFailedError } from './objects-failed-error.ts';
import type { RouteTable } from './routes.ts';

/** Options of {@link toMapHandler}. */
export interface MapHandlerOptions extends FeedHandlerOptions {
  /** Bucket of items that name none, as those of a listing. @default such items fail */
  readonly bucket?: string;
  /**
   * What to do after all items were tried, where one failed. `throw`: fail the child, so that Step Functions retries it or
   * counts it against the failures that the map tolerates. `report`: succeed, with the failures in the summary.
   * @default 'throw'
   */
  readonly onFailure?: 'throw' | 'report';
  /** Failures at most that a summary holds; the others are counted. @default 10 */
  readonly keepFailures?: number;
}

/**
 * A Lambda handler for the children of a Distributed Map.
 *
 * @throws MillraceError `LAMBDA_EVENT_UNKNOWN` where the event holds no items
 * @throws ObjectsFailedError `LAMBDA_OBJECTS_FAILED` where an object failed, unless `onFailure` is `report`
 */
export type MapHandler = (event: unknown, context?: LambdaContext) => Promise<MapSummary>;

/**
 * Makes a Lambda handler for the children of a Distributed Map of Step Functions: single items, batches of `ItemBatcher`, or
 * lists of references. It answers a summary that is small, since Step Functions keeps the answer of every child.
 *
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function toMapHandler(target: Feed<ObjectRef> | RouteTable, options: MapHandlerOptions = {}): MapHandler {
  checkFeedHandlerOptions<MapHandlerOptions>('toMapHandler', options, {
    bucket: check.optional(check.text),
    onFailure: check.optional(check.oneOf('throw', 'report')),
    keepFailures: check.optional(check.integer(0)),
  });
  const begin = carryObjects('toMapHandler', target, options);
  const settings = handlerSettings(options);
  return (event, context) => handleItems(event, context, begin, settings, options);
}

async function handleItems(
  event: unknown,
  context: LambdaContext | undefined,
  begin: BeginInvocation,
  { keys, reserveMs, concurrency, log, onReport, continueWith }: HandlerSettings,
  { bucket, onFailure = 'throw', keepFailures = 10 }: MapHandlerOptions,
): Promise<MapSummary> {
  const budget = startTimeBudget(context, reserveMs);
  const continuing = continueWith && { continueWith, untouched: true };
  try {
    const arrivals = readMapItems(event, keys, bucket) ?? readReferences(event, keys);
    if (arrivals === undefined) throw unknownEvent('toMapHandler', 'items of a Distributed Map', event);
    const errands = arrivals.map((arrival) => ({ arrival }));
    const all = { begin, budget, context, concurrency, log, onReport, continuing };
    const results = (await carryAll(errands, all)).flat();
    if (onFailure === 'throw' && results.some(isFailure)) throw new ObjectsFailedError(summarise(results));
    return summariseMap(results, keepFailures);
  } finally {
    budget.end();
  }
}

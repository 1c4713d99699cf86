import type { Feed } from '@millrace/core';
import { check } from '@millrace/core/plugin';
import { distributedMapCarrier } from './carriers/distributed-map.ts';
import { checkFeedHandlerOptions, type FeedHandlerOptions } from './feed-handler-options.ts';
import { handlerSettings } from './handler-options.ts';
import { makeHandler } from './invocation/make-handler.ts';
import { processWithFeeds } from './invocation/process-with-feeds.ts';
import type { LambdaContext } from './lambda-context.ts';
import type { MapSummary } from './map-summary.ts';
import type { ObjectRef } from './object-ref.ts';
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
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`, `RETIRE_UNSUPPORTED`
 */
export function toMapHandler(target: Feed<ObjectRef> | RouteTable, options: MapHandlerOptions = {}): MapHandler {
  checkFeedHandlerOptions<MapHandlerOptions>('toMapHandler', options, {
    bucket: check.optional(check.text),
    onFailure: check.optional(check.oneOf('throw', 'report')),
    keepFailures: check.optional(check.integer(0)),
  });
  const begin = processWithFeeds('toMapHandler', target, options);
  return makeHandler(distributedMapCarrier(options), begin, handlerSettings(options));
}

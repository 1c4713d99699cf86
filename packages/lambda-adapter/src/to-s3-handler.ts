import { check, checkOptions, type Feed, MillraceError, type RejectionLimit, type RunOptions } from '@millrace/core';
import type { ContinueWith } from './continue-with.ts';
import { handlerChecks, type HandlerOptions, handlerSettings } from './handler-options.ts';
import { failureOf, handleEvent, type Process, type Processed } from './invocation/handle-event.ts';
import type { TimeBudget } from './invocation/time-budget.ts';
import type { ObjectRef } from './object-ref.ts';
import { checkFeed, type RouteTable } from './routes.ts';
import type { S3Handler } from './s3-handler.ts';

/** Options of {@link toS3Handler}. Those of a run are passed on to the feed. */
export interface S3HandlerOptions
  extends
    HandlerOptions,
    Pick<
      RunOptions,
      'quarantine' | 'maxRejections' | 'ledger' | 'leaseMs' | 'checkpointRecords' | 'versions' | 'observer'
    > {
  /**
   * Takes the objects that the invocation's time did not suffice for. It needs a ledger, without which the next invocation
   * would begin each of them anew. @default none: an unfinished object fails the invocation, so that Lambda retries it
   */
  readonly continueWith?: ContinueWith;
}

/**
 * Makes a Lambda handler for S3 notifications that S3 sends to the function itself. Every object of the event goes through
 * the feed, in a run of its own. The invocation fails where any object fails, after all of them were tried: Lambda then
 * retries the event twice and passes it to the function's on-failure destination.
 *
 * The feed is made once, outside the handler, and never closed, so its clients and connections are reused by all
 * invocations of the process.
 *
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function toS3Handler(target: Feed<ObjectRef> | RouteTable, options: S3HandlerOptions = {}): S3Handler {
  checkOptions<S3HandlerOptions>('toS3Handler', options, {
    ...handlerChecks(),
    quarantine: check.optional(checkQuarantine),
    maxRejections: check.optional(check.object),
    ledger: check.optional(checkLedger),
    leaseMs: check.optional(check.integer(100)),
    checkpointRecords: check.optional(check.integer(1)),
    versions: check.optional(check.oneOf('newest', 'all')),
    observer: check.optional(check.object),
    continueWith: check.optional(check.callback),
  });
  if (options.continueWith !== undefined && options.ledger === undefined) {
    throw new MillraceError(
      'OPTION_INVALID',
      'toS3Handler: option "continueWith" needs a ledger that knows how far each object came.',
    );
  }
  // The run checks these too, but a mistake should show when the function starts and not with its first object.
  checkOptions<RejectionLimit>('toS3Handler: maxRejections', options.maxRejections ?? {}, {
    count: check.optional(check.integer(0)),
    share: check.optional(check.numeric(0, 1)),
  });
  const { concurrency: _concurrency, reserveMs: _reserveMs, log: _log, continueWith, ...runOptions } = options;
  const settings = { ...handlerSettings(options), continueWith };
  const { feedFor } = toRouteTable(target);
  const process: Process = ({ ref }, budget) => {
    const feed = feedFor(ref);
    if (feed === 'ignore') return Promise.resolve({ outcome: 'ignored' });
    if (feed === 'fail') throw routeMissing(ref);
    return carry(feed, ref, runOptions, budget);
  };
  return (event, context) => handleEvent(event, context, process, settings);
}

/**
 * One run for each object, so that whatever the run answers is this object's: its outcome needs no matching by name, and
 * an object that a run never came to cannot pass for done.
 */
async function carry(
  feed: Feed<ObjectRef>,
  ref: ObjectRef,
  options: RunOptions,
  budget: TimeBudget,
): Promise<Processed> {
  const { deadline, graceMs, outOfTime } = budget;
  const time = deadline === undefined ? {} : { deadline, graceMs };
  try {
    const run = await feed.run([ref], { ...options, ...time, onFailure: 'report' });
    // A run that was stopped before it came to the object has no report of it.
    const report = run.reports[0];
    const told = {
      feed: feed.name,
      ...(report === undefined ? {} : { report }),
      ...(run.observerErrors === 0 ? {} : { observerErrors: run.observerErrors }),
    };
    const { outcome } = report ?? run;
    if (outcome === 'duplicate' || outcome === 'stale') return { outcome, ...told };
    if (outcome === 'complete' && report !== undefined) return { outcome, ...told };
    const error = report?.error ?? run.error ?? (outcome === 'aborted' ? outOfTime() : untold(feed.name));
    return { outcome: outcome === 'complete' ? 'failed' : outcome, ...told, error };
  } catch (thrown) {
    return { feed: feed.name, ...failureOf(thrown, budget) };
  }
}

function untold(feed: string): MillraceError {
  return new MillraceError('LAMBDA_OBJECT_FAILED', `Feed ${feed} did not say what became of the object.`);
}

function checkQuarantine(value: unknown): string | undefined {
  const { write } = (value ?? {}) as { readonly write?: unknown };
  return typeof write === 'function' ? undefined : 'a sink of rejections';
}

function checkLedger(value: unknown): string | undefined {
  const { claim } = (value ?? {}) as { readonly claim?: unknown };
  return typeof claim === 'function' ? undefined : 'a ledger';
}

function toRouteTable(target: Feed<ObjectRef> | RouteTable): RouteTable {
  if (typeof (target as Partial<RouteTable> | undefined)?.feedFor === 'function') return target as RouteTable;
  if (checkFeed(target) === undefined) return { feedFor: () => target as Feed<ObjectRef> };
  throw new MillraceError('OPTION_INVALID', 'toS3Handler takes a feed, or routes([…]) to several feeds.');
}

function routeMissing({ bucket, key }: ObjectRef): MillraceError {
  return new MillraceError(
    'LAMBDA_ROUTE_MISSING',
    `No route matches bucket ${bucket} and key ${key}. Add one, or say in unmatched what to do with such objects.`,
    { details: { bucket, key } },
  );
}

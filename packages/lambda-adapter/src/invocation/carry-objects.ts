import { type Feed, MillraceError, type RunOptions } from '@millrace/core';
import type { FeedHandlerOptions } from '../feed-handler-options.ts';
import { type ObjectRef, objectUri } from '../object-ref.ts';
import { checkFeed, type RouteTable } from '../routes.ts';
import { joinObservers } from './join-observers.ts';
import { failureOf, type Process, type Processed } from './settle.ts';
import type { TimeBudget } from './time-budget.ts';

/**
 * What a handler of feeds does with one object: a run for each feed that the object belongs to.
 *
 * @throws MillraceError `OPTION_INVALID` where the target is neither a feed nor a table
 */
export function carryObjects(
  owner: string,
  target: Feed<ObjectRef> | RouteTable,
  options: FeedHandlerOptions,
): Process {
  const { feedsFor } = toRouteTable(owner, target);
  const runOptions = runOptionsOf(options);
  return async (ref, budget) => {
    const feeds = feedsFor(ref);
    if (feeds === 'ignore') return [{ outcome: 'ignored' }];
    if (feeds === 'fail') throw routeMissing(ref);
    if (options.quarantine?.holds?.(objectUri(ref))) throw quarantineLoop(ref);
    const told: Processed[] = [];
    for (const feed of feeds) {
      const late = told.length > 0 && budget.isOver();
      told.push(
        late
          ? { outcome: 'aborted', feed: feed.name, error: budget.outOfTime() }
          : await carry(feed, ref, runOptions, budget),
      );
    }
    return told;
  };
}

function runOptionsOf(options: FeedHandlerOptions): RunOptions {
  const { quarantine, maxRejections, ledger, leaseMs, checkpointRecords, versions, observer } = options;
  return {
    ...(quarantine && { quarantine }),
    ...(maxRejections && { maxRejections }),
    ...(ledger && { ledger }),
    ...(leaseMs !== undefined && { leaseMs }),
    ...(checkpointRecords !== undefined && { checkpointRecords }),
    ...(versions && { versions }),
    ...(observer && { observer: joinObservers([observer].flat()) }),
  };
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

function toRouteTable(owner: string, target: Feed<ObjectRef> | RouteTable): RouteTable {
  if (typeof (target as Partial<RouteTable> | undefined)?.feedsFor === 'function') return target as RouteTable;
  if (checkFeed(target) === undefined) return { feedsFor: () => [target as Feed<ObjectRef>] };
  throw new MillraceError('OPTION_INVALID', `${owner} takes a feed, or routes([…]) to several feeds.`);
}

/** Each round would reject what the round before rejected, and write the object whose event begins the next one. */
function quarantineLoop(ref: ObjectRef): MillraceError {
  return new MillraceError(
    'LAMBDA_QUARANTINE_LOOP',
    `${objectUri(ref)} is an object of the quarantine that this handler writes to, so carrying it would go on forever. Keep the ` +
      'quarantine in another bucket, or under a prefix that the notification does not cover.',
    { details: { bucket: ref.bucket, key: ref.key } },
  );
}

function routeMissing({ bucket, key }: ObjectRef): MillraceError {
  return new MillraceError(
    'LAMBDA_ROUTE_MISSING',
    `No route matches bucket ${bucket} and key ${key}. Add one, or say in unmatched what to do with such objects.`,
    { details: { bucket, key } },
  );
}

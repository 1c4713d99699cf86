import { type Feed, type ItemReport, MillraceError, type RunSession, type SessionOptions } from '@millrace/core';
import { checkRun } from '@millrace/core/plugin';
import type { FeedHandlerOptions } from '../feed-handler-options.ts';
import { type ObjectRef, objectUri } from '../object-ref.ts';
import { checkFeed, type RouteTable } from '../routes.ts';
import { joinObservers } from './join-observers.ts';
import { type BeginInvocation, failureOf, type Process, type Processed } from './settle.ts';
import type { TimeBudget } from './time-budget.ts';

/**
 * What a handler of feeds does with the objects of an invocation: each goes to every feed that it belongs to. A feed has one
 * session for the whole invocation, so that its sink's concurrency, shared writes and observer span all of the objects.
 *
 * @throws MillraceError `OPTION_INVALID` if the target is neither a feed nor a table, or a run of a feed cannot have the
 *   options; `RETIRE_UNSUPPORTED`
 */
export function processWithFeeds(
  owner: string,
  target: Feed<ObjectRef> | RouteTable,
  options: FeedHandlerOptions,
): BeginInvocation {
  const { feeds: all = [], feedsFor } = toRouteTable(owner, target);
  const runOptions = runOptionsOf(options);
  for (const feed of all) checkRun(feed, runOptions);
  return (budget) => {
    const sessions = new Sessions(runOptions, budget);
    const process: Process = async (ref) => {
      const feeds = feedsFor(ref);
      if (feeds === 'ignore') return [{ outcome: 'ignored' }];
      if (feeds === 'fail') throw routeMissing(ref);
      if (options.quarantine?.holds?.(objectUri(ref))) throw quarantineLoop(ref);
      const results: Processed[] = [];
      for (const feed of feeds) {
        const isLate = budget.isOver();
        results.push(
          isLate
            ? { outcome: 'aborted', feed: feed.name, error: budget.outOfTime() }
            : await sessions.process(feed, ref),
        );
      }
      return results;
    };
    return { process, close: () => sessions.close() };
  };
}

/** The sessions of one invocation, one for each feed that an object has come to. */
class Sessions {
  readonly #options: SessionOptions;
  readonly #budget: TimeBudget;
  readonly #open = new Map<Feed<ObjectRef>, RunSession<ObjectRef>>();

  constructor(options: SessionOptions, budget: TimeBudget) {
    const { deadline, graceMs } = budget;
    this.#options = deadline === undefined ? options : { ...options, deadline, graceMs };
    this.#budget = budget;
  }

  async process(feed: Feed<ObjectRef>, ref: ObjectRef): Promise<Processed> {
    try {
      return this.#resultOf(feed, await this.#session(feed).process(ref));
    } catch (thrown) {
      return { feed: feed.name, ...failureOf(thrown, this.#budget) };
    }
  }

  /** Ends all runs. Resolves with how often their observers threw. */
  async close(): Promise<number> {
    let observerErrors = 0;
    for (const session of this.#open.values()) observerErrors += (await session.close()).observerErrors;
    return observerErrors;
  }

  #session(feed: Feed<ObjectRef>): RunSession<ObjectRef> {
    const known = this.#open.get(feed);
    if (known !== undefined) return known;
    const session = feed.openRun(this.#options);
    this.#open.set(feed, session);
    return session;
  }

  /** An object that the run never came to has no report of its own. */
  #resultOf(feed: Feed<ObjectRef>, report: ItemReport): Processed {
    const { outcome, origin, error } = report;
    if (outcome === 'aborted' && origin === undefined)
      return { outcome, feed: feed.name, error: this.#budget.outOfTime() };
    const why = error ?? (outcome === 'aborted' ? this.#budget.outOfTime() : undefined);
    return { outcome, feed: feed.name, report, ...(why && { error: why }) };
  }
}

function runOptionsOf(options: FeedHandlerOptions): SessionOptions {
  const {
    quarantine,
    maxRejections,
    ledger,
    leaseMs,
    clockSkewMs,
    checkpointRecords,
    versions,
    allRejected,
    observer,
  } = options;
  return {
    ...(quarantine && { quarantine }),
    ...(maxRejections && { maxRejections }),
    ...(ledger && { ledger }),
    ...(leaseMs !== undefined && { leaseMs }),
    ...(checkpointRecords !== undefined && { checkpointRecords }),
    ...(versions && { versions }),
    ...(clockSkewMs !== undefined && { clockSkewMs }),
    ...(allRejected && { allRejected }),
    ...(observer && { observer: joinObservers([observer].flat()) }),
  };
}

function toRouteTable(owner: string, target: Feed<ObjectRef> | RouteTable): RouteTable {
  if (typeof (target as Partial<RouteTable> | undefined)?.feedsFor === 'function') return target as RouteTable;
  if (checkFeed(target) === undefined)
    return { feeds: [target as Feed<ObjectRef>], feedsFor: () => [target as Feed<ObjectRef>] };
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

import type { Feed } from '../../feed.ts';
import { MillraceError, toMillraceError } from '../../millrace-error.ts';
import type { Rejection } from '../../rejection.ts';
import type { ReplayOptions } from '../../replay-options.ts';
import type { ReplayReport } from '../../replay-report.ts';
import { createRunScope } from '../run-scope.ts';
import { bounded } from '../stop/bounded.ts';
import { type ReplayCounts, ReplayedObject } from './replayed-object.ts';

/** Rejections that are replayed together; all of one object. */
const GROUP = 200;

/** Replays rejections object by object, in groups. */
export async function replayRejections<Ref>(
  feed: Feed<Ref>,
  rejections: Iterable<Rejection> | AsyncIterable<Rejection>,
  { signal, settled, ledger, leaseMs, versions }: ReplayOptions,
): Promise<ReplayReport> {
  const scope = createRunScope(feed, {
    ...(signal && { signal }),
    ...(ledger && { ledger }),
    ...(leaseMs !== undefined && { leaseMs }),
    ...(versions && { versions }),
  });
  const counts: ReplayCounts = {
    tried: 0,
    delivered: 0,
    dropped: 0,
    rejected: 0,
    superseded: 0,
    written: 0,
    again: [],
  };
  let error: MillraceError | undefined;
  let object: ReplayedObject<Ref> | undefined;
  try {
    for await (const group of groups(feed.name, rejections)) {
      scope.stop.reading.throwIfAborted();
      const [first] = group;
      if (object?.id !== first!.item.id) {
        await object?.close();
        object = await ReplayedObject.open(scope, first!);
      }
      counts.tried += group.length;
      if (object.refused !== undefined) {
        if (object.refused === 'stale') counts.superseded += group.length;
        else error ??= object.refused;
        continue;
      }
      const done = await object.replay(group, counts);
      await bounded(Promise.resolve(settled?.(done)), scope.stop.over);
    }
  } catch (thrown) {
    error = scope.stop.reason() ?? toMillraceError(thrown, 'REPLAY_FAILED');
  } finally {
    await object?.close().catch((thrown: unknown) => (error ??= toMillraceError(thrown, 'REPLAY_FAILED')));
    scope.stop.dispose();
  }
  const { tried, delivered, dropped, rejected, superseded } = counts;
  const unsettled = tried - delivered - dropped - rejected - superseded;
  return { feed: feed.name, run: scope.run, ...counts, unsettled, ...(error && { error }) };
}

async function* groups(
  feed: string,
  rejections: Iterable<Rejection> | AsyncIterable<Rejection>,
): AsyncGenerator<readonly Rejection[], void, undefined> {
  let group: Rejection[] = [];
  for await (const rejection of rejections) {
    if (rejection.scope === 'item') continue;
    if (rejection.feed !== feed) {
      throw new MillraceError('REPLAY_FOREIGN', `A rejection of feed ${rejection.feed} cannot be replayed by ${feed}.`);
    }
    const same = group[0] === undefined || group[0].item.id === rejection.item.id;
    if (group.length >= GROUP || !same) {
      yield group;
      group = [];
    }
    group.push(rejection);
  }
  if (group.length > 0) yield group;
}

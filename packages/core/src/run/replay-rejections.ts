import type { Feed } from '../feed.ts';
import { isMillraceError, MillraceError, toMillraceError } from '../millrace-error.ts';
import type { Rejection } from '../rejection.ts';
import type { ReplayOptions, ReplayReport } from '../replay.ts';
import { createContexts } from './contexts.ts';
import { LiveEntry } from './live-entry.ts';
import { type RecordPath, recordPath } from './record-path.ts';
import { createRunScope, type RunScope } from './run-scope.ts';
import { Tally } from './tally.ts';

/** Rejections that are carried together; all of one item, because a sink's batch is. */
const GROUP = 200;
/** Rejected again: so many are kept for the report. */
const KEEP = 1000;

/** One rejection under way: the records that it became, and what happened to it. */
interface Attempt {
  readonly rejection: Rejection;
  readonly entries: LiveEntry[];
  again?: Rejection;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Replays rejections in groups: transforms first, then writes; a replay is rare, so it keeps to the simple way. */
export async function replayRejections<Ref>(
  feed: Feed<Ref>,
  rejections: Iterable<Rejection> | AsyncIterable<Rejection>,
  { signal, settled }: ReplayOptions,
): Promise<ReplayReport> {
  const scope = createRunScope(feed, signal === undefined ? {} : { signal });
  const report: Mutable<ReplayReport> & { again: Rejection[] } = {
    feed: feed.name,
    run: scope.run,
    tried: 0,
    delivered: 0,
    dropped: 0,
    rejected: 0,
    unsettled: 0,
    written: 0,
    again: [],
  };
  try {
    for await (const group of groups(feed.name, rejections)) {
      scope.stop.reading.throwIfAborted();
      report.tried += group.length;
      const attempts = await transformed(scope, group);
      report.written += await write(scope, attempts);
      const done = attempts.filter(({ again }) => again === undefined);
      await settled?.(done.map(({ rejection }) => rejection));
      for (const { again, entries } of attempts) {
        if (again !== undefined) {
          report.rejected += 1;
          if (report.again.length < KEEP) report.again.push(again);
        } else if (entries.length === 0) report.dropped += 1;
        else report.delivered += 1;
      }
    }
  } catch (thrown) {
    report.error = scope.stop.reason() ?? toMillraceError(thrown, 'REPLAY_FAILED');
  } finally {
    scope.stop.dispose();
  }
  report.unsettled = report.tried - report.delivered - report.dropped - report.rejected;
  return report;
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

/** What the records become; a rejection whose record fails again keeps the new reason. */
async function transformed<Ref>(scope: RunScope<Ref>, group: readonly Rejection[]): Promise<readonly Attempt[]> {
  const { feed, names, run, stop } = scope;
  const { eaches } = feed.stages;
  const tally = new Tally();
  const contexts = createContexts({ feed: feed.name, run, tally, markerMade: () => {} });
  const attempts: Attempt[] = [];
  for (const rejection of group) {
    const attempt: Attempt = { rejection, entries: [] };
    attempts.push(attempt);
    const { item, ordinal, branch } = rejection;
    const fail = (stage: string, thrown: unknown, value?: unknown): undefined => {
      const { code, message, details } = toMillraceError(thrown, 'TRANSFORM_THREW');
      attempt.again = { ...rejection, run, stage, code, message, details, ...(value !== undefined && { value }) };
    };
    const path: RecordPath = recordPath({
      eaches,
      tally,
      deliver: (entry) => void attempt.entries.push(entry),
      reject: (entry, each, thrown) => fail(names.eaches[each]!, thrown, entry.value),
    });
    const home = { context: contexts.ofItem(names.source, stop.reading, item), first: ordinal, place: () => rejection };
    try {
      const { value, from } = startOf(scope, rejection);
      await path(new LiveEntry(value, ordinal, branch, home), from);
    } catch (thrown) {
      fail(names.codecs.at(-1)!, thrown);
    }
  }
  return attempts;
}

/** Raw text is parsed anew; what has none, or is one of several branches, goes on from the stage that rejected it. */
function startOf<Ref>(
  { feed, names }: RunScope<Ref>,
  rejection: Rejection,
): { readonly value: unknown; readonly from: number } {
  const { reparse } = feed.stages.codecs.at(-1)!;
  if (rejection.raw !== undefined && rejection.branch === '' && reparse !== undefined) {
    try {
      return { value: reparse(rejection), from: 0 };
    } catch (thrown) {
      if (!('value' in rejection) || !isMillraceError(thrown) || thrown.code !== 'REPLAY_IMPOSSIBLE') throw thrown;
    }
  }
  const each = rejection.stage === names.sink ? names.eaches.length : names.eaches.indexOf(rejection.stage);
  if ('value' in rejection && each !== -1) return { value: rejection.value, from: each };
  const why =
    'value' in rejection
      ? `Stage ${rejection.stage}, which rejected it, is not in feed ${feed.name} any more`
      : rejection.raw === undefined
        ? 'The rejection has neither raw text nor value'
        : reparse === undefined
          ? `${names.codecs.at(-1)!} cannot parse a record by itself`
          : 'The text is one of several branches of a record';
  throw new MillraceError('REPLAY_IMPOSSIBLE', `${why}. Mend the file or the feed, and deliver the file again.`);
}

/** Writes what the attempts became, in batches within the sink's limits. A failed write ends the replay. */
async function write<Ref>({ feed, names, run, stop }: RunScope<Ref>, attempts: readonly Attempt[]): Promise<number> {
  const { sink } = feed.stages;
  const { limits = {}, sizeOf } = sink;
  const owners = new Map(attempts.flatMap((attempt) => attempt.entries.map((entry) => [entry, attempt] as const)));
  const waiting = [...owners.keys()].filter((entry) => owners.get(entry)!.again === undefined);
  const contexts = createContexts({ feed: feed.name, run, tally: new Tally(), markerMade: () => {} });
  let written = 0;
  while (waiting.length > 0) {
    stop.reading.throwIfAborted();
    let bytes = 0;
    const count = waiting.findIndex(
      ({ value }, at) =>
        at > 0 && (at >= (limits.count ?? GROUP) || (bytes += sizeOf?.(value) ?? 0) > (limits.bytes ?? Infinity)),
    );
    const batch = waiting.splice(0, count === -1 ? waiting.length : count);
    const refusals = (await (sink.writeSingly ?? sink.write)(batch, contexts.of(names.sink, stop.writing))) ?? [];
    for (const { position, code, message, details } of refusals) {
      const entry = batch[position]!;
      const attempt = owners.get(entry)!;
      attempt.again = { ...attempt.rejection, run, stage: names.sink, code, message, details, value: entry.value };
    }
    written += batch.length - refusals.length;
  }
  return written;
}

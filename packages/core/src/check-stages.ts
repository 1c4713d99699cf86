import type { FeedStages } from './feed.ts';
import { MillraceError } from './millrace-error.ts';
import { isRanged, readsRanges } from './reads-ranges.ts';

/**
 * Repeats at run time what the types say, for pipelines written in plain JavaScript, and checks what types cannot say.
 *
 * @throws MillraceError `FEED_INVALID`
 */
export function checkStages(feed: string, { source, codecs, eaches, sink }: FeedStages<never>): void {
  const fail = (what: string): never => {
    throw new MillraceError('FEED_INVALID', `Feed ${feed}: ${what}`);
  };
  if (typeof source?.open !== 'function') fail('from() takes a source, such as s3Source().');
  for (const [index, codec] of codecs.entries()) {
    if (readsRanges(codec)) {
      if (index > 0) fail(`${codec.name}() reads ranges of the item, so it is the first codec, behind from().`);
      if (!isRanged(source)) fail(`${codec.name}() reads ranges of the item, and source ${source.name} offers none.`);
    } else if (codec?.kind !== 'codec' || typeof codec.start !== 'function') {
      fail('before its records are parsed, through() takes a codec, such as gunzip() or parseNdjson().');
    }
  }
  for (const each of eaches) {
    if (each?.kind !== 'each' || typeof each.apply !== 'function') {
      fail('once its records are parsed, through() takes a transform of records, such as map() or validate().');
    }
  }
  if (typeof sink?.write !== 'function') fail('to() takes a sink, such as dynamodbSink().');
  const { limits = {}, concurrency = 1, group = 1 } = sink;
  if (limits.bytes !== undefined && sink.sizeOf === undefined)
    fail(`sink ${sink.name} limits bytes, so it needs sizeOf.`);
  for (const limit of [limits.count ?? 1, limits.bytes ?? 1, concurrency]) {
    if (!(limit >= 1)) fail(`sink ${sink.name} has a limit or concurrency of ${limit}; the least is 1.`);
  }
  if (!Number.isSafeInteger(group) || group < 1)
    fail(`sink ${sink.name} has groups of ${group}; it must be an integer.`);
  if (group === 1) return;
  if (sink.writeSingly === undefined) fail(`sink ${sink.name} takes records in groups, so it needs writeSingly.`);
  if ((limits.count ?? 500) < group)
    fail(`sink ${sink.name} takes ${limits.count ?? 500} records a write, but groups of ${group}.`);
}

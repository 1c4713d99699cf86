import type { FeedDecoder, FeedParser, FeedStages } from './feed.ts';
import { MillraceError } from './millrace-error.ts';
import { isRanged, readsRanges } from './reads-ranges.ts';

/**
 * Repeats at run time what the types say of a stage before the records, for pipelines written in plain JavaScript.
 *
 * @param decoders the stages before it
 * @throws MillraceError `FEED_INVALID`
 */
export function checkDecoder(feed: string, decoders: readonly FeedDecoder[], stage: FeedDecoder | FeedParser): void {
  const last = decoders.at(-1);
  switch (stage?.kind) {
    case 'range-parser':
      if (typeof stage.open === 'function' && last === undefined) return;
      throw invalid(feed, `${stage.name}() reads ranges of the object, so it follows from() directly.`);
    case 'decompressor':
    case 'charset-decoder':
      if (last?.kind === 'charset-decoder')
        throw invalid(feed, `${stage.name}() takes bytes, and ${last.name}() has made text of them. Swap the two.`);
      if (typeof stage.start === 'function') return;
      break;
    case 'parser':
      if (typeof stage.start === 'function') return;
  }
  throw invalid(feed, 'before its records are parsed, through() takes a decoder or a parser, such as gunzip().');
}

/**
 * Repeats at run time what the types say, for pipelines written in plain JavaScript, and checks what types cannot say.
 *
 * @throws MillraceError `FEED_INVALID`
 */
export function checkStages(feed: string, { source, parser, eaches, sink }: FeedStages<never>): void {
  const fail = (what: string): never => {
    throw invalid(feed, what);
  };
  if (typeof source?.open !== 'function') fail('from() takes a source, such as s3Source().');
  if (readsRanges(parser) && !isRanged(source))
    fail(`${parser.name}() reads ranges of the object, and source ${source.name} offers none.`);
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

function invalid(feed: string, what: string): MillraceError {
  return new MillraceError('FEED_INVALID', `Feed ${feed}: ${what}`);
}

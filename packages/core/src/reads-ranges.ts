import type { FeedParser } from './feed.ts';
import type { RangeParser } from './range-parser.ts';
import type { RangedSource, Source } from './source.ts';

/** Whether a parser asks for ranges. */
export function readsRanges(parser: FeedParser | undefined): parser is RangeParser<unknown> {
  return parser?.kind === 'range-parser' && typeof parser.open === 'function';
}

/** Whether items of a source can be read by ranges. */
export function isRanged<Ref, T>(source: Source<Ref, T>): source is RangedSource<Ref, T> {
  return 'openRanges' in source && typeof source.openRanges === 'function';
}

import type { Emits } from './codec.ts';
import type { FeedCodec } from './feed.ts';
import type { RangesCodec } from './ranges-codec.ts';
import type { RangedSource, Source } from './source.ts';

/** Whether a codec asks for ranges; what is no codec at all does not. */
export function readsRanges(codec: FeedCodec | undefined): codec is RangesCodec<unknown, Emits> {
  return codec?.kind === 'codec' && 'reads' in codec && typeof codec.open === 'function';
}

/** Whether items of a source can be read by ranges. */
export function isRanged<Ref, T>(source: Source<Ref, T>): source is RangedSource<Ref, T> {
  return 'openRanges' in source && typeof source.openRanges === 'function';
}

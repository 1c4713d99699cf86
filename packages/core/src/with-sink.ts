import { complete } from './build-feed.ts';
import type { Feed } from './feed.ts';
import type { Sink } from './sink.ts';

/**
 * The same feed with another sink: for dry runs, which read and transform everything and write nothing, and for tests.
 *
 * The sink must take any record, because a feed does not tell what its records are. The two feeds share their source:
 * closing either closes it.
 *
 * @throws MillraceError `FEED_INVALID` where the sink contradicts itself
 */
export function withSink<Ref>({ name, stages, expect }: Feed<Ref>, sink: Sink<unknown>): Feed<Ref> {
  return complete({ ...stages, name, expect, sink });
}

import { feed, type Parser } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import type { Random } from '../reliability/random.ts';
import type { FuzzTarget } from './target.ts';

/** A parser behind a decoder of UTF-8. The tokens are separated by spaces. */
export function textTarget(
  name: string,
  samples: readonly string[],
  tokens: string,
  codec: (random: Random) => Parser<string, unknown>,
): FuzzTarget {
  return {
    name,
    samples: samples.map((text) => Buffer.from(text)),
    tokens: tokens.split(' ').map((token) => Buffer.from(token)),
    offsetsAreExact: true,
    feed: ({ source, sink }, random) =>
      feed('fuzz')
        .from(source)
        .through(decodeText('utf-8', { onInvalid: random.pick(['fail', 'reject-record']) }))
        .through(codec(random))
        .to(sink),
  };
}

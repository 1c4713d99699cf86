import type { Block } from '../block.ts';
import { toMillraceError } from '../millrace-error.ts';
import type { Part } from '../part.ts';
import type { SourceItem } from '../source.ts';
import { codecChain } from './codec-chain.ts';
import type { Contexts } from './contexts.ts';
import type { RunScope } from './run-scope.ts';
import type { Tally } from './tally.ts';

/** An item's records in blocks, and where its parts begin: its chunks sent through the feed's codecs, with the bytes counted on the way. */
export function itemBlocks<Ref>(
  { feed, names }: RunScope<Ref>,
  item: SourceItem<unknown>,
  contexts: Contexts,
  reading: AbortSignal,
  tally: Tally,
): AsyncIterable<Block<unknown> | Part> {
  const { codecs } = feed.stages;
  return codecChain(
    attributed(item.chunks(contexts.ofItem(names.source, reading, item.origin)), names.source),
    codecs,
    (index, part) => {
      const origin = part === undefined ? item.origin : { ...item.origin, part };
      return contexts.ofCodec(names.codecs[index]!, reading, origin, codecs[index]!.emits === 'records');
    },
    bytesCounter(tally),
  );
}

async function* attributed(chunks: AsyncIterable<unknown>, stage: string): AsyncGenerator<unknown, void, undefined> {
  try {
    yield* chunks;
  } catch (thrown) {
    throw toMillraceError(thrown, 'SOURCE_FAILED', { stage });
  }
}

/** What enters the first codec was received; what enters the last codec that takes bytes is the decompressed item. */
function bytesCounter(tally: Tally): (codec: number, chunk: unknown) => void {
  let deepest = 0;
  return (codec, chunk) => {
    if (!(chunk instanceof Uint8Array)) return;
    if (codec === 0) tally.bytesIn += chunk.byteLength;
    if (codec > deepest) {
      deepest = codec;
      tally.bytesDecoded = 0;
    }
    if (codec === deepest) tally.bytesDecoded += chunk.byteLength;
  };
}

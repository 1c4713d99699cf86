import type { Block } from '../../block.ts';
import type { Codec, Emits } from '../../codec.ts';
import { toMillraceError } from '../../millrace-error.ts';
import type { Part } from '../../part.ts';
import { readsRanges } from '../../reads-ranges.ts';
import type { RangedItem, SourceItem } from '../../source.ts';
import { codecChain, eachBlock, eachChunk } from './codec-chain.ts';
import type { Contexts } from '../object/contexts.ts';
import { itemRanges } from './item-ranges.ts';
import { throughRanges } from './ranges-head.ts';
import type { RunScope } from '../run-scope.ts';
import type { Tally } from '../object/tally.ts';

/** An item as the feed's first codec reads it. */
export type ReadItem = SourceItem<unknown> | RangedItem;

/**
 * An item's records in blocks, and where its parts begin: its content sent through the feed's codecs, with the bytes counted on the way. Of `settled`
 * records at the start, a codec that reads ranges may leave some out; they are counted as read and skipped before it emits.
 */
export function itemBlocks<Ref>(
  { feed, names }: RunScope<Ref>,
  item: ReadItem,
  contexts: Contexts,
  reading: AbortSignal,
  tally: Tally,
  settled: number,
): AsyncIterable<Block<unknown> | Part> {
  const { codecs } = feed.stages;
  const head = codecs[0];
  const saw = bytesCounter(tally);
  const context = contexts.ofItem(names.source, reading, item.origin);
  const contextOf = (index: number, part?: string): ReturnType<Contexts['ofCodec']> => {
    const origin = part === undefined ? item.origin : { ...item.origin, part };
    return contexts.ofCodec(names.codecs[index]!, reading, origin, codecs[index]!.emits === 'records');
  };
  // That only the first codec reads ranges was checked when the feed was made.
  const ofChunks = codecs as readonly Codec<unknown, unknown, Emits>[];
  if (!readsRanges(head)) {
    const chunks = (item as SourceItem<unknown>).chunks(context);
    return codecChain(attributed(chunks, names.source), ofChunks, contextOf, saw);
  }
  const content = itemRanges(item as RangedItem, context, (bytes) => saw(0, bytes));
  if (head.emits === 'chunks') {
    const chunks = throughRanges(head, content, { ...contextOf(0), settled: 0 }, eachChunk, () => {});
    return codecChain(chunks, ofChunks, contextOf, saw, 1);
  }
  return throughRanges(head, content, { ...contextOf(0), settled }, eachBlock, (records) => {
    tally.read += records;
    tally.skipped += records;
  });
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

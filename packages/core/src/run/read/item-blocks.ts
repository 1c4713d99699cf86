import type { Block } from '../../block.ts';
import { toMillraceError } from '../../millrace-error.ts';
import type { ItemOrigin } from '../../origin.ts';
import type { Part } from '../../part.ts';
import { readsRanges } from '../../reads-ranges.ts';
import type { RangedItem, SourceItem } from '../../source.ts';
import { codecChain } from './codec-chain.ts';
import type { Contexts } from '../object/contexts.ts';
import { itemRanges } from './item-ranges.ts';
import type { Batch } from './output-batch.ts';
import { throughRanges } from './ranges-head.ts';
import type { RunScope } from '../run-scope.ts';
import type { Tally } from '../object/tally.ts';

/** An item as the feed's first stage reads it. */
export type ReadItem = SourceItem<unknown> | RangedItem;

/**
 * An item's records in blocks, and where its parts begin: its content sent through the feed's decoders and its parser, with
 * the bytes counted on the way. Of `settled` records at the start, a parser that reads ranges may leave some out; they are
 * counted as read and skipped before it emits.
 */
export function itemBlocks<Ref>(
  { feed, names }: RunScope<Ref>,
  item: ReadItem,
  contexts: Contexts,
  reading: AbortSignal,
  tally: Tally,
  settled: number,
): AsyncIterable<Batch<Block<unknown> | Part>> {
  const { decoders, parser } = feed.stages;
  const saw = bytesCounter(tally);
  const context = contexts.ofItem(names.source, reading, item.origin);
  const originOf = (part: string | undefined): ItemOrigin =>
    part === undefined ? item.origin : { ...item.origin, part };
  if (!readsRanges(parser)) {
    const chunks = (item as SourceItem<unknown>).chunks(context);
    return codecChain(
      attributed(chunks, names.source),
      decoders,
      parser,
      {
        ofDecoder: (index, part) => contexts.ofItem(names.decoders[index]!, reading, originOf(part)),
        ofParser: (part) => contexts.ofParser(names.parser, reading, originOf(part)),
      },
      saw,
    );
  }
  // That its item has ranges was checked when the feed was made.
  const content = itemRanges(item as RangedItem, context, (bytes) => saw(0, bytes));
  const ofParser = contexts.ofParser(names.parser, reading, item.origin);
  return throughRanges(parser, content, { ...ofParser, settled }, (records) => {
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

/** What enters the first stage was received; what enters the last one that takes bytes is the decompressed item. */
function bytesCounter(tally: Tally): (stage: number, chunk: unknown) => void {
  let deepest = 0;
  return (stage, chunk) => {
    if (!(chunk instanceof Uint8Array)) return;
    if (stage === 0) tally.bytesIn += chunk.byteLength;
    if (stage > deepest) {
      deepest = stage;
      tally.bytesDecoded = 0;
    }
    if (stage === deepest) tally.bytesDecoded += chunk.byteLength;
  };
}

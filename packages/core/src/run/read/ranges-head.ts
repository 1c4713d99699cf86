import type { Block } from '../../block.ts';
import { toMillraceError } from '../../millrace-error.ts';
import type { ItemRanges, RangeParser, RangesContext } from '../../range-parser.ts';
import { contract, eachBlock } from './codec-chain.ts';

/** Yields the records of a parser that reads ranges. `skipped` hears how many settled ones it leaves out, before any other. */
export async function* throughRanges(
  parser: RangeParser<unknown>,
  content: ItemRanges,
  context: RangesContext,
  skipped: (records: number) => void,
): AsyncGenerator<Block<unknown>, void, undefined> {
  try {
    const stage = await parser.open(content, context);
    const left = stage.skipped ?? 0;
    if (!Number.isSafeInteger(left) || left < 0 || left > context.settled)
      throw contract(parser.name, `it leaves out ${left} records, of ${context.settled} that are settled`);
    skipped(left);
    yield* eachBlock(stage.outputs(), parser.name);
  } catch (thrown) {
    throw toMillraceError(thrown, 'CODEC_THREW', { stage: context.stage, item: context.item.id });
  }
}

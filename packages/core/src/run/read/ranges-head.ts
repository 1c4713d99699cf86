import { type Block, isBlock } from '../../block.ts';
import { toMillraceError } from '../../millrace-error.ts';
import { isPart, type Part } from '../../part.ts';
import type { Produced } from '../../parser.ts';
import type { ItemRanges, RangeParser, RangesContext, RangesProduced } from '../../range-parser.ts';
import { contract, eachBlock } from './codec-chain.ts';
import type { Batch } from './output-batch.ts';

/**
 * Yields the records of a parser that reads ranges, and the parts that it begins. `skipped` hears how many settled records it
 * leaves out, before any other.
 */
export async function* throughRanges(
  parser: RangeParser<unknown>,
  content: ItemRanges,
  context: RangesContext,
  skipped: (records: number) => void,
): AsyncGenerator<Batch<Block<unknown> | Part>, void, undefined> {
  const at: { part?: string; partNumber?: number } = {};
  try {
    const stage = await parser.open(content, context);
    const left = stage.skipped ?? 0;
    if (!Number.isSafeInteger(left) || left < 0 || left > context.settled)
      throw contract(parser.name, `it leaves out ${left} records, of ${context.settled} that are settled`);
    skipped(left);
    for await (const output of eachBlockOrPart(stage.outputs(), parser.name)) {
      if (isPart(output)) {
        at.part = output.name;
        at.partNumber = (at.partNumber ?? 0) + 1;
      }
      yield [output];
    }
  } catch (thrown) {
    throw toMillraceError(thrown, 'CODEC_THREW', { stage: context.stage, item: context.item.id, ...at });
  }
}

/** Blocks as of any parser, cut where a part begins. */
async function* eachBlockOrPart(
  produced: RangesProduced<unknown>,
  parser: string,
): AsyncGenerator<Block<unknown> | Part, void, undefined> {
  if (isBlock(produced) || Array.isArray(produced) || !(Symbol.asyncIterator in produced)) {
    yield* eachBlock(produced as Produced<unknown>, parser);
    return;
  }
  const outputs = produced[Symbol.asyncIterator]();
  let begun: Part | undefined;
  /** What comes before the next part. */
  const stretch: AsyncIterableIterator<unknown> = {
    [Symbol.asyncIterator]: () => stretch,
    next: async () => {
      const next = await outputs.next();
      if (next.done === true || !isPart(next.value)) return next;
      begun = next.value;
      return { done: true, value: undefined };
    },
  };
  try {
    do {
      if (begun !== undefined) yield begun;
      begun = undefined;
      yield* eachBlock(stretch, parser);
    } while (begun !== undefined);
  } finally {
    await outputs.return?.();
  }
}

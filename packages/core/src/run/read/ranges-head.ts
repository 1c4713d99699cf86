import type { Emits, Produced } from '../../codec.ts';
import { toMillraceError } from '../../millrace-error.ts';
import type { ItemRanges, RangesCodec, RangesContext } from '../../ranges-codec.ts';
import { contract } from './codec-chain.ts';

/** What a codec that reads ranges makes of an item. `skipped` hears how many settled records it leaves out, before any other. */
export async function* throughRanges<O>(
  codec: RangesCodec<unknown, Emits>,
  content: ItemRanges,
  context: RangesContext,
  outputs: (produced: Produced<unknown>, codec: string) => Iterable<O> | AsyncIterable<O>,
  skipped: (records: number) => void,
): AsyncGenerator<O, void, undefined> {
  try {
    const stage = await codec.open(content, context);
    const left = stage.skipped ?? 0;
    if (!Number.isSafeInteger(left) || left < 0 || left > context.settled)
      throw contract(codec.name, `it leaves out ${left} records, of ${context.settled} that are settled`);
    skipped(left);
    yield* outputs(stage.outputs(), codec.name);
  } catch (thrown) {
    throw toMillraceError(thrown, 'CODEC_THREW', { stage: context.stage, item: context.item.id });
  }
}

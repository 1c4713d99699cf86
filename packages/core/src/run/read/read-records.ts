import { toMillraceError } from '../../millrace-error.ts';
import { isPart } from '../../part.ts';
import { type RejectedRecord, rejectedRecord } from '../../rejected.ts';
import type { PumpOptions } from '../object/pump-options.ts';
import { bounded, boundedIteration } from '../stop/bounded.ts';
import type { BatchWriter } from '../write/batch-writer.ts';
import type { Rejections } from '../write/rejections.ts';
import { itemBlocks } from './item-blocks.ts';
import { type BlockHome, LiveEntry } from './live-entry.ts';
import { recordPath } from './record-path.ts';

/**
 * Reads an opened object's records and sends each through the transforms to the writer, or to the quarantine. Records that
 * an earlier run has settled are passed over.
 *
 * @throws what stopped the reading
 */
export async function readRecords<Ref>(
  { scope, item, state, contexts, markers, progressed }: PumpOptions<Ref>,
  writer: BatchWriter<unknown>,
  rejections: Rejections,
): Promise<void> {
  const { feed, names } = scope;
  const { tally, resumePoint, generation, reach } = state;
  const path = recordPath({
    eaches: feed.stages.eaches,
    tally,
    reach,
    deliver: (entry) => writer.add(entry),
    reject: (entry, each, thrown) => {
      const { code, message, details } = toMillraceError(thrown, 'TRANSFORM_THREW');
      const reason = { stage: names.eaches[each]!, code, message, details, cause: thrown };
      return rejections.add(entry, reason, { value: entry.value });
    },
  });
  const { parser } = names;
  let context = contexts.ofItem(names.source, state.reading, item.origin);
  const marked = (value: unknown): RejectedRecord | undefined => {
    const bad = rejectedRecord(value);
    if (bad !== undefined) markers.outstanding -= 1;
    return bad;
  };
  const blocks = itemBlocks(scope, item, contexts, state.reading, tally, resumePoint.start);
  for await (const batch of boundedIteration(blocks, state.abandoned, () => state.distrust())) {
    for (const given of batch) {
      state.assertGoing();
      if (isPart(given)) {
        context = contexts.ofItem(names.source, state.reading, { ...item.origin, part: given.name });
        continue;
      }
      const { records, place } = given;
      const home: BlockHome = { context, generation, first: tally.read, place };
      for (const value of records) {
        const ordinal = tally.read;
        const bad = markers.outstanding > 0 ? marked(value) : undefined;
        tally.read += 1;
        if (resumePoint.isSettled(ordinal)) {
          tally.skipped += 1;
          continue;
        }
        const raising = reach?.admit(ordinal);
        if (raising !== undefined) {
          await bounded(raising, state.abandoned);
          state.assertGoing();
        }
        const entry = new LiveEntry(value, ordinal, '', home);
        const waiting =
          bad === undefined ? path(entry, 0) : rejections.add(entry, { ...bad, stage: parser, place: bad });
        if (waiting !== undefined) await bounded(waiting, state.abandoned);
        resumePoint.advance(ordinal + 1);
        if (waiting !== undefined) state.assertGoing();
      }
      progressed();
    }
  }
  resumePoint.assertReached(tally.read);
}

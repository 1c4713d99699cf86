import type { Rejection } from '../../rejection.ts';
import type { PumpOptions } from '../object/pump-options.ts';
import { type BlockHome, LiveEntry } from '../read/live-entry.ts';
import { boundedBy } from '../stop/bounded.ts';
import { NOTICE_MS } from '../stop/stop.ts';

/**
 * Tells the quarantine that an item with rejections has failed: what was rejected but not sent yet, then a note that closes
 * them. Who looks into the quarantine at night then sees that these records are not all there is to say. The item has
 * failed already, so a quarantine that does not take the note changes nothing; the report counts it as `notesLost`.
 */
export async function noteFailure<Ref>(
  { scope, item, state, contexts }: PumpOptions<Ref>,
  pending: readonly LiveEntry<Rejection>[],
): Promise<void> {
  const { quarantine, names, run, feed, stop } = scope;
  const { error, tally } = state;
  if (quarantine === undefined || error === undefined || tally.rejectionCount === 0) return;
  const stage = `quarantine:${quarantine.name}`;
  const context = contexts.of(stage, state.writing);
  const ordinal = error.ordinal ?? tally.read;
  const kept = tally.rejected + pending.length;
  const note: Rejection = {
    scope: 'item',
    feed: feed.name,
    run,
    item: item.origin,
    ordinal,
    branch: '#item',
    stage: error.stage ?? names.source,
    code: error.code,
    message: `The item failed. ${kept} of its rejected records are here. ${error.message}`,
    details: { ...error.details, watermark: state.resumePoint.value },
  };
  const home: BlockHome = {
    context: contexts.ofItem(names.source, state.reading, item.origin),
    first: ordinal,
    place: undefined,
  };
  const write = async (entries: readonly LiveEntry<Rejection>[]): Promise<number> =>
    entries.length - ((await quarantine.write(entries, context)) ?? []).length;
  try {
    const keep = async (): Promise<void> => {
      if (pending.length > 0) tally.rejected += await write(pending);
      await write([new LiveEntry(note, ordinal, '#item', home)]);
    };
    await boundedBy(keep(), stop.graceMs + NOTICE_MS, () => state.abandoned.reason);
  } catch {
    context.count('notesLost');
  }
}

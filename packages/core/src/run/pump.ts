import { MillraceError, toMillraceError } from '../millrace-error.ts';
import { isPart } from '../part.ts';
import { type RejectedRecord, rejectedRecord } from '../rejected.ts';
import type { Rejection } from '../rejection.ts';
import type { Sink } from '../sink.ts';
import { BatchWriter, type BatchWriterOptions } from './batch-writer.ts';
import type { Contexts } from './contexts.ts';
import type { Gate } from './gate.ts';
import { itemBlocks, type ReadItem } from './item-blocks.ts';
import type { ItemState } from './item-state.ts';
import { noteFailure } from './failure-note.ts';
import { type BlockHome, LiveEntry } from './live-entry.ts';
import { recordPath } from './record-path.ts';
import { Rejections } from './rejections.ts';
import type { RunScope } from './run-scope.ts';
import type { TailMixer } from './tail-mixer.ts';
import { within } from './within.ts';

export interface PumpOptions<Ref> {
  readonly scope: RunScope<Ref>;
  readonly item: ReadItem;
  readonly state: ItemState;
  readonly contexts: Contexts;
  /** Markers of rejected records that the codec has made and that were not met in a block yet; mostly none. */
  readonly markers: { outstanding: number };
  readonly progressed: () => void;
  /** To be called once this item's last records are with the mixer, where there is one. */
  readonly tailBrought: (() => void) | undefined;
}

/**
 * Carries one opened item's records to the sink and the quarantine: reads to the end, or until something stops it, then
 * lets what is in flight settle. Never rejects: what goes wrong is in the item's state.
 */
export async function pump<Ref>(options: PumpOptions<Ref>): Promise<void> {
  const { scope, state } = options;
  const { over } = scope.stop;
  const { tally } = state;
  const quarantineWriter =
    scope.quarantine &&
    batchWriter(
      options,
      scope.quarantine,
      `quarantine:${scope.quarantine.name}`,
      { sinkGate: scope.quarantineGate },
      {
        accepted: (count) => (tally.rejected += count),
        refused: refusedByQuarantine,
      },
    );
  const rejections = new Rejections({
    feed: scope.feed.name,
    run: scope.run,
    tally,
    limit: scope.maxRejections,
    before: state.rejectedBefore,
    writer: quarantineWriter,
    observe: (rejection) => scope.observe('recordRejected', rejection),
  });
  const stage = scope.names.sink;
  const writer = batchWriter(options, scope.feed.stages.sink, stage, scope, {
    accepted: (count) => (tally.written += count),
    refused: (entry, { code, message, details, cause }) =>
      rejections.add(entry, { stage, code, message, details, cause }, { value: entry.value }),
  });
  let ended = false;
  try {
    await read(options, writer, rejections);
    ended = true;
  } catch (thrown) {
    state.fail(thrown);
  }
  try {
    if (state.mayWrite) await writer.finish(ended);
    options.tailBrought?.();
    await within(writer.drained(), over);
    // The refusals of the last batches are in by now.
    if (state.mayWrite) await quarantineWriter?.flush();
  } catch (thrown) {
    state.fail(thrown);
  }
  await within(writer.drained(), over);
  if (quarantineWriter === undefined) return;
  await within(quarantineWriter.drained(), over);
  if (state.failed) await noteFailure(options, quarantineWriter.takePending());
}

async function read<Ref>(
  { scope, item, state, contexts, markers, progressed }: PumpOptions<Ref>,
  writer: BatchWriter<unknown>,
  rejections: Rejections,
): Promise<void> {
  const { feed, names } = scope;
  const { tally, watermark } = state;
  const path = recordPath({
    eaches: feed.stages.eaches,
    tally,
    deliver: (entry) => writer.add(entry),
    reject: (entry, each, thrown) => {
      const { code, message, details } = toMillraceError(thrown, 'TRANSFORM_THREW');
      const reason = { stage: names.eaches[each]!, code, message, details, cause: thrown };
      return rejections.add(entry, reason, { value: entry.value });
    },
  });
  const parser = names.codecs.at(-1)!;
  let context = contexts.ofItem(names.source, state.reading, item.origin);
  const settledBefore = watermark.value;
  const marked = (value: unknown): RejectedRecord | undefined => {
    const bad = rejectedRecord(value);
    if (bad !== undefined) markers.outstanding -= 1;
    return bad;
  };
  const blocks = itemBlocks(scope, item, contexts, state.reading, tally, settledBefore);
  for await (const given of orDistrust(blocks, state)) {
    state.assertGoing();
    if (isPart(given)) {
      context = contexts.ofItem(names.source, state.reading, { ...item.origin, part: given.name });
      continue;
    }
    const { records, place } = given;
    const home: BlockHome = { context, first: tally.read, place };
    for (const value of records) {
      const ordinal = tally.read;
      const bad = markers.outstanding > 0 ? marked(value) : undefined;
      tally.read += 1;
      if (ordinal < settledBefore) {
        tally.skipped += 1;
        continue;
      }
      const entry = new LiveEntry(value, ordinal, '', home);
      const waiting = bad === undefined ? path(entry, 0) : rejections.add(entry, { ...bad, stage: parser, place: bad });
      if (waiting !== undefined) await waiting;
      watermark.advance(ordinal + 1);
      if (waiting !== undefined) state.assertGoing();
    }
    progressed();
  }
}

async function* orDistrust<T>(blocks: AsyncIterable<T>, state: ItemState): AsyncGenerator<T, void, undefined> {
  try {
    yield* blocks;
  } catch (thrown) {
    state.distrust();
    throw thrown;
  }
}

function batchWriter<Ref, T>(
  { scope, state, contexts, progressed }: PumpOptions<Ref>,
  sink: Sink<T>,
  stage: string,
  { sinkGate: gate, mixer }: { readonly sinkGate: Gate; readonly mixer?: TailMixer | undefined },
  outcome: Pick<BatchWriterOptions<T>, 'accepted' | 'refused'>,
): BatchWriter<T> {
  return new BatchWriter({
    sink,
    gate,
    mixer,
    context: contexts.of(stage, scope.stop.writing),
    watermark: state.watermark,
    assertMayWrite: () => state.assertMayWrite(),
    failed: (error) => state.fail(error),
    settled: progressed,
    ...outcome,
  });
}

function refusedByQuarantine(
  entry: LiveEntry<Rejection>,
  refusal: { code: string; message: string; cause?: unknown },
): never {
  throw new MillraceError(
    'QUARANTINE_REFUSED',
    `The quarantine refused a rejection: ${refusal.code}: ${refusal.message}`,
    {
      ordinal: entry.ordinal,
      cause: refusal.cause,
    },
  );
}

import { MillraceError } from '../../millrace-error.ts';
import { readsRanges } from '../../reads-ranges.ts';
import type { Rejection } from '../../rejection.ts';
import type { Sink } from '../../sink.ts';
import type { RangedItem } from '../../source.ts';
import type { LiveEntry } from '../read/live-entry.ts';
import { readRecords } from '../read/read-records.ts';
import { bounded } from '../stop/bounded.ts';
import { within } from '../stop/within.ts';
import { BatchWriter, type BatchWriterOptions } from '../write/batch-writer.ts';
import { noteFailure } from '../write/failure-note.ts';
import type { Gate } from '../write/gate.ts';
import { Rejections } from '../write/rejections.ts';
import { quarantineSizing, type Sizing } from '../write/quarantine-sizing.ts';
import type { TailMixer } from '../write/tail-mixer.ts';
import { columnsNotReported, unmetExpectation } from './expectations.ts';
import type { PumpOptions } from './pump-options.ts';

/**
 * Carries one opened object's records to the sink and the quarantine: reads to the end, or until something stops it, then
 * lets what is in flight settle. Never rejects: what goes wrong is in the object's state.
 *
 * @returns whether every write has ended. If not, a write may still arrive, so the claim must not be given back
 */
export async function pump<Ref>(options: PumpOptions<Ref>): Promise<boolean> {
  const { state } = options;
  const { writer, quarantineWriter, rejections } = writersOf(options);
  const drained = async (): Promise<void> => {
    await Promise.all([writer.drained(), quarantineWriter?.drained()]);
  };
  let ended = false;
  try {
    await readRecords(options, writer, rejections);
    ended = true;
  } catch (thrown) {
    state.fail(thrown);
  }
  try {
    // The last records may wait for a write of the same key that hangs.
    if (state.phase.mayWrite) await bounded(writer.finish(ended), state.abandoned);
    options.tailBrought?.();
    await within(writer.drained(), state.abandoned);
    // The refusals of the last batches are in by now.
    if (state.phase.mayWrite) await quarantineWriter?.flush();
    await within(drained(), state.abandoned);
    if (ended) assertUnderstood(options);
    if (ended) assertExpected(options);
  } catch (thrown) {
    state.fail(thrown);
  }
  await within(drained(), state.abandoned);
  if (quarantineWriter !== undefined && state.failed) await noteFailure(options, quarantineWriter.takePending());
  return writer.isDrained && (quarantineWriter?.isDrained ?? true);
}

interface Writers {
  readonly writer: BatchWriter<unknown>;
  readonly quarantineWriter: BatchWriter<Rejection> | undefined;
  readonly rejections: Rejections;
}

function writersOf<Ref>(options: PumpOptions<Ref>): Writers {
  const { scope, state } = options;
  const { tally } = state;
  const { quarantine } = scope;
  const quarantineWriter =
    quarantine &&
    batchWriter(
      options,
      quarantine,
      `quarantine:${quarantine.name}`,
      { sinkGate: scope.quarantineGate, keyed: false, sizing: quarantineSizing(quarantine) },
      { accepted: (count) => (tally.rejected += count), refused: refusedByQuarantine },
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
    refused: (entry, { code, message, details, cause }) => {
      tally.refused += 1;
      return rejections.add(entry, { stage, code, message, details, cause }, { value: entry.value });
    },
  });
  return { writer, quarantineWriter, rejections };
}

/** Where batches go, and within what limits. */
interface BatchTarget<T> {
  readonly sinkGate: Gate;
  readonly mixer?: TailMixer | undefined;
  /** Whether records of one key are kept in order. */
  readonly keyed: boolean;
  readonly sizing?: Sizing<T>;
}

function batchWriter<Ref, T>(
  { scope, state, contexts, progressed }: PumpOptions<Ref>,
  sink: Sink<T>,
  stage: string,
  target: BatchTarget<T>,
  outcome: Pick<BatchWriterOptions<T>, 'accepted' | 'refused'>,
): BatchWriter<T> {
  return new BatchWriter({
    sink,
    sizing: target.sizing ?? sink,
    gate: target.sinkGate,
    mixer: target.mixer,
    keyOf: target.keyed ? sink.keyOf : undefined,
    context: contexts.of(stage, state.writing),
    resumePoint: state.resumePoint,
    assertMayWrite: () => state.assertMayWrite(),
    isStopped: () => scope.stop.reason() !== undefined,
    failed: (error) => state.fail(error),
    settled: progressed,
    ...outcome,
  });
}

/**
 * An object of which nothing was understood is not complete, however few records it has. A record that the sink refused was
 * understood. The next run reads all of it again, and comes to the same end.
 */
function assertUnderstood<Ref>({ scope, state }: PumpOptions<Ref>): void {
  const { read, written, dropped, rejectionCount, refused, rejections } = state.tally;
  const rejected = state.rejectedBefore + rejectionCount - refused;
  if (scope.allRejected === 'accept' || rejected === 0 || rejected < read || written + dropped > 0) return;
  state.resumePoint.distrust();
  throw new MillraceError(
    'ALL_RECORDS_REJECTED',
    `All ${read} records were rejected, so nothing of this object was understood. The charset, the parser or the schema may ` +
      "not fit it. If such objects are fine, set allRejected: 'accept'.",
    { details: { rejections: { ...rejections }, read } },
  );
}

/** What was written stays settled: if the expectation turns out to be wrong, the next delivery only has to read. */
function assertExpected<Ref>({ scope, item, state }: PumpOptions<Ref>): void {
  const { feed, names, expect } = scope;
  const { read, rejectionCount, bytesIn, hasColumns } = state.tally;
  if (expect.columns !== undefined && read > 0 && !hasColumns) throw columnsNotReported(names.parser);
  const facts = {
    records: read,
    rejected: state.rejectedBefore + rejectionCount,
    bytes: readsRanges(feed.stages.parser) ? (item as RangedItem).size : bytesIn,
  };
  const error = unmetExpectation(expect, feed.stages.source.mayBeEmpty === true ? 0 : 1, facts);
  if (error !== undefined) throw error;
}

function refusedByQuarantine(
  entry: LiveEntry<Rejection>,
  refusal: { code: string; message: string; cause?: unknown },
): never {
  throw new MillraceError(
    'QUARANTINE_REFUSED',
    `The quarantine refused a rejection: ${refusal.code}: ${refusal.message}`,
    { ordinal: entry.ordinal, cause: refusal.cause },
  );
}

import { MillraceError, toMillraceError } from '../millrace-error.ts';
import type { ItemOrigin } from '../origin.ts';
import { type RejectedRecord, rejectedRecord } from '../rejected.ts';
import type { ItemReport } from '../report.ts';
import type { Sink } from '../sink.ts';
import type { SourceItem } from '../source.ts';
import { BatchWriter, type BatchWriterOptions } from './batch-writer.ts';
import { codecChain } from './codec-chain.ts';
import { type Contexts, createContexts } from './contexts.ts';
import type { Gate } from './gate.ts';
import { type BlockHome, LiveEntry } from './live-entry.ts';
import { recordPath } from './record-path.ts';
import { Rejections } from './rejections.ts';
import type { RunScope } from './run-scope.ts';
import { Tally } from './tally.ts';
import { Watermark } from './watermark.ts';
import { within } from './within.ts';

/** Carries one item from its reference to its report. Never rejects: what goes wrong is the report's outcome. */
export function carryItem<Ref>(scope: RunScope<Ref>, ref: Ref): Promise<ItemReport> {
  return new ItemCarrier(scope, ref).carry();
}

/** One item under way: open it, read and write until done or stopped, settle what is in flight, report. */
class ItemCarrier<Ref> {
  readonly #scope: RunScope<Ref>;
  readonly #ref: Ref;
  readonly #refText: string;
  readonly #tally: Tally = new Tally();
  readonly #watermark: Watermark = new Watermark(0);
  readonly #contexts: Contexts;
  /** Stops this item's source and codecs: at the run's stop, and at the item's own failure. */
  readonly #reading: AbortController = new AbortController();
  #error: MillraceError | undefined;
  #origin: ItemOrigin | undefined;
  /** Markers of rejected records that the codec has made and that were not met in a block yet; mostly none. */
  #markers = 0;
  /** The last codec, so far, that was given bytes: what it gets is the decompressed item. */
  #deepestBytes = 0;

  constructor(scope: RunScope<Ref>, ref: Ref) {
    this.#scope = scope;
    this.#ref = ref;
    this.#refText = scope.feed.stages.source.describe(ref);
    this.#contexts = createContexts({
      feed: scope.feed.name,
      run: scope.run,
      tally: this.#tally,
      markerMade: () => (this.#markers += 1),
    });
  }

  async carry(): Promise<ItemReport> {
    const { stop, feed, run, observe } = this.#scope;
    const started = Date.now();
    observe('itemStarted', { feed: feed.name, run, ref: this.#refText });
    const stopReading = (): void => this.#reading.abort(stop.reading.reason);
    if (stop.reading.aborted) stopReading();
    else stop.reading.addEventListener('abort', stopReading, { once: true });
    try {
      await this.#openAndPump();
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      stop.reading.removeEventListener('abort', stopReading);
    }
    const report = this.#report(started);
    observe('itemFinished', report);
    return report;
  }

  async #openAndPump(): Promise<void> {
    const { feed, names } = this.#scope;
    this.#assertGoing();
    const item = await this.#fromSource(() =>
      feed.stages.source.open(this.#ref, this.#contexts.of(names.source, this.#reading.signal)),
    );
    this.#origin = item.origin;
    try {
      await this.#pump(item);
    } finally {
      await this.#fromSource(async () => item.close?.());
    }
  }

  /** Reads to the end, or until something stops it; then lets what is in flight settle, whatever happened. */
  async #pump(item: SourceItem<unknown>): Promise<void> {
    const { feed, names, quarantine, quarantineGate, sinkGate, stop } = this.#scope;
    const quarantineWriter =
      quarantine &&
      this.#writer(quarantine, `quarantine:${quarantine.name}`, quarantineGate, {
        accepted: (count) => (this.#tally.rejected += count),
        refused: (entry, { code, message, cause }) => {
          const text = `The quarantine refused a rejection: ${code}: ${message}`;
          throw new MillraceError('QUARANTINE_REFUSED', text, { ordinal: entry.ordinal, cause });
        },
      });
    const rejections = new Rejections({
      feed: feed.name,
      run: this.#scope.run,
      tally: this.#tally,
      limit: this.#scope.maxRejections,
      writer: quarantineWriter,
      observe: (rejection) => this.#scope.observe('recordRejected', rejection),
    });
    const writer = this.#writer(feed.stages.sink, names.sink, sinkGate, {
      accepted: (count) => (this.#tally.written += count),
      refused: (entry, { code, message, cause }) =>
        rejections.add(entry, { stage: names.sink, code, message, cause }, { value: entry.value }),
    });
    try {
      await this.#read(item, writer, rejections);
    } catch (thrown) {
      this.#fail(thrown);
    }
    try {
      if (this.#mayWrite()) await writer.flush();
      await within(writer.drained(), stop.over);
      // Refusals of the last batches are in by now. What an item's failure leaves here is rejected anew by its retry.
      if (this.#mayWrite()) await quarantineWriter?.flush();
    } catch (thrown) {
      this.#fail(thrown);
    }
    await within(writer.drained(), stop.over);
    if (quarantineWriter !== undefined) await within(quarantineWriter.drained(), stop.over);
  }

  async #read(item: SourceItem<unknown>, writer: BatchWriter<unknown>, rejections: Rejections): Promise<void> {
    const { feed, names, run, observe } = this.#scope;
    const tally = this.#tally;
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
    const context = this.#contexts.ofItem(names.source, this.#reading.signal, item.origin);
    for await (const { records, place } of this.#blocks(item)) {
      this.#assertGoing();
      const home: BlockHome = { context, first: tally.read, place };
      for (const value of records) {
        const entry = new LiveEntry(value, tally.read, '', home);
        const bad = this.#markers > 0 ? this.#marked(value) : undefined;
        tally.read += 1;
        const waiting =
          bad === undefined
            ? path(entry)
            : rejections.add(entry, { ...bad, details: undefined, stage: parser, place: bad });
        if (waiting !== undefined) await waiting;
        this.#watermark.advance(tally.read);
        if (waiting !== undefined) this.#assertGoing();
      }
      observe('progress', { feed: feed.name, run, ref: this.#refText, counts: tally.counts() });
    }
  }

  #blocks(item: SourceItem<unknown>): ReturnType<typeof codecChain> {
    const { feed, names } = this.#scope;
    const { signal } = this.#reading;
    const { codecs } = feed.stages;
    const chunks = item.chunks(this.#contexts.ofItem(names.source, signal, item.origin));
    return codecChain(
      this.#attributed(chunks),
      codecs,
      (index) => this.#contexts.ofCodec(names.codecs[index]!, signal, item.origin, codecs[index]!.emits === 'records'),
      (index, chunk) => this.#countBytes(index, chunk),
    );
  }

  async *#attributed(chunks: AsyncIterable<unknown>): AsyncGenerator<unknown, void, undefined> {
    try {
      yield* chunks;
    } catch (thrown) {
      throw toMillraceError(thrown, 'SOURCE_FAILED', { stage: this.#scope.names.source });
    }
  }

  async #fromSource<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (thrown) {
      throw toMillraceError(thrown, 'SOURCE_FAILED', { stage: this.#scope.names.source });
    }
  }

  #countBytes(codec: number, chunk: unknown): void {
    if (!(chunk instanceof Uint8Array)) return;
    if (codec === 0) this.#tally.bytesIn += chunk.byteLength;
    if (codec > this.#deepestBytes) {
      this.#deepestBytes = codec;
      this.#tally.bytesDecoded = 0;
    }
    if (codec === this.#deepestBytes) this.#tally.bytesDecoded += chunk.byteLength;
  }

  #marked(value: unknown): RejectedRecord | undefined {
    const bad = rejectedRecord(value);
    if (bad !== undefined) this.#markers -= 1;
    return bad;
  }

  #writer<T>(
    sink: Sink<T>,
    stage: string,
    gate: Gate,
    outcome: Pick<BatchWriterOptions<T>, 'accepted' | 'refused'>,
  ): BatchWriter<T> {
    return new BatchWriter({
      sink,
      gate,
      context: this.#contexts.of(stage, this.#scope.stop.writing),
      watermark: this.#watermark,
      assertMayWrite: () => {
        if (!this.#mayWrite()) throw this.#error ?? this.#scope.stop.reason()!;
      },
      failed: (error) => this.#fail(error),
      ...outcome,
    });
  }

  /** Keeps the first failure, and stops reading. What happens after the run was stopped is part of its stopping. */
  #fail(thrown: unknown): void {
    this.#error ??=
      this.#scope.stop.reason() ??
      toMillraceError(thrown, 'RUNNER_FAILED', { item: this.#origin?.id ?? this.#refText });
    this.#reading.abort(this.#error);
  }

  /** @throws what stopped this item, if something has */
  #assertGoing(): void {
    const stopped = this.#error ?? this.#scope.stop.reason();
    if (stopped !== undefined) throw stopped;
  }

  /** After a deadline, what was read is still written; after a signal or a failure, nothing is. */
  #mayWrite(): boolean {
    const stopped = this.#error ?? this.#scope.stop.reason();
    return stopped === undefined || stopped.code === 'RUN_DEADLINE';
  }

  #report(started: number): ItemReport {
    const { feed, run, stop } = this.#scope;
    const counts = this.#tally.counts();
    if (counts.unsettled !== 0 && this.#error === undefined) {
      this.#error = new MillraceError(
        'REPORT_MISMATCH',
        `The counts of ${this.#refText} do not add up. This is a mistake in Millrace.`,
        {
          item: this.#origin?.id,
          details: { ...counts },
        },
      );
    }
    const error = this.#error;
    return {
      feed: feed.name,
      run,
      ref: this.#refText,
      outcome: error === undefined ? 'complete' : error === stop.reason() ? 'aborted' : 'failed',
      ...(this.#origin && { origin: this.#origin }),
      watermark: this.#watermark.value,
      ...counts,
      rejections: this.#tally.rejections,
      counters: this.#tally.counters,
      startedAt: new Date(started).toISOString(),
      durationMs: Date.now() - started,
      ...(error && { error }),
    };
  }
}

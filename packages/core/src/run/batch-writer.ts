import type { Context } from '../context.ts';
import { MillraceError, toMillraceError } from '../millrace-error.ts';
import type { Refusal, Sink } from '../sink.ts';
import type { Gate } from './gate.ts';
import type { LiveEntry } from './live-entry.ts';
import type { Span, Watermark } from './watermark.ts';

const DEFAULT_COUNT = 500;

export interface BatchWriterOptions<T> {
  readonly sink: Sink<T>;
  /** Shared by all items of the run. */
  readonly gate: Gate;
  readonly context: Context;
  readonly watermark: Watermark;
  /** Throws where nothing more may be written: the item failed, or was aborted. */
  readonly assertMayWrite: () => void;
  readonly accepted: (count: number) => void;
  readonly refused: (entry: LiveEntry<T>, refusal: Refusal) => Promise<void> | undefined;
  readonly failed: (error: MillraceError) => void;
  /** A batch has settled: the watermark may have moved. */
  readonly settled: () => void;
}

/**
 * Gathers one item's records into batches within the sink's limits and keeps up to the sink's concurrency of them in
 * flight. `add` stays synchronous until the sink is saturated; the promise that it then returns is the back-pressure.
 */
export class BatchWriter<T> {
  readonly #options: BatchWriterOptions<T>;
  readonly #maxCount: number;
  readonly #maxBytes: number;
  #batch: LiveEntry<T>[] = [];
  #bytes = 0;
  #span: Span | undefined;
  readonly #inFlight: Set<Promise<void>> = new Set();

  constructor(options: BatchWriterOptions<T>) {
    this.#options = options;
    this.#maxCount = options.sink.limits?.count ?? DEFAULT_COUNT;
    this.#maxBytes = options.sink.limits?.bytes ?? Number.POSITIVE_INFINITY;
  }

  add(entry: LiveEntry<T>): Promise<void> | undefined {
    const { sink, watermark } = this.#options;
    let waiting: Promise<void> | undefined;
    if (sink.sizeOf !== undefined) {
      const size = sink.sizeOf(entry.value);
      if (this.#batch.length > 0 && this.#bytes + size > this.#maxBytes) waiting = this.flush();
      this.#bytes += size;
    }
    // A record that was rejected late may be older than the batch that it joins.
    if (this.#span === undefined) this.#span = watermark.open(entry.ordinal);
    else if (entry.ordinal < this.#span.first) this.#span.first = entry.ordinal;
    if (this.#batch.push(entry) < this.#maxCount) return waiting;
    const full = this.flush();
    if (waiting === undefined || full === undefined) return waiting ?? full;
    return Promise.all([waiting, full]).then(() => undefined);
  }

  /** Sends what has gathered. */
  flush(): Promise<void> | undefined {
    const batch = this.#batch;
    const span = this.#span;
    if (span === undefined) return undefined;
    this.#batch = [];
    this.#bytes = 0;
    this.#span = undefined;
    const waiting = this.#options.gate.enter();
    if (waiting === undefined) return this.#start(batch, span);
    return waiting.then(() => this.#start(batch, span));
  }

  /** What has gathered and will not be sent by this writer any more. */
  takePending(): readonly LiveEntry<T>[] {
    return this.#batch.splice(0);
  }

  /** Resolves once nothing is in flight any more. */
  async drained(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
  }

  #start(batch: LiveEntry<T>[], span: Span): undefined {
    try {
      this.#options.assertMayWrite();
    } catch (stopped) {
      this.#options.gate.leave();
      throw stopped;
    }
    const settled = this.#write(batch, span).finally(() => {
      this.#options.gate.leave();
      this.#inFlight.delete(settled);
    });
    this.#inFlight.add(settled);
    return undefined;
  }

  /** Never rejects: a failure is reported, and leaves the span open, so that the watermark stays below it. */
  async #write(batch: LiveEntry<T>[], span: Span): Promise<void> {
    const { sink, context, watermark, accepted, refused, failed, settled } = this.#options;
    try {
      const refusals = (await sink.write(batch, context)) ?? [];
      checkRefusals(sink.name, refusals, batch.length);
      for (const refusal of refusals) await refused(batch[refusal.position]!, refusal);
      accepted(batch.length - refusals.length);
      watermark.close(span);
      settled();
    } catch (thrown) {
      failed(toMillraceError(thrown, 'SINK_FAILED', { stage: context.stage, ordinal: batch[0]!.ordinal }));
    }
  }
}

function checkRefusals(sink: string, refusals: readonly Refusal[], length: number): void {
  const seen = new Set<number>();
  for (const { position } of refusals) {
    if (Number.isInteger(position) && position >= 0 && position < length && !seen.has(position)) {
      seen.add(position);
      continue;
    }
    throw new MillraceError(
      'SINK_CONTRACT',
      `Sink ${sink} refused position ${position} of a batch of ${length}. Positions are distinct indexes into the batch; ` +
        'this is a mistake in the sink.',
    );
  }
}

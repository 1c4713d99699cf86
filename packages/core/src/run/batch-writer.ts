import type { Context } from '../context.ts';
import type { MillraceError } from '../millrace-error.ts';
import type { Refusal, Sink } from '../sink.ts';
import type { Gate } from './gate.ts';
import type { LiveEntry } from './live-entry.ts';
import type { TailMixer } from './tail-mixer.ts';
import type { Span, Watermark } from './watermark.ts';
import { type Share, writeShares } from './write-shares.ts';

export interface BatchWriterOptions<T> {
  readonly sink: Sink<T>;
  /** Shared by all items of the run. */
  readonly gate: Gate;
  /** Takes the last, partial batch, where the sink lets items share one. */
  readonly mixer: TailMixer | undefined;
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
  /** Length of the sink's groups of ordinals; 1 where it has none. */
  readonly #group: number;
  #batch: LiveEntry<T>[] = [];
  #bytes = 0;
  #span: Span | undefined;
  /** First ordinal of the group that the last record belongs to, and where its records begin in the batch. */
  #groupFirst = -1;
  #groupAt = 0;
  readonly #inFlight: Set<Promise<void>> = new Set();

  constructor(options: BatchWriterOptions<T>) {
    const { limits, group = 1 } = options.sink;
    this.#options = options;
    this.#maxCount = maxCount(options.sink);
    this.#maxBytes = limits?.bytes ?? Number.POSITIVE_INFINITY;
    this.#group = group;
  }

  add(entry: LiveEntry<T>): Promise<void> | undefined {
    return this.#group === 1 ? this.#addSingle(entry) : this.#addToGroup(entry);
  }

  #addSingle(entry: LiveEntry<T>): Promise<void> | undefined {
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

  /** A group is whole once a record of the next one comes, or the item has ended; only then can it be sent. */
  #addToGroup(entry: LiveEntry<T>): Promise<void> | undefined {
    const { sink, watermark } = this.#options;
    let waiting: Promise<void> | undefined;
    const groupFirst = entry.ordinal - (entry.ordinal % this.#group);
    if (groupFirst !== this.#groupFirst) {
      const full = this.#batch.length + this.#group > this.#maxCount || this.#bytes >= this.#maxBytes;
      if (full) waiting = this.flush();
      this.#groupFirst = groupFirst;
      this.#groupAt = this.#batch.length;
    }
    this.#bytes += sink.sizeOf?.(entry.value) ?? 0;
    this.#span ??= watermark.open(entry.ordinal);
    this.#batch.push(entry);
    return waiting;
  }

  /** Sends what has gathered. */
  flush(): Promise<void> | undefined {
    const { gate } = this.#options;
    const share = this.#takeShare();
    if (share === undefined) return undefined;
    const waiting = gate.enter();
    if (waiting === undefined) return this.#start(share);
    return waiting.then(() => this.#start(share));
  }

  /**
   * Sends the last records, when no more will be added.
   *
   * @param ended whether the item came to its end. Where it did not, a group that may be incomplete is left out.
   */
  finish(ended: boolean): Promise<void> | undefined {
    const { mixer, watermark } = this.#options;
    if (ended) watermark.end();
    else if (this.#group > 1 && watermark.frontier < this.#groupFirst + this.#group) this.#batch.length = this.#groupAt;
    if (mixer === undefined) return this.flush();
    const bytes = this.#bytes;
    const share = this.#takeShare();
    if (share !== undefined) this.#track(mixer.add(share, bytes));
    return undefined;
  }

  /** What has gathered and will not be sent by this writer any more. */
  takePending(): readonly LiveEntry<T>[] {
    return this.#batch.splice(0);
  }

  /** Resolves once nothing is in flight any more. */
  async drained(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
  }

  #takeShare(): Share<T> | undefined {
    const { context, watermark, assertMayWrite, accepted, refused, failed, settled } = this.#options;
    const entries = this.#batch;
    const span = this.#span;
    if (span === undefined || entries.length === 0) return undefined;
    this.#batch = [];
    this.#bytes = 0;
    this.#span = undefined;
    return {
      entries,
      context,
      assertMayWrite,
      answered: async (refusals) => {
        for (const refusal of refusals) await refused(entries[refusal.position]!, refusal);
        accepted(entries.length - refusals.length);
        watermark.close(span);
        settled();
      },
      // The span stays open, so that the watermark stays below it.
      failed,
    };
  }

  #start(share: Share<T>): undefined {
    const { gate, sink } = this.#options;
    try {
      share.assertMayWrite();
    } catch (stopped) {
      gate.leave();
      throw stopped;
    }
    this.#track(writeShares(sink, [share]).finally(() => gate.leave()));
    return undefined;
  }

  #track(settling: Promise<void>): void {
    const tracked = settling.finally(() => this.#inFlight.delete(tracked));
    this.#inFlight.add(tracked);
  }
}

/** Records that one write of this sink may have. */
export function maxCount(sink: Sink<never>): number {
  return sink.limits?.count ?? 500;
}

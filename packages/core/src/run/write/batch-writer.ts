import type { Context } from '../../context.ts';
import type { MillraceError } from '../../millrace-error.ts';
import type { Refusal, Sink } from '../../sink.ts';
import type { ResumePoint, Span } from '../object/resume-point.ts';
import type { LiveEntry } from '../read/live-entry.ts';
import type { Gate } from './gate.ts';
import { KeyOrder } from './key-order.ts';
import type { Sizing } from './quarantine-sizing.ts';
import type { TailMixer } from './tail-mixer.ts';
import { type Share, writeShares } from './write-shares.ts';

export interface BatchWriterOptions<T> {
  readonly sink: Sink<T>;
  /** Within what limits; the sink's own, as a rule. */
  readonly sizing: Sizing<T>;
  /** Keys of records that must arrive in order; absent if all keys are unique. */
  readonly keyOf: ((value: T) => string | undefined) | undefined;
  /** Shared by all objects of the run. */
  readonly gate: Gate;
  /** Takes the last, partial batch, where the sink lets items share one. */
  readonly mixer: TailMixer | undefined;
  readonly context: Context;
  readonly resumePoint: ResumePoint;
  /** Throws where nothing more may be written: the item failed, or was aborted. */
  readonly assertMayWrite: () => void;
  readonly accepted: (count: number) => void;
  readonly refused: (entry: LiveEntry<T>, refusal: Refusal) => Promise<void> | undefined;
  readonly failed: (error: MillraceError) => void;
  /** Whether the run was stopped. */
  readonly isStopped: () => boolean;
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
  readonly #order: KeyOrder | undefined;
  #keys: Set<string> = new Set();
  #batch: LiveEntry<T>[] = [];
  #bytes = 0;
  #span: Span | undefined;
  /** First ordinal of the group that the last record belongs to, and where its records begin in the batch. */
  #groupFirst = -1;
  #groupAt = 0;
  readonly #inFlight: Set<Promise<void>> = new Set();

  constructor(options: BatchWriterOptions<T>) {
    const { sizing, keyOf } = options;
    this.#options = options;
    this.#maxCount = maxCount(sizing);
    this.#maxBytes = sizing.limits?.bytes ?? Number.POSITIVE_INFINITY;
    this.#group = options.sink.group ?? 1;
    this.#order = keyOf && new KeyOrder();
  }

  add(entry: LiveEntry<T>): Promise<void> | undefined {
    return this.#group === 1 ? this.#addSingle(entry) : this.#addToGroup(entry);
  }

  #addSingle(entry: LiveEntry<T>): Promise<void> | undefined {
    const { sizing, resumePoint, keyOf } = this.#options;
    let waiting: Promise<void> | undefined;
    if (sizing.sizeOf !== undefined) {
      const size = sizing.sizeOf(entry.value);
      if (this.#batch.length > 0 && this.#bytes + size > this.#maxBytes) waiting = this.flush();
      this.#bytes += size;
    }
    // A record that was rejected late may be older than the batch that it joins.
    if (this.#span === undefined) this.#span = resumePoint.open(entry.ordinal);
    else if (entry.ordinal < this.#span.first) this.#span.first = entry.ordinal;
    if (keyOf !== undefined) this.#addKey(keyOf(entry.value));
    if (this.#batch.push(entry) < this.#maxCount) return waiting;
    const full = this.flush();
    if (waiting === undefined || full === undefined) return waiting ?? full;
    return Promise.all([waiting, full]).then(() => undefined);
  }

  /** A group is whole once a record of the next one comes, or the item has ended; only then can it be sent. */
  #addToGroup(entry: LiveEntry<T>): Promise<void> | undefined {
    const { sizing, resumePoint, keyOf } = this.#options;
    let waiting: Promise<void> | undefined;
    const groupFirst = entry.ordinal - (entry.ordinal % this.#group);
    if (groupFirst !== this.#groupFirst) {
      const full = this.#batch.length + this.#group > this.#maxCount || this.#bytes >= this.#maxBytes;
      if (full) waiting = this.flush();
      this.#groupFirst = groupFirst;
      this.#groupAt = this.#batch.length;
    }
    this.#bytes += sizing.sizeOf?.(entry.value) ?? 0;
    this.#span ??= resumePoint.open(entry.ordinal);
    if (keyOf !== undefined) this.#addKey(keyOf(entry.value));
    this.#batch.push(entry);
    return waiting;
  }

  #addKey(key: string | undefined): void {
    if (key !== undefined) this.#keys.add(key);
  }

  /** Sends what has gathered. */
  flush(): Promise<void> | undefined {
    const turn = this.#takeTurn();
    const share = this.#takeShare();
    if (share === undefined) return undefined;
    if (turn?.ready !== undefined) return this.#startInTurn(share, turn.ready, turn.settled);
    const waiting = this.#options.gate.enter();
    if (waiting === undefined) return this.#start(share, turn?.settled);
    return waiting.then(() => this.#start(share, turn?.settled));
  }

  /**
   * Sends the last records, when no more will be added.
   *
   * @param ended whether the object came to its end. If not, a group that may be incomplete is left out.
   */
  async finish(ended: boolean): Promise<void> {
    const { mixer, resumePoint } = this.#options;
    if (ended) resumePoint.end();
    else if (this.#group > 1 && resumePoint.frontier < this.#groupFirst + this.#group)
      this.#batch.length = this.#groupAt;
    if (mixer === undefined) return this.flush();
    const bytes = this.#bytes;
    const turn = this.#takeTurn();
    const share = this.#takeShare();
    if (share === undefined) return undefined;
    if (turn?.ready !== undefined) await turn.ready;
    void this.#track(mixer.add(share, bytes).finally(turn?.settled));
    return undefined;
  }

  /** What has gathered and will not be sent by this writer any more. */
  takePending(): readonly LiveEntry<T>[] {
    return this.#batch.splice(0);
  }

  /** Whether nothing is in flight. */
  get isDrained(): boolean {
    return this.#inFlight.size === 0;
  }

  /** Resolves once nothing is in flight any more. */
  async drained(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
  }

  #takeShare(): Share<T> | undefined {
    const { context, resumePoint, assertMayWrite, isStopped, accepted, refused, failed, settled } = this.#options;
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
      isStopped,
      answered: async (refusals) => {
        for (const refusal of refusals) await refused(entries[refusal.position]!, refusal);
        accepted(entries.length - refusals.length);
        resumePoint.close(span);
        settled();
      },
      // The span stays open, so that the resume point stays below it.
      failed,
    };
  }

  /** This batch's place in the order of its keys, if records have keys. */
  #takeTurn(): ReturnType<KeyOrder['enter']> | undefined {
    if (this.#keys.size === 0) return undefined;
    const turn = this.#order!.enter(this.#keys);
    this.#keys = new Set();
    return turn;
  }

  /** Waits for earlier writes of the same keys before it waits for a place at the gate. */
  async #startInTurn(share: Share<T>, ready: Promise<unknown>, settled: () => void): Promise<void> {
    await ready;
    const waiting = this.#options.gate.enter();
    if (waiting !== undefined) await waiting;
    this.#start(share, settled);
  }

  #start(share: Share<T>, settled?: () => void): undefined {
    const { gate, sink } = this.#options;
    try {
      share.assertMayWrite();
    } catch (stopped) {
      gate.leave();
      settled?.();
      throw stopped;
    }
    const leave = (): void => {
      gate.leave();
      settled?.();
    };
    void this.#track(writeShares(sink, [share]).finally(leave));
    return undefined;
  }

  #track(settling: Promise<void>): Promise<void> {
    const tracked = settling.finally(() => this.#inFlight.delete(tracked));
    this.#inFlight.add(tracked);
    return tracked;
  }
}

/** Records that one write of this sink may have. */
export function maxCount({ limits }: Pick<Sink<never>, 'limits'>): number {
  return limits?.count ?? 500;
}

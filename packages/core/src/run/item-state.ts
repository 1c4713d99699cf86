import { type MillraceError, toMillraceError } from '../millrace-error.ts';
import type { LedgerProgress } from '../ledger/ledger.ts';
import type { Stop } from './stop.ts';
import { Tally } from './tally.ts';
import { Watermark } from './watermark.ts';

/** One item's counts, its watermark, and whether it may still go on. */
export class ItemState {
  readonly tally: Tally = new Tally();
  watermark: Watermark;
  /** Rejections of earlier runs of this item. */
  rejectedBefore = 0;
  readonly #stop: Stop;
  readonly #group: number;
  /** The item's id, once it is known, else its reference as text. */
  #item: string;
  /** Stops this item's source and codecs: at the run's stop, and at the item's own failure. */
  readonly #reading: AbortController = new AbortController();
  #error: MillraceError | undefined;
  #distrusted = false;

  /** @param group length of the sink's groups of ordinals */
  constructor(stop: Stop, refText: string, group: number) {
    this.#stop = stop;
    this.#item = refText;
    this.#group = group;
    this.watermark = new Watermark(0, group);
    if (stop.reading.aborted) this.#stopReading();
    else stop.reading.addEventListener('abort', this.#stopReading, { once: true });
  }

  get error(): MillraceError | undefined {
    return this.#error;
  }

  get reading(): AbortSignal {
    return this.#reading.signal;
  }

  /** It went wrong by itself, and was not just stopped. */
  get failed(): boolean {
    return this.#error !== undefined && !this.aborted;
  }

  get aborted(): boolean {
    return this.#error !== undefined && this.#error === this.#stop.reason();
  }

  /** The item was granted: it goes on where earlier runs came to. */
  goOn(item: string, { watermark, rejected }: LedgerProgress): void {
    this.#item = item;
    this.watermark = new Watermark(watermark, this.#group);
    this.rejectedBefore = rejected;
  }

  /** A later run meets the records from the watermark on again, and their rejections with them. */
  progress(): LedgerProgress {
    if (this.#distrusted) return { watermark: 0, rejected: 0 };
    const watermark = this.settled;
    return { watermark, rejected: this.rejectedBefore + this.tally.rejectionsBelow(watermark) };
  }

  /** Where a later run goes on: the watermark, unless what was read is not to be trusted. */
  get settled(): number {
    return this.#distrusted ? 0 : this.watermark.value;
  }

  /**
   * Reading broke by itself. A checksum at the end may be what found it, so that nothing of what was read before counts
   * (contract 3.4): the next run writes all of it again, over what is there.
   */
  distrust(): void {
    if (!this.#reading.signal.aborted) this.#distrusted = true;
  }

  /** Keeps the first failure, and stops reading. What happens after the run was stopped is part of its stopping. */
  fail(thrown: unknown): void {
    this.#error ??= this.#stop.reason() ?? toMillraceError(thrown, 'RUNNER_FAILED', { item: this.#item });
    this.#reading.abort(this.#error);
  }

  /** @throws what stopped this item, if something has */
  assertGoing(): void {
    const stopped = this.#error ?? this.#stop.reason();
    if (stopped !== undefined) throw stopped;
  }

  /** A failed item writes nothing more; one that was stopped may still write what it has read. */
  get mayWrite(): boolean {
    return this.#error === undefined || this.aborted ? this.#stop.mayWrite() : false;
  }

  assertMayWrite(): void {
    if (!this.mayWrite) this.assertGoing();
  }

  dispose(): void {
    this.#stop.reading.removeEventListener('abort', this.#stopReading);
  }

  readonly #stopReading = (): void => this.#reading.abort(this.#stop.reading.reason);
}

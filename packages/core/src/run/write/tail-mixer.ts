import type { Sink } from '../../sink.ts';
import type { Gate } from './gate.ts';
import { failShare, type Share, writeShares } from './write-shares.ts';

/** How long the last records of an item wait for those of others, in milliseconds, while more can come. */
const LINGER_MS = 5;

interface WaitingShare<T> extends Share<T> {
  readonly settled: () => void;
}

/**
 * Joins the last, partial batches of several items into one write, for sinks that allow it: where objects are small, most
 * batches are partial, and a request costs the same for one record as for 25.
 *
 * What has gathered is written once it is full, once no item under way can add to it, or after 5 ms.
 */
export class TailMixer {
  readonly #sink: Sink<unknown>;
  readonly #gate: Gate;
  readonly #maxCount: number;
  readonly #maxBytes: number;
  #waiting: WaitingShare<unknown>[] = [];
  #count = 0;
  #bytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Items under way that have not brought their last records yet. */
  #expected = 0;

  constructor(sink: Sink<unknown>, gate: Gate, maxCount: number) {
    this.#sink = sink;
    this.#gate = gate;
    this.#maxCount = maxCount;
    this.#maxBytes = sink.limits?.bytes ?? Number.POSITIVE_INFINITY;
  }

  /** An item is begun. Answers what to call once it can bring nothing (more). */
  expect(): () => void {
    this.#expected += 1;
    let expected = true;
    return () => {
      if (!expected) return;
      expected = false;
      this.#expected -= 1;
      if (this.#expected === 0) this.#flush();
    };
  }

  /** Resolves once the share has settled. Never rejects: the share learns what became of it. */
  add<T>(share: Share<T>, bytes: number): Promise<void> {
    return new Promise((settled) => {
      const count = share.entries.length;
      if (this.#count + count > this.#maxCount || this.#bytes + bytes > this.#maxBytes) this.#flush();
      this.#waiting.push({ ...(share as Share<unknown>), settled });
      this.#count += count;
      this.#bytes += bytes;
      if (this.#expected === 0 || this.#count === this.#maxCount) this.#flush();
      else this.#timer ??= setTimeout(() => this.#flush(), LINGER_MS);
    });
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length > 0) void this.#write(this.#waiting);
    this.#waiting = [];
    this.#count = 0;
    this.#bytes = 0;
  }

  async #write(shares: readonly WaitingShare<unknown>[]): Promise<void> {
    try {
      await this.#gate.enter();
    } catch (turnedAway) {
      for (const share of shares) {
        failShare(share, turnedAway);
        share.settled();
      }
      return;
    }
    try {
      const going = shares.filter(mayWrite);
      if (going.length > 0) await writeShares(this.#sink, going);
    } finally {
      this.#gate.leave();
      for (const share of shares) share.settled();
    }
  }
}

/** An item may have failed, or been stopped, since it brought its share. */
function mayWrite(share: Share<unknown>): boolean {
  try {
    share.assertMayWrite();
    return true;
  } catch (stopped) {
    failShare(share, stopped);
    return false;
  }
}

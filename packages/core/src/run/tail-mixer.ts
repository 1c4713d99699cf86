import type { Sink } from '../sink.ts';
import type { Gate } from './gate.ts';
import { failPart, type Part, writeParts } from './write-parts.ts';

/** How long the last records of an item wait for those of others, in milliseconds, while more can come. */
const LINGER_MS = 5;

interface WaitingPart<T> extends Part<T> {
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
  #waiting: WaitingPart<unknown>[] = [];
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

  /** Resolves once the part has settled. Never rejects: the part learns what became of it. */
  add<T>(part: Part<T>, bytes: number): Promise<void> {
    return new Promise((settled) => {
      const count = part.entries.length;
      if (this.#count + count > this.#maxCount || this.#bytes + bytes > this.#maxBytes) this.#flush();
      this.#waiting.push({ ...(part as Part<unknown>), settled });
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

  async #write(parts: readonly WaitingPart<unknown>[]): Promise<void> {
    try {
      await this.#gate.enter();
    } catch (turnedAway) {
      for (const part of parts) {
        failPart(part, turnedAway);
        part.settled();
      }
      return;
    }
    try {
      const going = parts.filter(mayWrite);
      if (going.length > 0) await writeParts(this.#sink, going);
    } finally {
      this.#gate.leave();
      for (const part of parts) part.settled();
    }
  }
}

/** An item may have failed, or been stopped, since it brought its part. */
function mayWrite(part: Part<unknown>): boolean {
  try {
    part.assertMayWrite();
    return true;
  } catch (stopped) {
    failPart(part, stopped);
    return false;
  }
}

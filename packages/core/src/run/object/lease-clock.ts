/** How much earlier than its lease a run stops, as a share of the lease; at most {@link LONGEST_MARGIN_MS}. */
const MARGIN = 0.1;
const LONGEST_MARGIN_MS = 1000;

/**
 * Knows how long a claim may still write, by this process's own clocks.
 *
 * The lease counts from the moment that it was asked for, as the ledger cannot have granted it earlier. It is measured by a
 * monotonic clock and by the wall clock, and the one that shows more time counts: the first is not set back by anybody, and
 * the second goes on while a laptop sleeps. A renewal counts once it is confirmed, so a checkpoint that hangs renews nothing.
 */
export class LeaseClock {
  readonly #usableMs: number;
  #asked: Readings;

  /** @param asked when the claim was asked for, by {@link readClocks} */
  constructor(leaseMs: number, asked: Readings) {
    this.#usableMs = leaseMs - Math.min(LONGEST_MARGIN_MS, leaseMs * MARGIN);
    this.#asked = asked;
  }

  /** The ledger has confirmed a renewal that was asked for at `asked`. */
  renewed(asked: Readings): void {
    this.#asked = asked;
  }

  /** Milliseconds for which requests may still be sent; 0 once none may be. */
  leftMs(): number {
    const now = readClocks();
    const passed = Math.max(now.monotonic - this.#asked.monotonic, now.wall - this.#asked.wall);
    return Math.max(0, this.#usableMs - passed);
  }
}

/** What both clocks show, in milliseconds. */
export interface Readings {
  readonly monotonic: number;
  readonly wall: number;
}

export function readClocks(): Readings {
  return { monotonic: performance.now(), wall: Date.now() };
}

/** What a table that is throttled is asked for from then on, as a share of what it gave. */
const BACK_OFF = 0.9;
/** How long responses to requests sent before a backoff are ignored, in milliseconds. */
const SETTLE_MS = 500;
/** Growth a second, as a share of the rate that was backed off to; and in units, at least. */
const GROWTH = 0.03;
const LEAST_GROWTH = 5;
/** A back-off stops at one full request a second: what was given when little was asked for tells nothing. */
const LEAST = 25;
/**
 * After so many seconds without a throttled answer the growth doubles each second: the rate is far too low, because the
 * table was scaled up, or throttled the sink before it had shown what it takes.
 */
const PATIENCE_S = 3;
/** Period over which accepted and throttled units are measured, in milliseconds. */
const WINDOW_MS = 1000;
/**
 * Share of what was asked for that may be held back without a back-off. At the table's limit little is; and where one
 * partition of many is hot, the others must not wait for it.
 */
const TOLERATED = 0.05;

/** A change of the rate, for a trace. */
export interface RateChange {
  readonly perSecond: number;
  readonly why: 'throttled' | 'recovered' | 'released';
}

/**
 * Finds the rate at which a table takes write units: none until it throttles; then nine tenths of what it gave, and a
 * constant amount more for each second without a throttled answer (additive increase, multiplicative decrease: Chiu and
 * Jain, 1989). Shared by all requests of a sink, so they slow down together.
 */
export class AdaptiveRate {
  readonly #ceiling: number;
  readonly #now: () => number;
  readonly #changed: (change: RateChange) => void;
  #perSecond: number;
  #step = 0;
  #backedOffAt = Number.NEGATIVE_INFINITY;
  #grownAt = 0;
  /** Units given and held back, by the time of the answer, within the window. */
  readonly #answers: { readonly at: number; readonly given: number; readonly held: number }[] = [];
  #given = 0;
  #held = 0;

  /** @param ceiling the rate that is never passed; `Infinity` for none */
  constructor(
    ceiling: number,
    changed: (change: RateChange) => void = () => {},
    now: () => number = () => performance.now(),
  ) {
    this.#ceiling = ceiling;
    this.#changed = changed;
    this.#now = now;
    this.#perSecond = ceiling;
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** The table took units. Answers whether the rate has changed. */
  took(units: number): boolean {
    const now = this.#now();
    this.#note(now, units, 0);
    if (this.#perSecond === this.#ceiling) return false;
    const seconds = (now - Math.max(this.#grownAt, this.#backedOffAt + SETTLE_MS)) / 1000;
    if (seconds < 0.1) return false;
    this.#grownAt = now;
    const quiet = Math.max(0, Math.floor((now - this.#backedOffAt) / 1000) - PATIENCE_S);
    const grown = this.#perSecond + this.#step * 2 ** quiet * seconds;
    // A rate that is far from what is asked for holds nobody back any more.
    const idle = this.#ceiling === Infinity && grown > 4 * this.#rate(now) && quiet > 0;
    this.#set(idle ? Infinity : Math.min(this.#ceiling, grown), idle ? 'released' : 'recovered');
    return true;
  }

  /**
   * The table held units back for want of capacity. Answers whether the rate has changed. While nothing at all gets through
   * there is no rate to go by: then each request waits by itself.
   */
  throttled(units: number): boolean {
    const now = this.#now();
    this.#note(now, 0, units);
    const isLittle = this.#held < TOLERATED * (this.#held + this.#given);
    if (isLittle || this.#given === 0 || now - this.#backedOffAt < SETTLE_MS) return false;
    const lower = BACK_OFF * Math.min(this.#perSecond, this.#rate(now));
    this.#backedOffAt = this.#grownAt = now;
    this.#set(Math.min(this.#perSecond, Math.max(LEAST, lower)), 'throttled');
    this.#step = Math.max(LEAST_GROWTH, this.#perSecond * GROWTH);
    return true;
  }

  #set(perSecond: number, why: RateChange['why']): void {
    this.#perSecond = perSecond;
    this.#changed({ perSecond, why });
  }

  #note(now: number, given: number, held: number): void {
    this.#answers.push({ at: now, given, held });
    this.#given += given;
    this.#held += held;
    while (now - this.#answers[0]!.at > WINDOW_MS) {
      const past = this.#answers.shift()!;
      this.#given -= past.given;
      this.#held -= past.held;
    }
  }

  /** Units a second that the table gave of late. In its first second a sink has only what there is. */
  #rate(now: number): number {
    const first = this.#answers[0]?.at ?? now;
    return (this.#given * 1000) / Math.min(WINDOW_MS, Math.max(100, now - first));
  }
}

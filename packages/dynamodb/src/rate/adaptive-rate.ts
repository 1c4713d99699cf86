/** What a table that is throttled is asked for from then on, as a share of what it gave. */
const BACK_OFF = 0.9;
/** Answers to requests that were sent before a back-off say nothing about it, for so many milliseconds. */
const SETTLE_MS = 500;
/** Growth a second, as a share of the rate that was backed off to. */
const GROWTH = 0.03;
/**
 * After so many seconds without a throttled answer the growth doubles each second: the rate is far too low, because the
 * table was scaled up, or throttled the sink before it had shown what it takes.
 */
const PATIENCE_S = 3;
/** What was given is measured over so many milliseconds. */
const WINDOW_MS = 1000;

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
  /** Units given, by the time of their answer, within the window. */
  #given: { readonly at: number; readonly units: number }[] = [];
  #sum = 0;

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
    this.#note(now, units);
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

  /** The table has no more capacity. Answers whether the rate has changed. */
  throttled(): boolean {
    const now = this.#now();
    if (now - this.#backedOffAt < SETTLE_MS) return false;
    const lower = BACK_OFF * Math.min(this.#perSecond, this.#rate(now));
    this.#backedOffAt = this.#grownAt = now;
    this.#set(Math.max(1, lower), 'throttled');
    this.#step = this.#perSecond * GROWTH;
    return true;
  }

  #set(perSecond: number, why: RateChange['why']): void {
    this.#perSecond = perSecond;
    this.#changed({ perSecond, why });
  }

  #note(now: number, units: number): void {
    this.#given.push({ at: now, units });
    this.#sum += units;
    while (now - this.#given[0]!.at > WINDOW_MS) this.#sum -= this.#given.shift()!.units;
  }

  /** Units a second that the table gave of late. In its first second a sink has only what there is. */
  #rate(now: number): number {
    const first = this.#given[0]?.at ?? now;
    return (this.#sum * 1000) / Math.min(WINDOW_MS, Math.max(100, now - first));
  }
}

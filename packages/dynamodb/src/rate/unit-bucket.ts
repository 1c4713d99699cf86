import { aborted, checkAborted, MAX_TIMER_MS } from '../until-aborted.ts';

/** How much may be sent at once after a pause, in seconds of the rate: little, so that the rate is smooth. */
const BURST_SECONDS = 0.1;

interface Waiter {
  readonly units: number;
  readonly go: () => void;
}

/**
 * Lets write units through at a rate, in the order in which they were asked for. A request that is larger than what may be
 * sent at once goes when the bucket is full, and those behind it wait until its debt is paid: the rate holds for any size.
 */
export class UnitBucket {
  readonly #now: () => number;
  readonly #waiting: Waiter[] = [];
  #perSecond: number;
  #balance: number;
  #since: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param now a clock in milliseconds that never goes back */
  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#perSecond = perSecond;
    this.#balance = this.#burst;
    this.#since = now();
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** Changes the rate, for those who wait already too. */
  setRate(perSecond: number): void {
    this.#refill();
    this.#perSecond = perSecond;
    this.#balance = Math.min(this.#balance, this.#burst);
    this.#serve();
  }

  /** Resolves once the units may be sent; `undefined` if that is immediately. Rejects once the signal fires. */
  take(units: number, signal: AbortSignal): Promise<void> | undefined {
    this.#refill();
    if (this.#waiting.length === 0 && this.#covers(units)) {
      this.#balance -= units;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const stopped = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        this.#serve();
        reject(aborted(signal));
      };
      const waiter: Waiter = {
        units,
        go: () => {
          signal.removeEventListener('abort', stopped);
          resolve();
        },
      };
      checkAborted(signal);
      signal.addEventListener('abort', stopped, { once: true });
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  /** The service charged another amount than was taken: more is owed, or some is given back. */
  correct(taken: number, charged: number): void {
    this.#refill();
    this.#balance = Math.min(this.#burst, this.#balance + taken - charged);
    this.#serve();
  }

  get #burst(): number {
    return Math.max(1, this.#perSecond * BURST_SECONDS);
  }

  /** An infinite rate has an infinite balance. */
  #covers(units: number): boolean {
    return this.#balance >= Math.min(units, this.#burst);
  }

  #refill(): void {
    const now = this.#now();
    const earned = this.#perSecond === Infinity ? Infinity : ((now - this.#since) / 1000) * this.#perSecond;
    this.#balance = Math.min(this.#burst, this.#balance + earned);
    this.#since = now;
  }

  /** Lets those go whose turn it is, and sets the clock for the next one. */
  #serve(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#refill();
    for (let head = this.#waiting[0]; head !== undefined && this.#covers(head.units); head = this.#waiting[0]) {
      this.#waiting.shift();
      this.#balance -= head.units;
      head.go();
    }
    const next = this.#waiting[0];
    if (next === undefined) return;
    const missing = Math.min(next.units, this.#burst) - this.#balance;
    const ms = Math.ceil((missing / this.#perSecond) * 1000);
    this.#timer = setTimeout(() => this.#serve(), Math.min(ms, MAX_TIMER_MS));
  }
}

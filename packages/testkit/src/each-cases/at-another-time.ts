const LATER_MS = 400 * 24 * 60 * 60 * 1000;

/**
 * Makes a call as if it happened more than a year later and chance had come out otherwise. Only what the call does before it
 * answers sees that; afterwards clock and chance are as they were.
 */
export function atAnotherTime<T>(call: () => T): T {
  const { Date: RealDate } = globalThis;
  const { random } = Math;
  const now = (): number => RealDate.now() + LATER_MS;
  class LaterDate extends RealDate {
    constructor(...args: readonly unknown[]) {
      super(...((args.length === 0 ? [now()] : args) as [number]));
    }
    static override now = now;
    // What is a date at other times is one now.
    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof RealDate;
    }
  }
  globalThis.Date = LaterDate as DateConstructor;
  Math.random = () => (random() + 0.5) % 1;
  try {
    return call();
  } finally {
    globalThis.Date = RealDate;
    Math.random = random;
  }
}

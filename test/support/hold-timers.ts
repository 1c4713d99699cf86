import { vi } from 'vitest';

/** Timers of one length, which run down when the test says so. */
export interface HeldTimers extends Disposable {
  /** Timers that are set now. */
  readonly pending: () => number;
  /** Runs those that are set now. */
  readonly fire: () => void;
}

/**
 * Holds every timer of `ms` milliseconds; all others run as usual. So a test decides when a time-out happens, and a busy
 * machine does not. Give the option under test a length that nothing else uses.
 */
export function holdTimers(ms: number): HeldTimers {
  const held = new Map<unknown, () => void>();
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const setting = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((
    run: (...args: unknown[]) => void,
    delay?: number,
    ...args: unknown[]
  ) => {
    if (delay !== ms) return set(run, delay, ...args);
    const timer = { unref: () => timer, ref: () => timer };
    held.set(timer, () => run(...args));
    return timer;
  }) as typeof setTimeout);
  const clearing = vi.spyOn(globalThis, 'clearTimeout').mockImplementation((timer) => {
    if (!held.delete(timer)) clear(timer);
  });
  return {
    pending: () => held.size,
    fire: () => {
      const now = [...held.values()];
      held.clear();
      for (const run of now) run();
    },
    [Symbol.dispose]: () => {
      setting.mockRestore();
      clearing.mockRestore();
    },
  };
}

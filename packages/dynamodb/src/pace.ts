import type { RetryBudget } from './retry-budget.ts';

/**
 * How fast the sink may send, shared by all of its requests in flight: one that is throttled slows down all of them,
 * those not yet sent included, and each that gets through speeds them up again.
 */
export interface Pace {
  /** Milliseconds to wait before the next request, after so many fruitless attempts at it. Drawn anew at each call. */
  readonly delay: (fruitless: number) => number;
  readonly slower: () => void;
  readonly faster: () => void;
}

/**
 * Full jitter: a delay is drawn evenly between 0 and a window that doubles with each step, so that requests which were
 * held back together do not return together. The table's state is one step for each throttled answer, less one for each
 * good one; it settles where as many are good as are throttled.
 */
export function createPace(
  { baseMs, capMs }: Pick<RetryBudget, 'baseMs' | 'capMs'>,
  random: () => number = Math.random,
): Pace {
  const highest = baseMs > 0 && capMs > baseMs ? Math.ceil(Math.log2(capMs / baseMs)) + 1 : 1;
  let level = 0;
  return {
    delay: (fruitless) => {
      const step = Math.max(level, fruitless);
      return step === 0 ? 0 : random() * Math.min(capMs, baseMs * 2 ** (step - 1));
    },
    slower: () => {
      level = Math.min(highest, level + 1);
    },
    faster: () => {
      level = Math.max(0, level - 1);
    },
  };
}

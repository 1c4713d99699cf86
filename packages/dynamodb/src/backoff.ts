import type { RetryBudget } from './retry-budget.ts';

/**
 * Returns the milliseconds to wait before a retry, by the number of consecutive attempts that stored nothing.
 *
 * Full jitter: the delay is drawn evenly between 0 and a window that doubles with each attempt, so that requests which were
 * held back together do not return together. How fast all requests go together is the write rate's matter.
 */
export function backoff(
  fruitless: number,
  { baseMs, capMs }: Pick<RetryBudget, 'baseMs' | 'capMs'>,
  random: () => number = Math.random,
): number {
  return fruitless === 0 ? 0 : random() * Math.min(capMs, baseMs * 2 ** (fruitless - 1));
}

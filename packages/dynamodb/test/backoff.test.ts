import { describe, expect, it } from 'vitest';
import { backoff } from '../src/backoff.ts';

/** The widest delays, which a draw of almost 1 gives. */
const widest = (): number => 1;

describe('backoff', () => {
  it('does not wait while all goes well', () => {
    expect(backoff(0, { baseMs: 50, capMs: 5000 })).toBe(0);
  });

  it('doubles the window with each fruitless attempt, up to the cap', () => {
    const delays = [1, 2, 3, 4, 5, 6, 50, 2000].map((times) => backoff(times, { baseMs: 50, capMs: 1000 }, widest));
    expect(delays).toEqual([50, 100, 200, 400, 800, 1000, 1000, 1000]);
  });

  it('draws from the whole window', () => {
    expect(backoff(3, { baseMs: 50, capMs: 1000 }, () => 0.25)).toBe(50);
    const drawn = Array.from({ length: 1000 }, () => backoff(1, { baseMs: 100, capMs: 100 }));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(100);
    expect(drawn.filter((ms) => ms < 50).length).toBeGreaterThan(300);
  });

  it('takes a base of 0, and a cap below the base', () => {
    expect(backoff(9, { baseMs: 0, capMs: 0 }, widest)).toBe(0);
    expect(backoff(1, { baseMs: 100, capMs: 10 }, widest)).toBe(10);
  });
});

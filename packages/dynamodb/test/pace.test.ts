import { describe, expect, it } from 'vitest';
import { createPace } from '../src/pace.ts';

/** The widest delays, which a draw of almost 1 gives. */
const widest = (): number => 1;

describe('pace', () => {
  it('does not wait while all goes well', () => {
    expect(createPace({ baseMs: 50, capMs: 5000 }).delay(0)).toBe(0);
  });

  it('doubles the window with each fruitless attempt, up to the cap', () => {
    const pace = createPace({ baseMs: 50, capMs: 1000 }, widest);
    expect([1, 2, 3, 4, 5, 6, 50, 2000].map(pace.delay)).toEqual([50, 100, 200, 400, 800, 1000, 1000, 1000]);
  });

  it('draws from the whole window', () => {
    const pace = createPace({ baseMs: 50, capMs: 1000 }, () => 0.25);
    expect(pace.delay(3)).toBe(50);
    const drawn = Array.from({ length: 1000 }, () => createPace({ baseMs: 100, capMs: 100 }).delay(1));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(100);
    expect(drawn.filter((ms) => ms < 50).length).toBeGreaterThan(300);
  });

  it('slows requests that were not throttled themselves, and recovers step by step', () => {
    const pace = createPace({ baseMs: 50, capMs: 400 }, widest);
    const states = [];
    for (let count = 0; count < 6; count += 1) {
      pace.slower();
      states.push(pace.delay(0));
    }
    expect(states).toEqual([50, 100, 200, 400, 400, 400]);
    for (let count = 0; count < 5; count += 1) {
      pace.faster();
      states.push(pace.delay(0));
    }
    expect(states.slice(6)).toEqual([200, 100, 50, 0, 0]);
  });

  it('takes a base of 0, and a cap below the base', () => {
    const never = createPace({ baseMs: 0, capMs: 0 }, widest);
    never.slower();
    expect(never.delay(9)).toBe(0);
    expect(createPace({ baseMs: 100, capMs: 10 }, widest).delay(1)).toBe(10);
  });
});

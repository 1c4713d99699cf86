import { describe, expect, it, vi } from 'vitest';
import { AdaptiveRate, type RateChange } from '../src/rate/adaptive-rate.ts';
import { UnitBucket } from '../src/rate/unit-bucket.ts';

const never = new AbortController().signal;

/** Runs `work` on a clock that stands still but for timers. */
async function onFakeTime(work: () => Promise<void>): Promise<void> {
  vi.useFakeTimers();
  try {
    const done = work();
    await vi.runAllTimersAsync();
    await done;
  } finally {
    vi.useRealTimers();
  }
}

describe('a bucket of units', () => {
  it('holds its rate over every ten seconds, whatever the sizes', async () => {
    await onFakeTime(async () => {
      const bucket = new UnitBucket(200, Date.now);
      const sent: { at: number; units: number }[] = [];
      const sender = async (seed: number): Promise<void> => {
        for (let turn = 0; turn < 150; turn++) {
          const units = 1 + ((seed * 7 + turn * 13) % 40);
          await bucket.take(units, never);
          sent.push({ at: Date.now(), units });
        }
      };
      await Promise.all([1, 2, 3, 4].map(sender));
      const end = sent.at(-1)!.at;
      for (let from = sent[0]!.at; from + 10_000 <= end; from += 100) {
        const within = sent.filter(({ at }) => at >= from && at < from + 10_000);
        const units = within.reduce((sum, one) => sum + one.units, 0);
        expect(units).toBeGreaterThan(1900);
        expect(units).toBeLessThan(2100);
      }
    });
  });

  it('lets waiters go in order, and those of an aborted request not at all', async () => {
    await onFakeTime(async () => {
      const bucket = new UnitBucket(10, Date.now);
      const controller = new AbortController();
      const order: string[] = [];
      const as = (name: string, signal = never) => Promise.resolve(bucket.take(5, signal)).then(() => order.push(name));
      const going = [as('a'), as('b')];
      const stopped = expect(as('stopped', controller.signal)).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
      going.push(as('c'));
      controller.abort();
      await Promise.all([...going, stopped]);
      expect(order).toEqual(['a', 'b', 'c']);
    });
  });

  it('makes up for what the service charged', async () => {
    await onFakeTime(async () => {
      const bucket = new UnitBucket(100, Date.now);
      expect(bucket.take(10, never)).toBeUndefined();
      bucket.correct(10, 60);
      const before = Date.now();
      await bucket.take(10, never);
      expect(Date.now() - before).toBe(600);
    });
  });

  it('holds nobody back without a rate, and those who wait by the new one', async () => {
    await onFakeTime(async () => {
      const bucket = new UnitBucket(Number.POSITIVE_INFINITY, Date.now);
      expect(bucket.take(1e9, never)).toBeUndefined();
      bucket.setRate(1);
      expect(bucket.take(1, never)).toBeUndefined();
      const waiting = bucket.take(100, never);
      expect(waiting).toBeInstanceOf(Promise);
      bucket.setRate(Number.POSITIVE_INFINITY);
      await waiting;
    });
  });
});

/** A table that takes `limit(t)` units a second, asked by a client that sends what its rate allows, up to `demand`. */
function simulate(seconds: number, limit: (second: number) => number, demand: number, ceiling = Infinity) {
  let now = 0;
  const changes: RateChange[] = [];
  const rate = new AdaptiveRate(
    ceiling,
    (change) => changes.push(change),
    () => now,
  );
  const perSecond: number[] = [];
  let throttles = 0;
  for (let second = 0; second < seconds; second++) {
    let taken = 0;
    let room = 0;
    for (let step = 0; step < 100; step++) {
      now += 10;
      room = Math.min(limit(second) * 0.1, room + limit(second) / 100);
      const asked = Math.min(demand, rate.perSecond) / 100;
      const units = Math.min(asked, room);
      room -= units;
      taken += units;
      rate.took(units);
      if (units < asked - 1e-9) {
        throttles += asked - units;
        rate.throttled(asked - units);
      }
    }
    perSecond.push(taken);
  }
  return { perSecond, changes, throttles, rate };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('an adaptive rate', () => {
  it.each([50, 1000, 40_000])('settles within a tenth of a table that takes %d units a second', (limit) => {
    const { perSecond } = simulate(60, () => limit, limit * 5);
    expect(mean(perSecond.slice(20))).toBeGreaterThan(limit * 0.9);
  });

  it('backs off by a factor, recovers by equal steps, and says so', () => {
    const { changes } = simulate(20, () => 1000, 5000);
    const first = changes.findIndex(({ why }) => why === 'recovered');
    expect(changes[0]).toMatchObject({ why: 'throttled' });
    const up = changes.slice(first, first + 6).map(({ perSecond }) => perSecond);
    const steps = up.slice(1).map((value, at) => value - up[at]!);
    expect(Math.max(...steps) - Math.min(...steps)).toBeLessThan(Math.max(...steps) * 0.2);
    const down = changes.findIndex(({ why }, at) => why === 'throttled' && changes[at - 1]?.why === 'recovered');
    expect(changes[down]!.perSecond / changes[down - 1]!.perSecond).toBeLessThan(0.95);
  });

  it('is not moved by the few that a hot partition holds back', () => {
    let now = 0;
    const rate = new AdaptiveRate(
      Infinity,
      () => {},
      () => now,
    );
    for (let step = 0; step < 1000; step += 1) {
      now += 10;
      rate.took(98);
      rate.throttled(2);
    }
    expect(rate.perSecond).toBe(Infinity);
  });

  it('is not moved while nothing gets through', () => {
    const rate = new AdaptiveRate(Infinity);
    expect(rate.throttled(100)).toBe(false);
    expect(rate.perSecond).toBe(Infinity);
  });

  it('holds little back while it settles', () => {
    const { throttles, perSecond } = simulate(60, () => 1000, 5000);
    expect(throttles).toBeLessThan(0.1 * perSecond.reduce((sum, units) => sum + units, 0));
  });

  it('follows a table that is scaled up, and lets go where nothing holds it back', () => {
    const { perSecond, rate } = simulate(90, (second) => (second < 30 ? 100 : 5000), 2000);
    expect(mean(perSecond.slice(10, 30))).toBeGreaterThan(85);
    expect(mean(perSecond.slice(80))).toBeGreaterThan(1900);
    expect(rate.perSecond).toBe(Number.POSITIVE_INFINITY);
  });

  it('never passes its ceiling', () => {
    const { perSecond } = simulate(30, (second) => (second < 5 ? 100 : 5000), 2000, 300);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(300 + 1e-6);
    expect(perSecond.at(-1)).toBeCloseTo(300);
  });
});

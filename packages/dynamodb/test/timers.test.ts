import { describe, expect, it, vi } from 'vitest';
import { UnitBucket } from '../src/rate/unit-bucket.ts';
import { sleep } from '../src/until-aborted.ts';

const never = new AbortController().signal;
const DAY = 24 * 60 * 60 * 1000;

async function onFakeTime(work: () => Promise<void>): Promise<void> {
  vi.useFakeTimers();
  try {
    await work();
  } finally {
    vi.useRealTimers();
  }
}

describe('a wait that no timer of Node holds', () => {
  it('lasts as long as it was asked to', async () => {
    await onFakeTime(async () => {
      let over = false;
      const waiting = sleep(60 * DAY, never).then(() => {
        over = true;
      });
      await vi.advanceTimersByTimeAsync(60 * DAY - 1);
      expect(over).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(over).toBe(true);
      await waiting;
    });
  });

  it('ends with the signal, in its first part and in its second', async () => {
    for (const days of [1, 30]) {
      await onFakeTime(async () => {
        const abort = new AbortController();
        const waiting = expect(sleep(60 * DAY, abort.signal)).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
        await vi.advanceTimersByTimeAsync(days * DAY);
        abort.abort();
        await waiting;
        expect(vi.getTimerCount()).toBe(0);
      });
    }
  });

  it('is that of a bucket with a large debt, without waking it all the time', async () => {
    await onFakeTime(async () => {
      const bucket = new UnitBucket(1, Date.now);
      bucket.correct(0, (60 * DAY) / 1000);
      const started = Date.now();
      let through = false;
      const waiting = Promise.resolve(bucket.take(1, never)).then(() => {
        through = true;
      });
      for (let wakes = 0; wakes < 10 && !through; wakes += 1) await vi.advanceTimersToNextTimerAsync();
      expect(through).toBe(true);
      const days = (Date.now() - started) / DAY;
      expect(days).toBeGreaterThan(59);
      expect(days).toBeLessThan(61);
      await waiting;
    });
  });
});

import type { ItemReport, SessionOptions } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HandlerOptions, type S3HandlerOptions, toLandingHandler, toS3Handler } from '../src/index.ts';
import { handMadeFeed } from './hand-made-feed.ts';
import { s3Event } from './s3-payload.ts';

const NOW = Date.UTC(2026, 10, 22);
const quiet: HandlerOptions = { log: () => undefined };

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

async function runOptions(remaining: number, options: S3HandlerOptions = {}): Promise<SessionOptions> {
  const feed = handMadeFeed('prices');
  await toS3Handler(feed, { ...quiet, ...options })(s3Event({ key: 'k' }), {
    getRemainingTimeInMillis: () => remaining,
  });
  return feed.calls[0]!.options;
}

describe('the deadline', () => {
  it.each([
    [900_000, 890_000, 5000],
    [50_000, 40_000, 5000],
    [30_000, 24_000, 3000],
    [3000, 2400, 300],
  ])('with %d ms left is %d ms away', async (remaining, away, graceMs) => {
    expect(await runOptions(remaining)).toMatchObject({ deadline: NOW + away, graceMs });
  });

  it('leaves the reserve that was asked for', async () => {
    expect(await runOptions(60_000, { reserveMs: 30_000 })).toMatchObject({ deadline: NOW + 30_000, graceMs: 15_000 });
    expect(await runOptions(60_000, { reserveMs: 0 })).toMatchObject({ deadline: NOW + 60_000, graceMs: 0 });
  });

  it.each([Number.POSITIVE_INFINITY, Number.NaN])('does not exist where %d ms are left', async (remaining) => {
    expect(await runOptions(remaining)).not.toHaveProperty('deadline');
  });

  it('may be further away than a timer can wait', async () => {
    const options = await runOptions(2 ** 40);
    await vi.advanceTimersByTimeAsync(1000);
    expect(options.deadline).toBe(NOW + 2 ** 40 - 10_000);
  });

  it('leaves no timer behind', async () => {
    await runOptions(60_000);
    expect(vi.getTimerCount()).toBe(0);
    const context = { getRemainingTimeInMillis: () => 60_000 };
    await expect(toS3Handler(handMadeFeed('prices'), quiet)(null, context)).rejects.toThrow();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fails the invocation where an item is aborted, so that it is retried', async () => {
    const feed = handMadeFeed('prices', () => ({ outcome: 'aborted', watermark: 2, unsettled: 1, written: 2 }));
    await expect(toS3Handler(feed, quiet)(s3Event({ key: 'k' }))).rejects.toMatchObject({
      code: 'LAMBDA_OBJECTS_FAILED',
      message: expect.stringContaining('s3://supplier-drop/k: LAMBDA_OUT_OF_TIME'),
      failures: [{ outcome: 'aborted', report: { watermark: 2 }, error: { code: 'LAMBDA_OUT_OF_TIME' } }],
    });
  });

  it('aborts an object that the run never came to', async () => {
    const feed = handMadeFeed('prices', async () => {
      await vi.advanceTimersByTimeAsync(25_000);
      return { outcome: 'aborted', origin: undefined } as unknown as Partial<ItemReport>;
    });
    const context = { getRemainingTimeInMillis: () => 30_000 };
    await expect(toS3Handler(feed, quiet)(s3Event({ key: 'k' }), context)).rejects.toMatchObject({
      failures: [{ outcome: 'aborted', feed: 'prices', error: { code: 'LAMBDA_OUT_OF_TIME' } }],
    });
  });

  it('aborts the objects that were not begun by then, without running the feed', async () => {
    const feed = handMadeFeed('prices', async () => {
      await vi.advanceTimersByTimeAsync(25_000);
      return {};
    });
    const context = { getRemainingTimeInMillis: () => 30_000 };
    const event = s3Event({ key: 'one' }, { key: 'two' }, { key: 'three' });
    await expect(toS3Handler(feed, quiet)(event, context)).rejects.toMatchObject({
      report: { outcomes: { complete: 1, aborted: 2 } },
      failures: [
        { object: 's3://supplier-drop/two', error: { code: 'LAMBDA_OUT_OF_TIME' } },
        { object: 's3://supplier-drop/three', error: { code: 'LAMBDA_OUT_OF_TIME' } },
      ],
    });
    expect(feed.calls.map(({ ref }) => ref.key)).toEqual(['one']);
  });

  it('is past at once where the reserve is as long as the time, and the error says so', async () => {
    const context = { getRemainingTimeInMillis: () => 3000 };
    const handler = toS3Handler(handMadeFeed('prices'), { ...quiet, reserveMs: 10_000 });
    await expect(handler(s3Event({ key: 'k' }), context)).rejects.toMatchObject({
      failures: [{ outcome: 'aborted', error: { details: { remainingMs: 3000, reserveMs: 10_000 } } }],
    });
  });
});

describe('the signal of a copy', () => {
  const copied = { outcome: 'copied', ref: { bucket: 'b', key: 'k' }, origin: { id: 'i', uri: 'u' } } as const;
  const context = { getRemainingTimeInMillis: () => 30_000 };

  it('fires in the middle of the reserve', async () => {
    const fired: number[] = [];
    const handler = toLandingHandler(
      async (_ref, { signal }) => {
        signal.addEventListener('abort', () => fired.push(Date.now() - NOW));
        await vi.advanceTimersByTimeAsync(24_999);
        expect(fired).toEqual([]);
        await vi.advanceTimersByTimeAsync(4000);
        return copied;
      },
      { ...quiet, reserveMs: 10_000 },
    );
    // What is done in spite of the signal is done.
    expect((await handler(s3Event({ key: 'k' }), context)).outcomes.complete).toBe(1);
    expect(fired).toEqual([25_000]);
  });

  it('makes whatever is thrown after it an abort', async () => {
    const handler = toLandingHandler(async (_ref, { signal }) => {
      await vi.advanceTimersByTimeAsync(28_000);
      signal.throwIfAborted();
      return copied;
    }, quiet);
    await expect(handler(s3Event({ key: 'k' }), context)).rejects.toMatchObject({
      failures: [{ outcome: 'aborted', error: { code: 'LAMBDA_OUT_OF_TIME' } }],
    });
  });

  it.each([2 ** 31 + 20_000, 2 ** 40])(
    'does not fire early because %d ms are longer than a timer can wait',
    async (ms) => {
      const handler = toLandingHandler(async (_ref, { signal }) => {
        await vi.advanceTimersByTimeAsync(1000);
        signal.throwIfAborted();
        return copied;
      }, quiet);
      const { outcomes } = await handler(s3Event({ key: 'k' }), { getRemainingTimeInMillis: () => ms });
      expect(outcomes.complete).toBe(1);
    },
  );

  it.each([
    [2 ** 31 - 1, 1],
    [2 ** 31, 0],
  ])('with %d ms left takes %d timers, since one can wait for 2,147,483,647 ms', async (ms, timers) => {
    const counts: number[] = [];
    const handler = toLandingHandler(
      () => {
        counts.push(vi.getTimerCount());
        return Promise.resolve(copied);
      },
      { ...quiet, reserveMs: 0 },
    );
    await handler(s3Event({ key: 'k' }), { getRemainingTimeInMillis: () => ms });
    expect(counts).toEqual([timers]);
  });

  it('belongs to one invocation, and never fires without a context', async () => {
    const signals = new Set<AbortSignal>();
    const handler = toLandingHandler((_ref, { signal }) => {
      signals.add(signal);
      return Promise.resolve(copied);
    }, quiet);
    await handler(s3Event({ key: 'a' }));
    await handler(s3Event({ key: 'b' }));
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect([...signals].map(({ aborted }) => aborted)).toEqual([false, false]);
  });
});

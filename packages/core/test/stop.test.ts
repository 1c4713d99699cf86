import { feed } from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { keep, lines, numbered, textSource } from './fixtures.ts';

const start = () => feed('test').from(textSource()).through(lines());

afterEach(() => void vi.useRealTimers());

describe('a signal', () => {
  it('stops reading, lets writes in flight settle, and leaves a watermark', async () => {
    const controller = new AbortController();
    const kept = keep<string>({
      limits: { count: 10 },
      concurrency: 2,
      before: async ([first]) => {
        if (first!.ordinal === 50) controller.abort();
        await new Promise((resolve) => void setImmediate(resolve));
      },
    });
    const report = await start()
      .to(kept.sink)
      .run([numbered(10_000)], { signal: controller.signal });
    const [item] = report.reports;
    expect(report.outcome).toBe('aborted');
    expect(item).toMatchObject({ outcome: 'aborted', error: { code: 'RUN_ABORTED' } });
    expect(item!.watermark).toBe(item!.written);
    expect(kept.entries.length).toBe(item!.written);
    expect(item!.written).toBeLessThan(200);
    expect(item!.read).toBe(item!.written + item!.unsettled);
  });

  it('starts nothing where it has fired before', async () => {
    const kept = keep<string>();
    const report = await start()
      .to(kept.sink)
      .run([numbered(10)], { signal: AbortSignal.abort() });
    expect(report).toMatchObject({ outcome: 'aborted', items: { complete: 0, aborted: 0, failed: 0 } });
    expect(kept.entries).toEqual([]);
  });

  it('ends writes that outlast the grace period', async () => {
    const controller = new AbortController();
    const kept = keep<string>({
      limits: { count: 1 },
      before: (_, signal) =>
        new Promise((_resolve, reject) => {
          controller.abort();
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    });
    const report = await start()
      .to(kept.sink)
      .run([numbered(10)], { signal: controller.signal, graceMs: 20 });
    expect(report.reports[0]).toMatchObject({ outcome: 'aborted', watermark: 0, written: 0 });
  });

  it('does not wait for ever on a sink that ignores it', async () => {
    const controller = new AbortController();
    const kept = keep<string>({
      limits: { count: 1 },
      before: () => {
        controller.abort();
        return new Promise(() => {});
      },
    });
    const report = await start()
      .to(kept.sink)
      .run([numbered(10)], { signal: controller.signal, graceMs: 10 });
    expect(report.reports[0]).toMatchObject({ outcome: 'aborted', watermark: 0 });
  });

  it('does not wait for ever on a listing that ignores it', async () => {
    const controller = new AbortController();
    const refs = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          controller.abort();
          return new Promise<never>(() => {});
        },
      }),
    };
    expect((await start().to(keep<string>().sink).run(refs, { signal: controller.signal })).outcome).toBe('aborted');
  });

  it('leaves no listener behind', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = ((...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    }) as typeof add;
    signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    }) as typeof remove;
    await start()
      .to(keep<string>().sink)
      .run([numbered(10)], { signal });
    expect(listeners).toBe(0);
  });
});

describe('a deadline', () => {
  it('stops reading but writes what was read, so that the watermark is what was read', async () => {
    // The clock moves only when a batch is written, a millisecond each.
    vi.useFakeTimers();
    const kept = keep<string>({
      limits: { count: 7 },
      before: async () => {
        await vi.advanceTimersByTimeAsync(1);
      },
    });
    const report = await start()
      .to(kept.sink)
      .run([numbered(100_000)], { deadline: Date.now() + 40 });
    const [item] = report.reports;
    expect(item).toMatchObject({ outcome: 'aborted', error: { code: 'RUN_DEADLINE', retryable: true }, unsettled: 0 });
    expect(item!.written).toBe(item!.read);
    expect(item!.watermark).toBe(item!.read);
    expect(kept.batches.length).toBeGreaterThanOrEqual(40);
    expect(item!.read).toBeLessThan(100_000);
  });

  it.each([false, true])('lets what was read be written, unless a signal follows it (%s)', async (isSignalled) => {
    vi.useFakeTimers();
    const controller = new AbortController();
    const kept = keep<string>({
      limits: { count: 7 },
      before: async () => {
        // The deadline passes during the first write, with a second batch begun.
        await vi.advanceTimersByTimeAsync(10);
        if (isSignalled) controller.abort();
      },
    });
    const report = await start()
      .to(kept.sink)
      .run([numbered(1000)], { deadline: Date.now() + 5, signal: controller.signal });
    expect(report.reports[0]).toMatchObject({ outcome: 'aborted', error: { code: 'RUN_DEADLINE' } });
    expect(kept.batches.length > 1).toBe(!isSignalled);
    expect(report.totals.unsettled > 0).toBe(isSignalled);
  });

  it('far away does not fire at once', async () => {
    const kept = keep<string>();
    const report = await start()
      .to(kept.sink)
      .run([numbered(10)], { deadline: Date.now() + 365 * 24 * 3600 * 1000 });
    expect(report.outcome).toBe('complete');
  });
});

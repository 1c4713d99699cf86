import { feed, type Ledger, memoryLedger, type Sink } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LeaseClock, readClocks } from '../src/run/object/lease-clock.ts';
import { lines, numbered, textSource } from './fixtures.ts';

const LEASE_MS = 3000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the clock of a lease', () => {
  it('stops a tenth before the lease is over', () => {
    const clock = new LeaseClock(LEASE_MS, readClocks());
    expect(clock.leftMs()).toBe(2700);
    vi.advanceTimersByTime(2699);
    expect(clock.leftMs()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(clock.leftMs()).toBe(0);
  });

  it('takes at most a second off', () => {
    expect(new LeaseClock(60_000, readClocks()).leftMs()).toBe(59_000);
  });

  it('goes by the clock that shows more time', () => {
    const clock = new LeaseClock(LEASE_MS, readClocks());
    // The wall clock went on while the monotonic one slept, as that of a laptop does.
    vi.setSystemTime(Date.now() + 2000);
    expect(clock.leftMs()).toBe(700);
    // The wall clock was set back.
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(clock.leftMs()).toBe(2700);
  });

  it('counts a renewal from when it was asked for', () => {
    const clock = new LeaseClock(LEASE_MS, readClocks());
    vi.advanceTimersByTime(1000);
    const asked = readClocks();
    vi.advanceTimersByTime(500);
    clock.renewed(asked);
    expect(clock.leftMs()).toBe(2200);
  });
});

describe('a run whose lease is over by its own clocks', () => {
  /** A sink that pauses the process once: time passes, and no timer has its turn. */
  function pausingSink(at: number, ms: number): { readonly sink: Sink<string>; readonly written: number[] } {
    const written: number[] = [];
    let writes = 0;
    const write: Sink<string>['write'] = async (entries, { signal }) => {
      await Promise.resolve();
      if ((writes += 1) === at) vi.setSystemTime(Date.now() + ms);
      if (signal.aborted) throw signal.reason;
      written.push(...entries.map(({ ordinal }) => ordinal));
    };
    return { sink: { name: 'pausing', limits: { count: 10 }, write }, written };
  }

  const run = (sink: Sink<string>, ledger: Ledger) =>
    feed('test')
      .from(textSource())
      .through(lines())
      .to(sink)
      .run([numbered(100)], { ledger, leaseMs: LEASE_MS, onFailure: 'report' });

  it('sends nothing after a pause, not even what it was about to send', async () => {
    const { sink, written } = pausingSink(3, LEASE_MS);
    const ledger = memoryLedger();
    const { reports } = await run(sink, ledger);
    expect(written).toEqual(Array.from({ length: 20 }, (_, ordinal) => ordinal));
    expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'LEDGER_LEASE_LOST', retryable: true } });
  });

  it('goes on after a pause that the lease outlasts', async () => {
    const { sink, written } = pausingSink(3, LEASE_MS / 2);
    expect((await run(sink, memoryLedger())).outcome).toBe('complete');
    expect(written).toHaveLength(100);
  });

  it('is not kept alive by a checkpoint that hangs', async () => {
    const base = memoryLedger();
    const hanging: Ledger = { ...base, checkpoint: () => new Promise(() => {}) };
    let writes = 0;
    const slow: Sink<string> = {
      name: 'slow',
      limits: { count: 10 },
      write: async () => {
        writes += 1;
        await vi.advanceTimersByTimeAsync(1000);
      },
    };
    const running = run(slow, hanging);
    await vi.advanceTimersByTimeAsync(120_000);
    const { reports } = await running;
    expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'LEDGER_LEASE_LOST' } });
    expect(writes).toBeLessThanOrEqual(3);
  });
});

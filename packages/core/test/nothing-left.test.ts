import { feed, memoryLedger, replay } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keep, lines, numbered, textSource } from './fixtures.ts';
import { landed, table } from './landed-table.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A timer that is left keeps the process alive, and acts on an object that is over. */
describe('no timer is left', () => {
  const numbers = () => feed('test').from(textSource()).through(lines());
  const options = { onFailure: 'report', leaseMs: 60_000, clockSkewMs: 0 } as const;

  it('by an object that is complete, with its lease', async () => {
    await numbers()
      .to(keep<string>().sink)
      .run([numbered(3)], { ...options, ledger: memoryLedger() });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('by an object that failed, within its grace period', async () => {
    const failing = keep<string>({ before: () => Promise.reject(new Error('the table is on fire')) });
    const { reports } = await numbers()
      .to(failing.sink)
      .run([numbered(3)], options);
    expect(reports[0]?.outcome).toBe('failed');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('by the end of a deadline that was far', async () => {
    await numbers()
      .to(keep<string>().sink)
      .run([numbered(3)], { ...options, deadline: Date.now() + 900_000 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('by versions that were retired', async () => {
    const { sink } = table();
    const prices = landed(sink);
    const ledger = memoryLedger();
    await prices.run([{ id: 'v1', chunks: ['a\n'] }], { ...options, ledger, versions: 'replace' });
    const { reports } = await prices.run([{ id: 'v2', chunks: ['b\n'] }], { ...options, ledger, versions: 'replace' });
    expect(reports[0]?.counters.table?.retired).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('by a replay', async () => {
    const report = await replay(numbers().to(keep<string>().sink), []);
    expect(report).toMatchObject({ tried: 0, delivered: 0, unsettled: 0 });
    expect(report.error).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});

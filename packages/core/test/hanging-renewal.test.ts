import { feed, type Ledger, memoryLedger } from '@millrace/core';
import { afterEach, expect, it, vi } from 'vitest';
import { keep, lines, numbered, textSource } from './fixtures.ts';

afterEach(() => void vi.useRealTimers());

it('starts no write once the lease is over, while its renewal hangs', async () => {
  vi.useFakeTimers();
  const started = performance.now();
  const inner = memoryLedger();
  let renewals = 0;
  const ledger: Ledger = {
    ...inner,
    checkpoint: () => {
      renewals += 1;
      return new Promise(() => {});
    },
  };
  const writes: number[] = [];
  const kept = keep<string>({
    limits: { count: 1 },
    before: () => {
      writes.push(performance.now() - started);
      // The process is paused: time passes, and no timer runs.
      vi.setSystemTime(Date.now() + 400);
      return Promise.resolve();
    },
  });
  const running = feed('test')
    .from(textSource())
    .through(lines())
    .to(kept.sink)
    .run([numbered(20)], { ledger, leaseMs: 1000, checkpointRecords: 1, onFailure: 'report' });
  await vi.runAllTimersAsync();
  const { reports } = await running;
  expect(renewals).toBeGreaterThan(0);
  // At 0, 400 and 800 ms; the next would be at 1200.
  expect(writes).toHaveLength(3);
  expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'LEDGER_LEASE_LOST', retryable: true } });
});

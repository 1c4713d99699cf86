import { feed, memoryLedger, type RunReport, type Sink } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keep, lines, numbered, textSource } from './fixtures.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const to = (sink: Sink<string>) => feed('test').from(textSource()).through(lines()).to(sink);

/** A sink whose first write never settles, and tells when its signal fires. */
function hanging(failsSecond = false) {
  const reached = Promise.withResolvers<void>();
  const log: { signalled: number | undefined; started: number } = { signalled: undefined, started: Date.now() };
  let writes = 0;
  const sink: Sink<string> = {
    name: 'hanging',
    limits: { count: 10 },
    concurrency: 2,
    write: (_, { signal }) => {
      writes += 1;
      if (failsSecond && writes === 2) return Promise.reject(new Error('down'));
      signal.addEventListener('abort', () => (log.signalled = Date.now() - log.started));
      reached.resolve();
      return new Promise(() => {});
    },
  };
  return { sink, reached: reached.promise, log };
}

/** Lets time pass until the run is over, a millisecond at a time. Returns the report and how long it took. */
async function untilOver(running: Promise<RunReport>, most: number): Promise<{ report: RunReport; after: number }> {
  let report: RunReport | undefined;
  void running.then((made) => (report = made));
  for (let after = 0; after <= most; after += 1) {
    if (report !== undefined) return { report, after };
    await vi.advanceTimersByTimeAsync(1);
  }
  throw new Error(`The run is not over after ${most} ms.`);
}

describe.each([
  ['5000 ms by default', {}, 5000],
  ['as long as the run says', { graceMs: 700 }, 700],
])('the grace period is %s', (_, options, graceMs) => {
  it('after a stop: then the writes are told, and a second later they are left behind', async () => {
    const { sink, reached, log } = hanging();
    const controller = new AbortController();
    const running = to(sink).run([numbered(5)], { ...options, signal: controller.signal });
    await reached;
    log.started = Date.now();
    controller.abort();
    const { report, after } = await untilOver(running, 10_000);
    expect(report.outcome).toBe('aborted');
    expect([log.signalled, after]).toEqual([graceMs, graceMs + 1000]);
  });

  it('after the failure of an object', async () => {
    const { sink, log } = hanging(true);
    const running = to(sink).run([numbered(20)], { ...options, onFailure: 'report' });
    const { report, after } = await untilOver(running, 10_000);
    expect(report.reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'SINK_FAILED' } });
    expect([log.signalled, after]).toEqual([graceMs, graceMs + 1000]);
  });
});

describe('a signal that a deadline follows', () => {
  it('ends writing, as it would alone', async () => {
    const controller = new AbortController();
    const kept = keep<string>({
      limits: { count: 7 },
      before: async () => {
        // A second batch has begun.
        controller.abort();
        await vi.advanceTimersByTimeAsync(10);
      },
    });
    const report = await to(kept.sink).run([numbered(1000)], { signal: controller.signal, deadline: Date.now() + 5 });
    expect(report.reports[0]).toMatchObject({ outcome: 'aborted', error: { code: 'RUN_ABORTED' } });
    expect(kept.batches).toEqual([7]);
  });
});

describe('a source that does not release an object', () => {
  it.each([
    ['is waited for as long as writes are after a stop', {}, 6000],
    ['is waited for as long as the run says', { graceMs: 700 }, 1700],
  ])('%s', async (_, options, most) => {
    const source = textSource();
    const running = feed('test')
      .from({
        ...source,
        open: async (ref, context) => ({ ...(await source.open(ref, context)), close: () => new Promise(() => {}) }),
      })
      .through(lines())
      .to(keep<string>().sink)
      .run([numbered(5)], { ...options, onFailure: 'report', ledger: memoryLedger() });
    const { report, after } = await untilOver(running, 10_000);
    expect(report.reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'PLUGIN_TIMEOUT', stage: 'text' } });
    expect(after).toBe(most);
  });
});

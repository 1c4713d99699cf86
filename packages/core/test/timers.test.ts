import { feed, type Ledger, memoryLedger, purge, type Rejection, replay, type RunReport } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keep, keepRejections, lines, numbered, type TextRef, textSource } from './fixtures.ts';
import { landed, table, type Version } from './landed-table.ts';

/** The clock stands still, so a timer that was started is there until somebody stops it. */
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const start = (source = textSource()) => feed('test').from(source).through(lines());
const far = (): number => Date.now() + 60_000;
const first: Version = { id: 'v1', chunks: ['a1\nb1\n'] };
const second: Version = { id: 'v2', chunks: ['a2\n'] };

/** A version that is complete, and one that is to replace it; `retiring` runs before its rows are deleted. */
async function twoVersions(retiring?: () => Promise<void>) {
  const prices = landed(table(retiring).sink);
  const ledger = memoryLedger();
  const options = { onFailure: 'report', ledger } as const;
  await prices.run([first], options);
  return { prices, ledger, options };
}

async function rejectionOf(ledger: Ledger): Promise<readonly Rejection[]> {
  const kept = keepRejections();
  const ref: TextRef = { name: 'x', chunks: ['0\nbad 1\n'] };
  await start().to(keep<string>().sink).run([ref], { ledger, quarantine: kept.sink });
  return kept.values().map((rejection) => ({ ...rejection, stage: 'keep', value: 'good 1' }));
}

const runs: Readonly<Record<string, () => Promise<RunReport>>> = {
  complete: () =>
    start()
      .to(keep<string>({ limits: { count: 2 }, mixesItems: true, keyOf: () => 'key' }).sink)
      .run([numbered(5)], { ledger: memoryLedger(), deadline: far(), concurrency: 2 }),
  failed: () =>
    start(textSource({ failAfter: 1 }))
      .to(keep<string>().sink)
      .run([numbered(50)], {
        ledger: memoryLedger(),
        quarantine: keepRejections().sink,
        onFailure: 'report',
        deadline: far(),
      }),
  aborted: () => {
    const controller = new AbortController();
    const kept = keep<string>({ limits: { count: 2 }, before: async () => controller.abort() });
    return start()
      .to(kept.sink)
      .run([numbered(50)], { ledger: memoryLedger(), signal: controller.signal, deadline: far() });
  },
  held: () =>
    start()
      .to(keep<string>().sink)
      .run([numbered(5)], {
        ledger: { ...memoryLedger(), claim: async () => ({ outcome: 'held', leaseUntil: Date.now() + 1000 }) },
        onFailure: 'report',
      }),
};

describe('a run leaves no timer to the process', () => {
  it.each(Object.entries(runs))('if it is %s', async (outcome, run) => {
    expect((await run()).outcome).toBe(outcome);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each<[string, (() => Promise<void>) | undefined, string]>([
    ['that retires earlier versions', undefined, 'complete'],
    ['whose rows of earlier versions cannot be deleted', () => Promise.reject(new Error('no')), 'failed'],
  ])('%s', async (_, retiring, outcome) => {
    const { prices, options } = await twoVersions(retiring);
    expect(await prices.run([second], { ...options, versions: 'replace' })).toMatchObject({ outcome });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a purge leaves no timer to the process', () => {
  it.each([true, false])('(dry: %s)', async (dryRun) => {
    const { prices, ledger, options } = await twoVersions();
    await prices.run([second], options);
    expect(await purge({ feed: prices, ledger, object: second, dryRun })).toMatchObject({ deleted: 2 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('if it fails', async () => {
    const { prices, ledger, options } = await twoVersions(() => Promise.reject(new Error('no')));
    await prices.run([second], options);
    await expect(purge({ feed: prices, ledger, object: second })).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a replay leaves no timer to the process', () => {
  it.each<[string, () => Promise<void>, number]>([
    ['that delivers', async () => {}, 1],
    ['that fails', () => Promise.reject(new Error('down')), 0],
  ])('%s', async (_, before, delivered) => {
    const ledger = memoryLedger();
    const rejections = await rejectionOf(ledger);
    expect(await replay(start().to(keep<string>({ before }).sink), rejections, { ledger })).toMatchObject({
      delivered,
    });
    expect(vi.getTimerCount()).toBe(0);
  });
});

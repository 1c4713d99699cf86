import { expect, it } from 'vitest';
import { feed, flatMap, type Ledger, memoryLedger } from '@millrace/core';
import { keep, lines, textSource } from './fixtures.ts';

const ledgerWith = (change: (ledger: Ledger) => Partial<Ledger>): Ledger => {
  const ledger = memoryLedger();
  return { ...ledger, ...change(ledger) };
};
const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `${from + index}\n`).join('');

it('stores how far a version reaches before any record beyond it is written', async () => {
  let confirmed = 10_000;
  const beyond: number[] = [];
  const ledger = ledgerWith(({ checkpoint }) => ({
    checkpoint: async (request, progress) => {
      await checkpoint(request, progress);
      confirmed = progress.reach!;
    },
  }));
  const kept = keep<string>({
    limits: { count: 100 },
    before: async (entries) => {
      beyond.push(...entries.filter(({ ordinal }) => ordinal >= confirmed).map(({ ordinal }) => ordinal));
    },
  });
  const chunks = Array.from({ length: 35 }, (_, index) => numbered(index * 1000, (index + 1) * 1000));
  const all = feed('all').from(textSource()).through(lines()).to(kept.sink);
  const report = await all.run([{ name: 'a', chunks }], { ledger, checkpointRecords: 2500, leaseMs: 600_000 });
  expect(report.totals.written).toBe(35_000);
  expect(beyond).toEqual([]);
  expect(await ledger.entries('all', 'text:a')).toMatchObject([{ state: 'complete', reach: 35_000, branches: [] }]);
});

it('hands nothing beyond the reach to the sink if the ledger does not confirm more', async () => {
  const ledger = ledgerWith(() => ({ checkpoint: () => Promise.reject(new Error('the ledger is away')) }));
  const kept = keep<string>({ limits: { count: 100 } });
  const all = feed('all').from(textSource()).through(lines()).to(kept.sink);
  const chunks = Array.from({ length: 12 }, (_, index) => numbered(index * 1000, (index + 1) * 1000));
  const { reports } = await all.run([{ name: 'a', chunks }], {
    ledger,
    checkpointRecords: 2500,
    leaseMs: 600_000,
    onFailure: 'report',
  });
  expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'LEDGER_FAILED' } });
  expect(Math.max(...kept.entries.map(({ ordinal }) => ordinal))).toBeLessThan(10_000);
});

it('stores bounds of the branches on every level before they are written', async () => {
  let branches: readonly number[] = [];
  const beyond: string[] = [];
  const ledger = ledgerWith(({ checkpoint }) => ({
    checkpoint: async (request, progress) => {
      await checkpoint(request, progress);
      branches = progress.branches!;
    },
  }));
  const kept = keep<string>({
    limits: { count: 1 },
    before: async ([entry]) => {
      const isBeyond =
        entry!.branch !== '' && entry!.branch.split('.').some((at, level) => +at >= (branches[level] ?? 0));
      if (isBeyond) beyond.push(entry!.branch);
    },
  });
  const fanned = feed('fanned')
    .from(textSource())
    .through(lines())
    .through(flatMap((line: string) => (line === '0' ? ['0'] : Array.from({ length: +line }, (_, at) => `${at}`))))
    .through(flatMap((line: string) => ['a', 'b', 'c'].slice(0, +line)))
    .to(kept.sink);
  await fanned.run([{ name: 'a', chunks: ['1\n2\n5\n3\n'] }], { ledger, leaseMs: 600_000 });
  expect(kept.entries.length).toBeGreaterThan(5);
  expect(beyond).toEqual([]);
  expect(await ledger.entries('fanned', 'text:a')).toMatchObject([{ reach: 4, branches: [5, 3] }]);
});

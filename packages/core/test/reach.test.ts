import { feed, flatMap, type Ledger, memoryLedger } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { Reach } from '../src/run/object/reach.ts';
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

describe('the bounds of a run', () => {
  const stand = (before = 0, reach = 10, branches: readonly number[] = []) => {
    const stored: ReturnType<Reach['ahead']>[] = [];
    const bounds: Reach = new Reach({ before, reach, branches }, 10, async () => {
      const ahead = bounds.ahead();
      stored.push(ahead);
      bounds.confirmed(ahead.reach, ahead.branches);
    });
    return { bounds, stored };
  };

  it('let records through at once below the reach, and the next one once it is raised', async () => {
    const { bounds, stored } = stand();
    expect([bounds.admit(0), bounds.admit(9), stored]).toEqual([undefined, undefined, []]);
    await bounds.admit(10);
    // A window past what was handed on.
    expect(stored).toEqual([{ reach: 21, branches: [] }]);
    expect([bounds.admit(20), stored.length]).toEqual([undefined, 1]);
    await bounds.admit(21);
    expect(stored.at(-1)).toEqual({ reach: 32, branches: [] });
  });

  it('let branches through by powers of two, level by level', async () => {
    const { bounds, stored } = stand(0, 10, [2]);
    expect([bounds.admitBranches(0, 1), bounds.admitBranches(0, 2), stored]).toEqual([undefined, undefined, []]);
    await bounds.admitBranches(0, 5);
    expect(stored).toEqual([{ reach: 10, branches: [8] }]);
    expect(bounds.admitBranches(0, 8)).toBeUndefined();
    await bounds.admitBranches(2, 1);
    expect(stored.at(-1)).toEqual({ reach: 10, branches: [8, 0, 1] });
    expect(bounds.exact().branches).toEqual([8, 0, 1]);
  });

  it('are never lowered, neither by what is proposed nor by what is confirmed', () => {
    const { bounds } = stand(3, 50, [4]);
    expect(bounds.ahead()).toEqual({ reach: 50, branches: [4] });
    bounds.confirmed(20, [1, 2]);
    expect([bounds.admit(49), bounds.admitBranches(0, 4), bounds.admitBranches(1, 2)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('come to exactly what all runs have handed on', () => {
    const { bounds } = stand(7, 50, [4]);
    expect(bounds.exact()).toEqual({ reach: 7, branches: [4] });
    void bounds.admit(3);
    expect(bounds.exact().reach).toBe(7);
    void bounds.admit(7);
    void bounds.admitBranches(0, 3);
    expect(bounds.exact()).toEqual({ reach: 8, branches: [4] });
  });

  it('are asked for until they suffice, and not at all once the ledger refuses', async () => {
    let asked = 0;
    const slow: Reach = new Reach({ before: 0, reach: 1, branches: [] }, 10, async () => {
      asked += 1;
      if (asked === 3) slow.confirmed(5, []);
    });
    await slow.admit(4);
    expect(asked).toBe(3);
    const refused = new Reach({ before: 0, reach: 1, branches: [] }, 10, () => Promise.reject(new Error('lost')));
    await expect(refused.admit(1)).rejects.toThrow('lost');
  });
});

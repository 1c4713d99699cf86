import { type Ledger, type LedgerEntry, memoryLedger, purge } from '@millrace/core';
import type { GenerationRows, RetiredRows } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { versionsToRetire } from '../src/run/retire/retirement.ts';
import { landed, table } from './landed-table.ts';

const options = { versions: 'newest', onFailure: 'report', leaseMs: 1000, clockSkewMs: 0 } as const;

/** Three versions, whose rows have keys of their own and the generations 1 to 3. */
const VERSIONS = [
  { id: 'v1', chunks: ['a1\nb1\n'] },
  { id: 'v2', chunks: ['c2\n'] },
  { id: 'v3', chunks: ['d3\n'] },
];

async function stand(ledger: Ledger = memoryLedger(), versions = VERSIONS) {
  const calls: RetiredRows[] = [];
  const { sink, values } = table(async (rows) => void calls.push(rows));
  const prices = landed(sink, { key: (line) => line });
  for (const version of versions) await prices.run([version], { ...options, ledger });
  return { ledger, prices, calls, values };
}

const searched = (calls: readonly RetiredRows[]) =>
  calls.filter((rows): rows is GenerationRows & RetiredRows => rows.by === 'content').map(({ from, to }) => [from, to]);

describe('rows whose keys come from their content', () => {
  it('are found by one search for all versions before the latest, and counted once', async () => {
    const { ledger, prices, calls, values } = await stand();
    const report = await purge({ feed: prices, ledger, object: VERSIONS[2]! });
    expect(values()).toEqual(['d3']);
    expect(searched(calls)).toEqual([[0, 3]]);
    expect(report).toMatchObject({
      considered: 3,
      deleted: 3,
      versions: [
        { version: 'v1', considered: 3, deleted: 3 },
        { version: 'v2', considered: 0, deleted: 0 },
      ],
    });
    const entries = await ledger.entries('prices', 'object');
    // None of their records was found by its place.
    expect(entries.map(({ origin, retired, retiredBelow }) => [origin.id, retired, retiredBelow])).toEqual([
      ['v1', true, 0],
      ['v2', true, 0],
      ['v3', undefined, undefined],
    ]);
  });

  it.each([
    ['v1', [1, 2], ['c2', 'd3']],
    ['v2', [2, 3], ['a1', 'b1', 'd3']],
    ['v3', [3, 4], ['a1', 'b1', 'c2']],
  ])('of %s alone are found by its generation', async (version, range, left) => {
    const { ledger, prices, calls, values } = await stand();
    const dry = await purge({ feed: prices, ledger, object: VERSIONS[2]!, version, dryRun: true });
    expect(values()).toHaveLength(4);
    const report = await purge({ feed: prices, ledger, object: VERSIONS[2]!, version });
    expect(searched(calls)).toEqual([range, range]);
    expect(values()).toEqual(left);
    expect(report).toMatchObject({ deleted: 4 - left.length, versions: [{ version, deleted: 4 - left.length }] });
    expect({ ...report, dryRun: true }).toEqual(dry);
  });

  it('are found without any progress of the version that holds the object meanwhile', async () => {
    const inner = memoryLedger();
    const told: unknown[] = [];
    const ledger: Ledger = {
      ...inner,
      finish: (claim, progress, report) => {
        if (claim.purpose === 'replay') told.push([claim.origin.id, progress, report.outcome]);
        return inner.finish(claim, progress, report);
      },
    };
    const { prices } = await stand(ledger);
    await purge({ feed: prices, ledger, object: VERSIONS[2]! });
    expect(told).toEqual([['v3', { watermark: 0, rejected: 0 }, 'complete']]);
  });

  it('are counted by the run that retires them', async () => {
    const { ledger, prices, values } = await stand(memoryLedger(), VERSIONS.slice(0, 2));
    const { reports } = await prices.run([VERSIONS[2]!], { ...options, versions: 'replace', ledger });
    expect(reports[0]).toMatchObject({ outcome: 'complete', counters: { table: { retired: 3 } } });
    expect(values()).toEqual(['d3']);
  });

  it('are those of generation 0 if the ledger names none', async () => {
    const inner = memoryLedger();
    const ledger: Ledger = {
      ...inner,
      entries: async (...asked) => (await inner.entries(...asked)).map(({ generation: _, ...entry }) => entry),
    };
    const { prices, calls } = await stand(ledger, VERSIONS.slice(0, 1));
    await purge({ feed: prices, ledger, object: VERSIONS[0]!, version: 'v1' });
    expect(searched(calls)).toEqual([[0, 1]]);
  });
});

describe('the versions that a completed one retires', () => {
  const entry = (id: string, changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
    feed: 'prices',
    object: 'object',
    origin: { id, uri: 'mem:object' },
    state: 'complete',
    watermark: 1,
    rejected: 0,
    attempts: 1,
    claimId: 'claim',
    leaseUntil: 0,
    updatedAt: '2026-01-02T03:04:05.000Z',
    ...changes,
  });

  it('are those that were granted before it, and are not retired yet', () => {
    const current = entry('current', { generation: 4 });
    const chosen = versionsToRetire(current, [
      entry('before', { generation: 3 }),
      entry('never granted', { generation: 2, attempts: 0 }),
      entry('retired', { generation: 1, retired: true }),
      entry('begun', { generation: 1, retired: false }),
      entry('of an earlier release'),
      current,
      entry('later', { generation: 5 }),
      entry('at once', { generation: 4 }),
    ]);
    expect(chosen.map(({ origin }) => origin.id)).toEqual(['before', 'begun', 'of an earlier release']);
  });

  it('are those of an earlier release, if it is the first of this one', () => {
    const old = entry('old');
    expect(versionsToRetire(entry('current', { generation: 1 }), [old])).toEqual([old]);
    expect(versionsToRetire(entry('current'), [old])).toEqual([]);
  });
});

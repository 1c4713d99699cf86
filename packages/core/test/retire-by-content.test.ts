import { memoryLedger, purge } from '@millrace/core';
import type { RetiredRows } from '@millrace/core/plugin';
import { expect, it } from 'vitest';
import { landed, table, type Version } from './landed-table.ts';

const options = { onFailure: 'report', leaseMs: 60_000, clockSkewMs: 0 } as const;

/** Rows under natural keys are found by the generation of their version. */
function stand() {
  const calls: RetiredRows[] = [];
  const { sink, values } = table(async (rows) => void calls.push(rows));
  const prices = landed(sink, { key: (line) => line[0]! });
  const searched = () => calls.map((rows) => [rows.from, rows.to, rows.dryRun]);
  return { prices, values, searched, ledger: memoryLedger() };
}

const version = (id: string, lines: string): Version => ({ id, chunks: [lines] });

it('searches once for the rows of all earlier versions', async () => {
  const { prices, values, searched, ledger } = stand();
  await prices.run([version('v1', 'a1\nb1\n')], { ...options, ledger });
  await prices.run([version('v2', 'c2\n')], { ...options, ledger });
  const { reports } = await prices.run([version('v3', 'd3\n')], { ...options, ledger, versions: 'replace' });
  const [, , v3] = await ledger.entries('prices', 'object');
  expect(searched()).toEqual([[0, v3?.generation, false]]);
  expect(values()).toEqual(['d3']);
  expect(reports[0]).toMatchObject({ outcome: 'complete', counters: { table: { retired: 3 } } });
});

it('counts what one search found for the first of the versions that it was for', async () => {
  const { prices, searched, ledger } = stand();
  await prices.run([version('v1', 'a1\nb1\n')], { ...options, ledger });
  await prices.run([version('v2', 'c2\n')], { ...options, ledger });
  await prices.run([version('v3', 'd3\n')], { ...options, ledger });
  const report = await purge({ feed: prices, ledger, object: { described: 'object' } });
  expect(report).toMatchObject({
    versions: [
      { version: 'v1', considered: 3, deleted: 3 },
      { version: 'v2', considered: 0, deleted: 0 },
    ],
    deleted: 3,
  });
  expect(searched()).toHaveLength(1);
});

it('searches for one version by its own generation', async () => {
  const { prices, values, searched, ledger } = stand();
  await prices.run([version('v1', 'a1\nb1\n')], { ...options, ledger });
  await prices.run([version('v2', 'c2\n')], { ...options, ledger });
  await prices.run([version('v3', 'd3\n')], { ...options, ledger });
  const [, v2] = await ledger.entries('prices', 'object');
  const generation = v2!.generation!;
  const asked = { feed: prices, ledger, object: { described: 'object' }, version: 'v2' };
  expect(await purge({ ...asked, dryRun: true })).toMatchObject({ versions: [{ version: 'v2', deleted: 1 }] });
  expect(values()).toEqual(['a1', 'b1', 'c2', 'd3']);
  expect(await purge(asked)).toMatchObject({ versions: [{ version: 'v2', deleted: 1 }] });
  expect(values()).toEqual(['a1', 'b1', 'd3']);
  expect(searched()).toEqual([
    [generation, generation + 1, true],
    [generation, generation + 1, false],
  ]);
});

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { benchArguments } from '../scripts/bench/arguments.ts';
import { rows } from '../scripts/bench/rows.ts';
import { roundRatios, spread } from '../scripts/bench/statistics.ts';
import { judge, targets } from '../scripts/bench/targets.ts';
import type { RowResult } from '../scripts/bench/run-row.ts';

interface Printed {
  readonly ratios: Readonly<Record<string, { readonly measured: { readonly median: number } | null }>>;
  readonly rows: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, { readonly median: number }>>>>>
  >;
  readonly verified?: Readonly<Record<string, readonly string[]>>;
}

/** Runs the suite from source, and answers the object of its last line. */
async function bench(...args: string[]): Promise<Printed> {
  const program = fileURLToPath(new URL('../scripts/bench.ts', import.meta.url));
  const command = ['--conditions=@millrace/source', program, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Printed;
}

const VARIANTS = ['floor-sdk', 'floor-signed', 'millrace-sdk', 'document-client'];

describe('pnpm run bench', () => {
  it('sees each record arrive exactly once, the same from floors, Millrace and the document client', async () => {
    const { verified } = await bench(
      '--quick',
      '--verify',
      '--only',
      ['ten-at-once', 'land-300', ...VARIANTS].join(','),
    );
    expect(verified?.['land-300']?.toSorted()).toEqual(VARIANTS.toSorted());
    expect(verified?.['ten-at-once']).toEqual(['floor-sdk', 'millrace-sdk', 'floor-signed']);
  }, 60_000);

  it('ends with one JSON object that has every ratio, and the figures of what ran', async () => {
    const printed = await bench('--quick', '--rounds', '1', '--only', 'count-windows-1252');
    expect(Object.keys(printed.ratios)).toEqual(targets.map(({ name }) => name));
    expect(printed.ratios['lean-over-floor']?.measured).toBeNull();
    const figures = printed.rows['count-windows-1252'];
    expect(Object.keys(figures ?? {})).toEqual(['floor-count', 'millrace-count']);
    for (const figure of Object.values(figures?.['millrace-count'] ?? {})) expect(figure.median).toBeGreaterThan(0);
  }, 60_000);
});

describe('the suite', () => {
  it('has rows and variants for all its targets', () => {
    const result = (name: string): RowResult => {
      const row = rows.find((candidate) => candidate.name === name)!;
      const run = { records: 1000, wallMs: 10, cpuMs: 10, idleBytes: 1, peakBytes: 2, processMs: 20 };
      const runs = Object.fromEntries(row.variants.map((variant) => [variant.name, [run]]));
      return { row, runs, absent: {}, answerMs: row.delayMs };
    };
    const results = new Map(rows.map(({ name }) => [name, result(name)]));
    for (const target of targets) expect(judge(target, results).measured, target.name).not.toBeNull();
  });

  it('refuses a name that is neither a row nor a variant', () => {
    expect(() => benchArguments(['--only', 'land-301'])).toThrow(/land-301 is neither a row nor a variant/);
  });

  it('runs what was asked for', () => {
    const { plan, coldStart } = benchArguments(['--only', 'land-3k', '--only', 'floor-sdk,millrace-sdk']);
    expect(coldStart).toBe(false);
    expect(plan.map(({ row, variants }) => [row.name, variants.map(({ name }) => name)])).toEqual([
      ['land-3k', ['floor-sdk', 'millrace-sdk']],
    ]);
    expect(benchArguments([]).plan.map(({ row }) => row)).toEqual(rows);
  });

  it('takes ratios of the same round, and their median', () => {
    expect(spread(roundRatios([10, 30, 20, 40], [10, 10, 10, 10]))).toEqual({ median: 2.5, min: 1, max: 4 });
  });
});

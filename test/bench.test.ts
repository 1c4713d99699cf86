import { describe, expect, it } from 'vitest';
import { benchArguments } from '../tools/bench/arguments.ts';
import { rows } from '../tools/bench/rows.ts';
import type { RowResult } from '../tools/bench/run-row.ts';
import { roundRatios, spread } from '../tools/bench/statistics.ts';
import { judge, targets } from '../tools/bench/targets.ts';

describe('the suite of benchmarks', () => {
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

import type { RowResult } from './run-row.ts';
import type { Run } from './run-variant.ts';
import { type Spread, spread } from './statistics.ts';

/** What is told of a variant in a row. */
export interface Figures {
  readonly recordsPerSecond: Spread;
  readonly cpuMicrosPerRecord: Spread;
  readonly wallMs: Spread;
  readonly processMs: Spread;
  readonly peakMB: Spread;
  readonly overIdleMB: Spread;
}

export type Metric = keyof Figures;

const MB = 1_000_000;

/** One number of one run. */
export function metricOf(metric: Metric, run: Run): number {
  switch (metric) {
    case 'recordsPerSecond':
      return (run.records / run.wallMs) * 1000;
    case 'cpuMicrosPerRecord':
      return (run.cpuMs * 1000) / run.records;
    case 'wallMs':
      return run.wallMs;
    case 'processMs':
      return run.processMs;
    case 'peakMB':
      return run.peakBytes / MB;
    case 'overIdleMB':
      return (run.peakBytes - run.idleBytes) / MB;
  }
}

function figuresOf(runs: readonly Run[]): Figures {
  const of = (metric: Metric): Spread => spread(runs.map((run) => metricOf(metric, run)));
  return {
    recordsPerSecond: of('recordsPerSecond'),
    cpuMicrosPerRecord: of('cpuMicrosPerRecord'),
    wallMs: of('wallMs'),
    processMs: of('processMs'),
    peakMB: of('peakMB'),
    overIdleMB: of('overIdleMB'),
  };
}

/** Figures of all variants of a row that ran. */
export function rowFigures({ runs }: RowResult): Readonly<Record<string, Figures>> {
  return Object.fromEntries(Object.entries(runs).map(([name, rounds]) => [name, figuresOf(rounds)]));
}

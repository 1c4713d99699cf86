import { type Metric, metricOf } from './figures.ts';
import type { RowResult } from './run-row.ts';
import { roundRatios, type Spread, spread } from './statistics.ts';

type Results = ReadonlyMap<string, RowResult>;

/** A ratio, or a figure, that has a value to reach. */
export interface Target {
  readonly name: string;
  readonly bound: 'at least' | 'at most';
  readonly value: number;
  /** The values of the rounds; undefined where what it compares did not run. */
  readonly measure: Measure;
  /** The same by CPU time, for comparisons of rates. */
  readonly byCpu?: Measure;
}

type Measure = (results: Results) => readonly number[] | undefined;

export interface Outcome {
  readonly bound: Target['bound'];
  readonly target: number;
  /** null where it was not measured. */
  readonly measured: Spread | null;
  /** For rates: records per CPU second over those of the other, which other work on the machine disturbs less. */
  readonly byCpu?: Spread;
  readonly reached: boolean | null;
}

function rounds(results: Results, row: string, variant: string, metric: Metric): readonly number[] | undefined {
  return results.get(row)?.runs[variant]?.map((run) => metricOf(metric, run));
}

/** A variant's figure over another's, round by round. */
function over(row: string, metric: Metric, variant: string, base: string): Measure {
  return (results) => {
    const [upper, lower] = [rounds(results, row, variant, metric), rounds(results, row, base, metric)];
    return upper === undefined || lower === undefined ? undefined : roundRatios(upper, lower);
  };
}

/** The records a second of a variant over those of the fastest of others. */
function overFastest(row: string, variant: string, others: readonly string[]): Measure {
  return (results) => {
    const upper = rounds(results, row, variant, 'recordsPerSecond');
    const lower = others
      .flatMap((name) => [rounds(results, row, name, 'recordsPerSecond') ?? []])
      .filter((of) => of.length > 0);
    if (upper === undefined || lower.length < others.length) return undefined;
    return upper.map((value, round) => value / Math.max(...lower.map((of) => of[round]!)));
  };
}

/** Records a second over what the requests in flight allow where each takes as long as the stub's answers took. */
function overCeiling(row: string, variant: string): Measure {
  return (results) => {
    const result = results.get(row);
    if (result === undefined || result.answerMs === 0) return undefined;
    const ceiling = (result.row.inFlight * 25 * 1000) / result.answerMs;
    return rounds(results, row, variant, 'recordsPerSecond')?.map((value) => value / ceiling);
  };
}

/** The largest figure among variants, which must all be there. */
function largest(row: string, metric: Metric, variants: readonly string[]): Measure {
  return (results) => {
    const figures = variants.map((name) => rounds(results, row, name, metric));
    if (figures.includes(undefined)) return undefined;
    return figures[0]!.map((_, round) => Math.max(...figures.map((of) => of![round]!)));
  };
}

function atLeast(name: string, value: number, measure: Measure): Target {
  return { name, bound: 'at least', value, measure };
}

function atMost(name: string, value: number, measure: Measure): Target {
  return { name, bound: 'at most', value, measure };
}

/** Records a second of a variant over another's. */
function faster(name: string, value: number, row: string, variant: string, base: string): Target {
  const target = atLeast(name, value, over(row, 'recordsPerSecond', variant, base));
  return { ...target, byCpu: over(row, 'cpuMicrosPerRecord', base, variant) };
}

/** What the suite holds Millrace to. */
export const targets: readonly Target[] = [
  faster('sdk-over-floor', 0.9, 'land-300', 'millrace-sdk', 'floor-sdk'),
  faster('sdk-over-document-client', 1.5, 'land-300', 'millrace-sdk', 'document-client'),
  faster('lean-over-floor', 0.8, 'land-300', 'millrace-lean', 'floor-signed'),
  faster('lean-over-document-client', 2.5, 'land-300', 'millrace-lean', 'document-client'),
  faster('lean-over-datastream', 3.5, 'land-300', 'millrace-lean', 'datastream'),
  faster('lean-over-boto3', 8, 'land-300', 'millrace-lean', 'boto3-batch-writer'),
  faster('lean-over-put-each', 20, 'land-300', 'millrace-lean', 'put-each'),
  ...['sdk', 'lean'].flatMap((sender) => [
    faster(`${sender}-10ms-over-datastream`, 12, 'land-300-10ms', `millrace-${sender}`, 'datastream'),
    faster(`${sender}-10ms-over-boto3`, 12, 'land-300-10ms', `millrace-${sender}`, 'boto3-batch-writer'),
    atLeast(`${sender}-10ms-over-ceiling`, 0.8, overCeiling('land-300-10ms', `millrace-${sender}`)),
  ]),
  faster('packed-over-count', 0.6, 'land-packed', 'millrace-packed', 'millrace-count'),
  faster('packed-over-floor', 0.8, 'land-packed', 'millrace-packed', 'floor-packed'),
  atMost('count-cpu-over-floor', 1.25, over('count-ndjson', 'cpuMicrosPerRecord', 'millrace-count', 'floor-count')),
  atMost('whole-process-over-zcat', 1.6, over('whole-process', 'processMs', 'millrace-file', 'zcat-wc')),
  atLeast(
    'csv-over-fastest-library',
    1,
    overFastest('count-csv', 'millrace-count', ['udsv', 'papaparse', 'csv-parser', 'csv-parse', 'fast-csv']),
  ),
  atMost('memory-over-idle-mb', 120, largest('memory', 'overIdleMB', ['millrace-lean-100mb', 'millrace-lean'])),
  atMost('lambda-256-time', 1.3, over('memory', 'wallMs', 'millrace-lean-256', 'millrace-lean')),
  faster('linear-count', 0.9, 'linear-count', 'millrace-count', 'millrace-count-100k'),
  faster('linear-sdk', 0.9, 'linear-land', 'millrace-sdk', 'millrace-sdk-100k'),
  faster('linear-lean', 0.9, 'linear-land', 'millrace-lean', 'millrace-lean-100k'),
];

export function judge(target: Target, results: Results): Outcome {
  const values = target.measure(results) ?? [];
  const cpu = target.byCpu?.(results) ?? [];
  const { bound, value } = target;
  if (values.length === 0) return { bound, target: value, measured: null, reached: null };
  const measured = spread(values);
  const reached = bound === 'at least' ? measured.median >= value : measured.median <= value;
  return { bound, target: value, measured, ...(cpu.length > 0 && { byCpu: spread(cpu) }), reached };
}

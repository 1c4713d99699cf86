import { type ItemReport, MillraceError, type Observer } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import { type Log, logToStdout } from './invocation/log-line.ts';

export interface EmfObserverOptions {
  /** Namespace of the metrics in CloudWatch. @default 'Millrace' */
  readonly namespace?: string;
  /**
   * Dimensions beside `feed`, such as `{ stage: 'prod' }`; at most 29, and each value that a dimension takes is a metric of
   * its own that CloudWatch bills. @default none
   */
  readonly dimensions?: Readonly<Record<string, string>>;
  /** Takes each line of JSON. @default writes to stdout, where CloudWatch Logs finds it */
  readonly write?: Log;
}

/** CloudWatch takes 30 dimensions, of which `feed` is one. */
const MOST_DIMENSIONS = 29;

/** Metrics of every object, by their names in CloudWatch. */
const METRICS: readonly { readonly Name: string; readonly Unit: string }[] = [
  { Name: 'ObjectsComplete', Unit: 'Count' },
  { Name: 'ObjectsDuplicate', Unit: 'Count' },
  { Name: 'ObjectsStale', Unit: 'Count' },
  { Name: 'ObjectsHeld', Unit: 'Count' },
  { Name: 'ObjectsAborted', Unit: 'Count' },
  { Name: 'ObjectsFailed', Unit: 'Count' },
  { Name: 'RecordsRead', Unit: 'Count' },
  { Name: 'RecordsWritten', Unit: 'Count' },
  { Name: 'RecordsRejected', Unit: 'Count' },
  { Name: 'RecordsDropped', Unit: 'Count' },
  { Name: 'BytesIn', Unit: 'Bytes' },
  { Name: 'BytesDecoded', Unit: 'Bytes' },
  { Name: 'Duration', Unit: 'Milliseconds' },
];

/** Other names that a line has by itself. */
const PROPERTIES: readonly string[] = [
  '_aws',
  'feed',
  'run',
  'object',
  'item',
  'outcome',
  'code',
  'rejections',
  'counters',
];

/**
 * Makes metrics of CloudWatch out of what a run does: one line in Embedded Metric Format for each object, which CloudWatch
 * Logs turns into metrics without a call. Outcomes are 0 or 1 in every line, so that an alarm on `ObjectsFailed` has data
 * whenever objects are carried. The object, its run and its error are in the line, but are no dimensions.
 *
 * An object that no run was made for, such as one without a route, has no line here: it has its line in the log.
 *
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function emfObserver(options: EmfObserverOptions = {}): Observer {
  checkOptions<EmfObserverOptions>('emfObserver', options, {
    namespace: check.optional(check.text),
    dimensions: check.optional(check.object),
    write: check.optional(check.callback),
  });
  const { namespace = 'Millrace', dimensions = {}, write = logToStdout } = options;
  checkDimensions(dimensions);
  const directive = { Namespace: namespace, Dimensions: [['feed', ...Object.keys(dimensions)]], Metrics: METRICS };
  return Object.freeze<Observer>({
    itemFinished: (report) => {
      const head = { Timestamp: Date.now(), CloudWatchMetrics: [directive] };
      write(JSON.stringify({ _aws: head, ...dimensions, ...lineOf(report) }));
    },
  });
}

function lineOf(report: ItemReport): Readonly<Record<string, unknown>> {
  const { feed, run, ref, outcome, origin, error, rejections, counters } = report;
  return {
    feed,
    run,
    object: ref,
    item: origin?.id,
    outcome,
    code: error?.code,
    rejections,
    counters,
    ObjectsComplete: Number(outcome === 'complete'),
    ObjectsDuplicate: Number(outcome === 'duplicate'),
    ObjectsStale: Number(outcome === 'stale'),
    ObjectsHeld: Number(outcome === 'held'),
    ObjectsAborted: Number(outcome === 'aborted'),
    ObjectsFailed: Number(outcome === 'failed'),
    RecordsRead: report.read,
    RecordsWritten: report.written,
    RecordsRejected: report.rejected,
    RecordsDropped: report.dropped,
    BytesIn: report.bytesIn,
    BytesDecoded: report.bytesDecoded,
    Duration: report.durationMs,
  };
}

function checkDimensions(dimensions: Readonly<Record<string, string>>): void {
  const wrong = Object.entries(dimensions).find(([name, value]) => isTaken(name) || check.text(value) !== undefined);
  if (wrong === undefined && Object.keys(dimensions).length <= MOST_DIMENSIONS) return;
  throw new MillraceError(
    'OPTION_INVALID',
    `emfObserver: option "dimensions" takes at most ${MOST_DIMENSIONS} names with non-empty texts, and none that its ` +
      `lines have by themselves${wrong === undefined ? '' : `; see "${wrong[0]}"`}.`,
    { details: { owner: 'emfObserver', option: 'dimensions' } },
  );
}

function isTaken(name: string): boolean {
  return PROPERTIES.includes(name) || METRICS.some((metric) => metric.Name === name);
}

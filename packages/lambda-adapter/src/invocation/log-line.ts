import type { MillraceError } from '@millrace/core';
import { isThenable } from '@millrace/core/plugin';
import type { LambdaContext } from '../lambda-context.ts';
import type { ObjectResult } from '../object-result.ts';
import { isFailure } from '../objects-failed-error.ts';

/** Takes one line of JSON, without a line break. */
export type Log = (line: string) => void;

/**
 * Writes to stdout past `console.log`, which Lambda's runtime replaces with one that puts time and request id in front of
 * each line and so makes JSON unreadable for CloudWatch.
 */
export function logToStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The log line of one object. Where the log itself throws, the line goes to stdout, with the reason: it is not lost. */
export function logObject(
  log: Log,
  result: ObjectResult,
  context: LambdaContext | undefined,
  carrier?: Readonly<Record<string, string>>,
): void {
  const { awsRequestId: requestId } = context ?? {};
  const time = new Date().toISOString();
  write(log, { level: levelOf(result), time, logger: 'millrace', requestId, ...carrier, ...result }, requestId);
}

/** A line that is not about one object: something went wrong that changes no outcome. */
export function logWarning(log: Log, error: MillraceError, context: LambdaContext | undefined): void {
  const { awsRequestId: requestId } = context ?? {};
  write(log, { level: 'warn', time: new Date().toISOString(), logger: 'millrace', requestId, error }, requestId);
}

/**
 * The log line of a batch of which every message failed, with a metric in CloudWatch's embedded format.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function logBatchFailed(log: Log, messages: number, context: LambdaContext | undefined): void {
  const { awsRequestId: requestId } = context ?? {};
  const now = Date.now();
  const metric = { Namespace: 'Millrace', Dimensions: [[]], Metrics: [{ Name: 'BatchesFailed', Unit: 'Count' }] };
  const line = {
    level: 'error',
    time: new Date(now).toISOString(),
    logger: 'millrace',
    requestId,
    message: `All ${messages} messages of the batch failed. They are delivered again.`,
    BatchesFailed: 1,
    _aws: { Timestamp: now, CloudWatchMetrics: [metric] },
  };
  write(log, line, requestId);
}

function write(log: Log, fields: Readonly<Record<string, unknown>>, requestId: string | undefined): void {
  const line = toJson(fields);
  const failed = (thrown: unknown): void => {
    const what = thrown instanceof Error ? thrown.name : typeof thrown;
    logToStdout(line);
    logToStdout(toJson({ level: 'error', logger: 'millrace', requestId, message: `The option "log" threw ${what}.` }));
  };
  try {
    const returned: unknown = log(line);
    if (isThenable(returned)) returned.then(undefined, failed);
  } catch (thrown) {
    failed(thrown);
  }
}

function levelOf(result: ObjectResult): 'info' | 'warn' | 'error' {
  if (isFailure(result)) return 'error';
  return (result.report?.rejected ?? 0) > 0 ? 'warn' : 'info';
}

function toJson(fields: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(fields, withoutSurprises);
  } catch (thrown) {
    // The details of an error may hold anything, even themselves. The rest of the line still counts.
    const { level, time, logger, requestId, outcome, object } = fields;
    return JSON.stringify({ level, time, logger, requestId, outcome, object, unserialisable: String(thrown) });
  }
}

/** `JSON.stringify` throws at a bigint and shows nothing of an error; a `MillraceError` brings its own `toJSON`. */
function withoutSurprises(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Error ? { name: value.name, message: value.message } : value;
}

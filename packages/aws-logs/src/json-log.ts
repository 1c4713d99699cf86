import type { Parser } from '@millrace/core';
import { logCodec } from './log-codec.ts';
import { LogProblem, type ParseLog } from './log-problem.ts';

/** A parser of logs that are JSON: an object without the fields that every record of this log has is rejected. */
export function jsonLog<R>(
  name: string,
  framing: Parser<string, unknown>,
  required: readonly string[],
): Parser<string, R> {
  const parse: ParseLog<unknown, R> = (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return recordInvalid('is no JSON object.');
    const missing = required.find((field) => (value as Readonly<Record<string, unknown>>)[field] === undefined);
    if (missing === undefined) return value as R;
    return recordInvalid(`has no field ${JSON.stringify(missing)}, which every record of this log has.`, missing);
  };
  return logCodec({ name, framing, begin: () => parse, beginReparse: () => parse });
}

function recordInvalid(what: string, field?: string): LogProblem {
  return new LogProblem({ code: 'AWSLOG_RECORD_INVALID', what, details: field === undefined ? undefined : { field } });
}

import type { Parser } from '@millrace/core';
import { signatureOf } from '@millrace/core/plugin';
import { jsonKeys, jsonLine, lineParser, RecordProblem, SKIP } from '@millrace/framing';
import { type AwsLogOptions, framingOptions } from './aws-log-options.ts';

/** A parser of logs with a JSON object on each line; one without the fields that every record has is rejected. */
export function jsonLog<R>(name: string, options: AwsLogOptions, required: readonly string[]): Parser<string, R> {
  const line = jsonLine(jsonKeys(JSON.parse));
  const check = withFields<R>(required);
  const parse = (raw: string): R | RecordProblem | typeof SKIP => {
    const value = line(raw);
    return value === SKIP || value instanceof RecordProblem ? value : check(value);
  };
  const { maxRecordChars } = framingOptions(name, options);
  return lineParser({ name, signature: signatureOf(options), maxRecordChars, begin: () => parse });
}

/** Makes a function that takes objects that have all of these fields. */
export function withFields<R>(required: readonly string[]): (value: unknown) => R | RecordProblem {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return recordInvalid('is not a JSON object.');
    const missing = required.find((field) => (value as Readonly<Record<string, unknown>>)[field] === undefined);
    if (missing === undefined) return value as R;
    return recordInvalid(`has no field ${JSON.stringify(missing)}, which every record of this log has.`, missing);
  };
}

function recordInvalid(what: string, field?: string): RecordProblem {
  return new RecordProblem({
    code: 'AWSLOG_RECORD_INVALID',
    what,
    details: field === undefined ? undefined : { field },
  });
}

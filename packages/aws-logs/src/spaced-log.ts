import type { Parser } from '@millrace/core';
import { signatureOf } from '@millrace/core/plugin';
import { type AwsLogOptions, framingOptions } from './aws-log-options.ts';
import { logLines } from './log-lines.ts';
import { type SpacedFormat, spacedLine } from './spaced-line.ts';

/** A parser of logs whose lines have fields between spaces, in a known order. */
export function spacedLog<R>(name: string, options: AwsLogOptions, format: SpacedFormat): Parser<string, R> {
  const { maxRecordChars } = framingOptions(name, options);
  const parse = spacedLine<R>(format);
  return logLines({ name, signature: signatureOf(options), maxRecordChars, begin: () => parse });
}

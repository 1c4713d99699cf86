import type { Parser } from '@millrace/core';
import { parseLines } from '@millrace/formats';
import { type AwsLogOptions, framingOptions } from './aws-log-options.ts';
import { logCodec } from './log-codec.ts';
import { type SpacedFormat, spacedLine } from './spaced-line.ts';

/** A parser of logs whose lines have fields between spaces, in a known order. */
export function spacedLog<R>(name: string, options: AwsLogOptions, format: SpacedFormat): Parser<string, R> {
  const framing = parseLines(framingOptions(name, options));
  const parse = spacedLine<R>(format);
  return logCodec({ name, framing, begin: () => parse, beginReparse: () => parse });
}

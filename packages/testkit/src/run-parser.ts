import type { Parser } from '@millrace/core';
import type { TextPlace } from '@millrace/core/plugin';
import type { DriveOptions } from './decoding/drive-options.ts';
import { driveStage, runStage } from './decoding/driven-stage.ts';
import type { ParserRun } from './parser-run.ts';

/**
 * Drives a parser by hand as the runner does: `start`, `push` for each chunk, `end`, and `close` whatever happened. If
 * the parser throws, it rejects with the same error.
 *
 * @throws MillraceError `CODEC_CONTRACT` if the parser emits a marker never or twice, or returns something that is not iterable
 * @example
 * const { values, rejections } = await runParser(parseCsv(), ['a,b\n1,', '2\n3\n']);
 */
export async function runParser<I, T>(
  parser: Parser<I, T>,
  chunks: Iterable<I> | AsyncIterable<I>,
  options: DriveOptions = {},
): Promise<ParserRun<T>> {
  return runStage<I, T>(parser, chunks, options);
}

/** A parser at work, step by step. */
export interface DrivenParser<I, T> {
  readonly push: (chunk: I, place?: TextPlace) => Promise<void>;
  readonly end: () => Promise<void>;
  readonly close: () => Promise<void>;
  /** What has come out so far. */
  readonly result: () => ParserRun<T>;
}

/**
 * Starts a parser to drive it step by step, optionally with the locations of its text. {@link runParser} takes all steps at
 * once.
 *
 * @example
 * const driven = driveParser(parseCsv());
 * await driven.push('a,b\n1,');
 */
export function driveParser<I, T>(parser: Parser<I, T>, options: DriveOptions = {}): DrivenParser<I, T> {
  return driveStage<I, T>(parser, options);
}

import type { Parser } from '@millrace/core';
import type { RecordPlace, Rejected, RejectedRecord, TextPlace } from '@millrace/core/plugin';
import { driveStage, type DriveOptions, runStage } from './decoding/driven-stage.ts';

/** What came out of a parser. */
export interface ParserRun<T> {
  /** Every output in order: records, with the markers of rejected ones among them. */
  readonly outputs: readonly (T | Rejected)[];
  /** The records that were not rejected. */
  readonly values: readonly T[];
  /** What the markers hold, with the ordinal that each took. */
  readonly rejections: readonly (RejectedRecord & { readonly ordinal: number })[];
  /** What the parser counted by `context.count`. */
  readonly counters: Readonly<Record<string, number>>;
  /** What the parser noted by `context.note`. */
  readonly notes: Readonly<Record<string, string>>;
  /** The columns that it reported by `context.reportColumns`. */
  readonly columns?: readonly string[];
  /** The place of a record as its block knows it, by ordinal. */
  readonly place: (ordinal: number) => RecordPlace | undefined;
}

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

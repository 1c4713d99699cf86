import type { CharsetDecoder } from './charset-decoder.ts';
import type { Decompressor } from './decompressor.ts';
import type { Each } from './each.ts';
import type { Expectations } from './expectations.ts';
import type { Parser } from './parser.ts';
import type { RangeParser } from './range-parser.ts';
import type { RunOptions } from './run-options.ts';
import type { RunSession, SessionOptions } from './run-session.ts';
import type { RunReport } from './report.ts';
import type { Sink } from './sink.ts';
import type { Source } from './source.ts';

/**
 * One supplier's stream of files: a named, complete pipeline. It is an immutable value that any number of runs may
 * share; all runners (a Lambda handler, a listing on a laptop) take the same one.
 */
export interface Feed<Ref> {
  readonly name: string;
  /** The pipeline's parts, for runners and tools. */
  readonly stages: FeedStages<Ref>;
  /** What each object must have to be complete, as `feed(name, { expect })` was told. */
  readonly expect: Expectations;
  /**
   * Carries every reference through the pipeline and accounts for each record.
   *
   * @returns the report, where every item is complete, or the run was stopped by its signal or deadline
   * @throws RunFailedError `RUN_FAILED`, with the report, after all references were tried, where an item failed
   */
  readonly run: (refs: Iterable<Ref> | AsyncIterable<Ref>, options?: RunOptions) => Promise<RunReport>;
  /**
   * Begins a run whose objects come one by one, for carriers that have no list of references, such as a Lambda handler.
   *
   * @throws MillraceError `FEED_CLOSED`, `OPTION_UNKNOWN`, `OPTION_INVALID`
   * @example
   * const session = prices.openRun({ ledger, deadline });
   * const report = await session.process({ bucket: 'landing', key: 'prices/1.gz' });
   * await session.close();
   */
  readonly openRun: (options?: SessionOptions) => RunSession<Ref>;
  /** Releases what source and sink hold, such as connections. The feed cannot run afterwards. */
  readonly close: () => Promise<void>;
}

/** The parts of a feed, in order. The types between them were checked when it was built. */
export interface FeedStages<Ref> {
  readonly source: Source<Ref, unknown>;
  /** Decompressors, and after them a charset decoder if there is one. None before a parser that reads ranges. */
  readonly decoders: readonly FeedDecoder[];
  readonly parser: FeedParser;
  readonly eaches: readonly Each<unknown, unknown>[];
  readonly sink: Sink<unknown>;
}

/** What stands between the source and the parser of a feed. */
export type FeedDecoder = Decompressor | CharsetDecoder;

/** The parser of a feed. One that reads ranges follows the source directly. */
export type FeedParser = Parser<unknown, unknown> | RangeParser<unknown>;

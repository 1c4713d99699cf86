import { checkStages } from './check-stages.ts';
import type { Codec, Emits } from './codec.ts';
import type { Each } from './each.ts';
import { MillraceError } from './millrace-error.ts';
import type { RunOptions } from './run-options.ts';
import type { RunReport } from './report.ts';
import { run } from './run/run.ts';
import { openRun, type RunSession, type SessionOptions } from './run/session.ts';
import type { RangesCodec } from './ranges-codec.ts';
import type { Sink } from './sink.ts';
import type { RangedSource, Source } from './source.ts';

/** The first step of a pipeline. */
export interface FeedStart {
  /** Where the items come from. */
  readonly from: {
    <Ref, T>(source: RangedSource<Ref, T>): RangedFlow<Ref, T>;
    <Ref, T>(source: Source<Ref, T>): ChunkFlow<Ref, T>;
  };
}

/** A pipeline that is a source only, which can be read by chunks or by ranges. */
export interface RangedFlow<Ref, T> {
  readonly through: <O, E extends Emits>(codec: Codec<T, O, E> | RangesCodec<O, E>) => Flow<Ref, O, E>;
}

/** A pipeline that still carries chunks: only codecs can follow, until one of them emits records. */
export interface ChunkFlow<Ref, T> {
  readonly through: <O, E extends Emits>(codec: Codec<T, O, E>) => Flow<Ref, O, E>;
}

/** A pipeline that carries records: transforms of single records can follow, and a sink ends it. */
export interface RecordFlow<Ref, T> {
  readonly through: <O>(each: Each<T, O>) => RecordFlow<Ref, O>;
  readonly to: (sink: Sink<T>) => Feed<Ref>;
}

export type Flow<Ref, T, E extends Emits> = E extends 'records' ? RecordFlow<Ref, T> : ChunkFlow<Ref, T>;

/**
 * One supplier's stream of files: a named, complete pipeline. It is an immutable value that any number of runs may
 * share; all runners (a Lambda handler, a listing on a laptop) take the same one.
 */
export interface Feed<Ref> {
  readonly name: string;
  /** The pipeline's parts, for runners and tools. */
  readonly stages: FeedStages<Ref>;
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
  readonly codecs: readonly FeedCodec[];
  readonly eaches: readonly Each<unknown, unknown>[];
  readonly sink: Sink<unknown>;
}

/** Any codec of a feed. One that reads ranges is the first. */
export type FeedCodec = Codec<unknown, unknown, Emits> | RangesCodec<unknown, Emits>;

/**
 * Starts a pipeline: `feed('prices').from(source).through(codec).through(parser).through(each).to(sink)`. A step that does
 * not fit the one before it does not compile.
 *
 * @param name names the feed in reports, logs, the ledger and in landed records; letters, digits, `.`, `_`, `-`, not
 *   dots alone, at most 128 characters. Records keep it, so do not rename a feed that has run.
 * @throws MillraceError `FEED_NAME_INVALID`
 */
export function feed(name: string): FeedStart {
  // Names become folders and prefixes: one of dots alone would lead out of the place that a sink writes to.
  if (!/^(?!\.+$)[\w.-]{1,128}$/.test(name)) {
    const rule = 'letters, digits, ".", "_" and "-", not dots alone, at most 128 characters';
    throw new MillraceError('FEED_NAME_INVALID', `A feed's name has ${rule}; ${JSON.stringify(name)} does not fit.`);
  }
  return {
    from: <Ref, T>(source: Source<Ref, T>) =>
      rangedFlow<Ref, T>({ name, source: source as Source<Ref, unknown>, codecs: [], eaches: [] }),
  };
}

interface Draft<Ref> {
  readonly name: string;
  readonly source: Source<Ref, unknown>;
  readonly codecs: readonly FeedCodec[];
  readonly eaches: readonly Each<unknown, unknown>[];
}

/** Whether the source can be read by ranges, and where such a codec stands, is checked when the feed is complete. */
function rangedFlow<Ref, T>(draft: Draft<Ref>): RangedFlow<Ref, T> {
  return {
    through: <O, E extends Emits>(codec: Codec<T, O, E> | RangesCodec<O, E>) => {
      const next = { ...draft, codecs: [...draft.codecs, codec as FeedCodec] };
      const flow = codec.emits === 'records' ? recordFlow<Ref, O>(next) : rangedFlow<Ref, O>(next);
      return flow as Flow<Ref, O, E>;
    },
  };
}

function recordFlow<Ref, T>(draft: Draft<Ref>): RecordFlow<Ref, T> {
  return {
    through: <O>(each: Each<T, O>) =>
      recordFlow<Ref, O>({ ...draft, eaches: [...draft.eaches, each as Each<unknown, unknown>] }),
    to: (sink) => complete({ ...draft, sink: sink as Sink<unknown> }),
  };
}

/** Makes the feed of parts that fit; for the builder, and for `withSink`. */
export function complete<Ref>({ name, ...stages }: Draft<Ref> & { readonly sink: Sink<unknown> }): Feed<Ref> {
  checkStages(name, stages);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await stages.sink.close?.();
    await stages.source.close?.();
  };
  const assertOpen = (): void => {
    if (closing === undefined) return;
    throw new MillraceError('FEED_CLOSED', `Feed ${name} was closed; build it again to run it.`);
  };
  const self: Feed<Ref> = Object.freeze({
    name,
    stages: Object.freeze(stages),
    run: async (refs: Iterable<Ref> | AsyncIterable<Ref>, options: RunOptions = {}) => {
      assertOpen();
      return run(self, refs, options);
    },
    openRun: (options: SessionOptions = {}) => {
      assertOpen();
      return openRun(self, options);
    },
    close: () => (closing ??= close()),
  });
  return self;
}

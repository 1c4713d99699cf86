import type { CharsetDecoder } from './charset-decoder.ts';
import { check, checkOptions } from './check-options.ts';
import { checkDecoder, checkStages } from './check-stages.ts';
import type { Decompressor } from './decompressor.ts';
import type { Each } from './each.ts';
import type { Feed, FeedDecoder, FeedParser, FeedStages } from './feed.ts';
import { checkExpectations, type Expectations } from './expectations.ts';
import { MillraceError } from './millrace-error.ts';
import type { Parser } from './parser.ts';
import type { RangeParser } from './range-parser.ts';
import type { RunOptions } from './run-options.ts';
import { run } from './run/run.ts';
import { openRun } from './run/session.ts';
import type { SessionOptions } from './run-session.ts';
import type { Sink } from './sink.ts';
import type { RangedSource, Source } from './source.ts';

/** The first step of a pipeline. */
export interface FeedStart {
  /** Where the objects come from. */
  readonly from: {
    <Ref>(source: RangedSource<Ref, Uint8Array>): RangedFlow<Ref>;
    <Ref>(source: Source<Ref, Uint8Array>): BytesFlow<Ref>;
    <Ref, T>(source: Source<Ref, T>): ChunkFlow<Ref, T>;
  };
}

/** A pipeline that carries bytes: decompressors, one charset decoder or a parser of bytes can follow. */
export interface BytesFlow<Ref> {
  readonly through: BytesThrough<Ref>;
}

interface BytesThrough<Ref> {
  <T>(parser: Parser<Uint8Array, T>): RecordFlow<Ref, T>;
  (decompressor: Decompressor): BytesFlow<Ref>;
  (decoder: CharsetDecoder): ChunkFlow<Ref, string>;
}

/** A pipeline that is a source of bytes only, which can also be read by ranges. */
export interface RangedFlow<Ref> {
  readonly through: (<T>(parser: RangeParser<T>) => RecordFlow<Ref, T>) & BytesThrough<Ref>;
}

/** A pipeline that carries text, or chunks of another kind: only a parser of them can follow. */
export interface ChunkFlow<Ref, T> {
  readonly through: <O>(parser: Parser<T, O>) => RecordFlow<Ref, O>;
}

/** A pipeline that carries records: transforms of single records can follow, and a sink ends it. */
export interface RecordFlow<Ref, T> {
  readonly through: <O>(each: Each<T, O>) => RecordFlow<Ref, O>;
  readonly to: (sink: Sink<T>) => Feed<Ref>;
}

/** Options of a feed, in addition to its pipeline. */
export interface FeedOptions {
  /** What each object must have to be complete. @default `{ records: { min: 1 } }` */
  readonly expect?: Expectations;
}

/**
 * Starts a pipeline: `feed('prices').from(source).through(gunzip()).through(decodeText('utf-8')).through(parseCsv()).to(sink)`. A step that does
 * not fit the one before it does not compile.
 *
 * @param name names the feed in reports, logs, the ledger and in landed records; letters, digits, `.`, `_`, `-`, not
 *   dots alone, at most 128 characters. Records keep it, so do not rename a feed that has run.
 * @throws MillraceError `FEED_NAME_INVALID`, `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function feed(name: string, options: FeedOptions = {}): FeedStart {
  // Names become folders and prefixes: one of dots alone would lead out of the place that a sink writes to.
  if (!/^(?!\.+$)[\w.-]{1,128}$/.test(name)) {
    const rule = 'letters, digits, ".", "_" and "-", not dots alone, at most 128 characters';
    throw new MillraceError('FEED_NAME_INVALID', `A feed's name has ${rule}; ${JSON.stringify(name)} does not fit.`);
  }
  checkOptions('feed', options, { expect: check.optional(check.object) });
  const { expect = {} } = options;
  checkExpectations('feed', expect);
  const from = (source: Source<unknown, unknown>): unknown => decoderFlow({ name, expect, source, decoders: [] });
  return { from: from as FeedStart['from'] };
}

interface DecoderDraft {
  readonly name: string;
  readonly expect: Expectations;
  readonly source: Source<unknown, unknown>;
  readonly decoders: readonly FeedDecoder[];
}

type Draft<Ref> = Omit<FeedStages<Ref>, 'sink'> & { readonly name: string; readonly expect: Expectations };

/** Whether the source can be read by ranges is checked when the feed is complete. */
function decoderFlow(draft: DecoderDraft): unknown {
  const { name, decoders } = draft;
  return {
    through: (stage: FeedDecoder | FeedParser) => {
      checkDecoder(name, decoders, stage);
      if (stage.kind === 'parser' || stage.kind === 'range-parser')
        return recordFlow({ ...draft, parser: stage, eaches: [] });
      return decoderFlow({ ...draft, decoders: [...decoders, stage] });
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
export function complete<Ref>({ name, expect, ...stages }: Draft<Ref> & { readonly sink: Sink<unknown> }): Feed<Ref> {
  checkStages(name, stages);
  checkExpectations('feed', expect, stages.parser);
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
    expect: Object.freeze({ ...expect }),
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

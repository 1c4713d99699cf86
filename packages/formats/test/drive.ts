import { inspect, isDeepStrictEqual } from 'node:util';
import { isMillraceError, type MillraceError, type Parser } from '@millrace/core';
import {
  type Block,
  type ParserContext,
  type RecordPlace,
  rejected,
  type Rejected,
  rejectedRecord,
} from '@millrace/core/plugin';

/** One output of a parser. Its index is its ordinal. */
export interface Output {
  readonly record?: unknown;
  /** Code of the rejection that stands in the record's place. */
  readonly code?: string;
  readonly message?: string;
  /** What the parser tells when the record is rejected, now or later. */
  readonly raw: string;
  readonly line: number;
}

export interface Driven {
  readonly outputs: readonly Output[];
  readonly error: MillraceError | undefined;
}

/** Sends one item through a parser. All places are asked for at the end, when the blocks have gone by. */
export function drive(codec: Parser<string, unknown>, chunks: readonly string[]): Driven {
  const blocks: Block<unknown>[] = [];
  let error: MillraceError | undefined;
  let made = 0;
  const context: ParserContext = {
    feed: 'feed',
    run: 'run',
    stage: codec.name,
    signal: new AbortController().signal,
    item: { id: 'item', uri: 'test://item' },
    count: () => {},
    note: () => {},
    reject: (record) => {
      made += 1;
      return rejected(record);
    },
  };
  const keep = (produced: unknown): void => {
    if (Array.isArray(produced)) blocks.push(...(produced as readonly Block<unknown>[]));
    else blocks.push(produced as Block<unknown>);
  };
  const stage = codec.start(context);
  try {
    for (const chunk of chunks) keep(stage.push(chunk));
    keep(stage.end?.() ?? []);
  } catch (thrown) {
    if (!isMillraceError(thrown)) throw thrown;
    error = thrown;
  }
  const outputs = blocks.flatMap(({ records, place }) =>
    records.map((record, index) => toOutput(record, place?.(index) ?? {})),
  );
  if (error === undefined && outputs.filter(({ code }) => code !== undefined).length !== made) {
    throw new Error('each marker must be emitted exactly once');
  }
  return { outputs, error };
}

function toOutput(record: unknown, place: RecordPlace): Output {
  const bad = rejectedRecord(record as Rejected);
  const { raw, line } = { ...place, ...bad };
  if (typeof raw !== 'string' || line === undefined) throw new Error('raw text and line must be known');
  return bad === undefined ? { record, raw, line } : { code: bad.code, message: bad.message, raw, line };
}

/** The text in pieces of `size` UTF-16 units. */
export function pieces(text: string, size: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}

/** The text cut at the given places. */
export function cutAt(text: string, places: readonly number[]): readonly string[] {
  const sorted = [...places.map((place) => place % (text.length + 1)), text.length].sort((a, b) => a - b);
  return sorted.map((end, index) => text.slice(sorted[index - 1] ?? 0, end));
}

/** Parses the text whole, in single characters, and cut once at every place; all must agree. */
export function driveEveryCut(codec: Parser<string, unknown>, text: string): Driven {
  const whole = drive(codec, [text]);
  const cuts = [pieces(text, 1), pieces(text, 2), ...Array.from(text, (_, place) => cutAt(text, [place]))];
  for (const chunks of cuts) {
    const cut = drive(codec, chunks);
    if (!isDeepStrictEqual(summary(cut), summary(whole))) {
      const shown = inspect({ chunks, cut: summary(cut), whole: summary(whole) }, { depth: 9 });
      throw new Error(`the cut makes a difference: ${shown.slice(0, 4000)}`);
    }
  }
  return whole;
}

/** What must not depend on how the text was cut. What is emitted before an error may: it counts for nothing. */
export function summary({ outputs, error }: Driven): unknown {
  return error === undefined ? outputs : { code: error.code, message: error.message, details: error.details };
}

import {
  type Block,
  type Codec,
  type CodecContext,
  type CodecStage,
  type Emits,
  isLocated,
  type ItemOrigin,
  MillraceError,
  type Produced,
  rejected,
  type Rejected,
  rejectedRecord,
  type RejectedRecord,
  type RecordPlace,
  type TextPlace,
} from '@millrace/core';

export interface RunCodecOptions {
  /** Name of the feed that the codec is told. @default 'test' */
  readonly feed?: string;
  /** The item that the codec is told. @default `memory:test` */
  readonly item?: ItemOrigin;
  /** @default a signal that never fires */
  readonly signal?: AbortSignal;
}

/** What came out of a codec. */
export interface CodecRun<O> {
  /** Every output in order: chunks, or records with the markers of rejected ones among them. */
  readonly outputs: readonly (O | Rejected)[];
  /** The outputs that are no markers. */
  readonly values: readonly O[];
  /** What the markers hold, with the ordinal that each took. */
  readonly rejections: readonly (RejectedRecord & { readonly ordinal: number })[];
  /** What the codec counted by `context.count`. */
  readonly counters: Readonly<Record<string, number>>;
  /** What the codec noted by `context.note`. */
  readonly notes: Readonly<Record<string, string>>;
  /** The place of a record as its block knows it, by ordinal. */
  readonly place: (ordinal: number) => RecordPlace | undefined;
  /** Where the characters of a chunk of text came from, by its index, if the codec says so. */
  readonly textPlace: (index: number) => TextPlace | undefined;
}

/**
 * Drives a codec by hand as the runner does: `start`, `push` for each chunk, `end`, and `close` whatever happened. For
 * tests of codecs. What the codec throws, it rejects with, unchanged.
 *
 * @throws MillraceError `CODEC_CONTRACT` where the codec breaks the contract: rejects from a codec of chunks, emits a
 *   marker never or twice, answers something that is no iterable
 */
export async function runCodec<I, O, E extends Emits>(
  codec: Codec<I, O, E>,
  chunks: Iterable<I> | AsyncIterable<I>,
  options: RunCodecOptions = {},
): Promise<CodecRun<O>> {
  const driven = driveCodec(codec, options);
  try {
    for await (const chunk of chunks) await driven.push(chunk);
    await driven.end();
  } finally {
    await driven.close();
  }
  return driven.result();
}

/** A codec at work, step by step. */
export interface DrivenCodec<I, O> {
  readonly push: (chunk: I, place?: TextPlace) => Promise<void>;
  readonly end: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly result: () => CodecRun<O>;
}

/** Starts a codec, to be driven step by step; {@link runCodec} takes all steps at once. */
export function driveCodec<I, O, E extends Emits>(
  codec: Codec<I, O, E>,
  options: RunCodecOptions = {},
): DrivenCodec<I, O> {
  const {
    feed = 'test',
    item = { id: 'memory:test', uri: 'memory:test' },
    signal = new AbortController().signal,
  } = options;
  const outputs: (O | Rejected)[] = [];
  const places: (() => RecordPlace | undefined)[] = [];
  const textPlaces = new Map<number, TextPlace>();
  const counters: Record<string, number> = {};
  const notes: Record<string, string> = {};
  const made = new Set<Rejected>();
  const contract = (what: string): MillraceError =>
    new MillraceError('CODEC_CONTRACT', `Codec ${codec.name}: ${what}.`, { stage: codec.name });

  const context: CodecContext = {
    feed,
    run: 'test',
    stage: codec.name,
    signal,
    item,
    count: (counter, by = 1) => {
      counters[counter] = (counters[counter] ?? 0) + by;
    },
    note: (name, text) => {
      notes[name] = text;
    },
    reject: (record) => {
      if (codec.emits !== 'records') throw contract('it emits chunks, so it has no record to reject');
      const marker = rejected(record);
      made.add(marker);
      return marker;
    },
  };

  const take = (value: O | Rejected, place: () => RecordPlace | undefined): void => {
    if (rejectedRecord(value) !== undefined && !made.delete(value as Rejected)) {
      throw contract('it emitted a marker twice, or one that context.reject did not make');
    }
    outputs.push(value);
    places.push(place);
  };
  const takeBlock = ({ records, place }: Block<O>): void => {
    if (codec.emits !== 'records') throw contract('it emits chunks, but answered a block of records');
    for (const [index, record] of records.entries()) take(record, () => place?.(index));
  };
  const takeLocated = (chunk: O, place: TextPlace): void => {
    if (codec.emits !== 'chunks') throw contract('it emits records, but answered a located chunk');
    textPlaces.set(outputs.length, place);
    take(chunk, () => undefined);
  };
  const takeAll = async (produced: Produced<O>): Promise<void> => {
    if (isBlock(produced)) {
      takeBlock(produced as Block<O>);
      return;
    }
    if (typeof produced !== 'object' || !(Symbol.iterator in produced || Symbol.asyncIterator in produced)) {
      throw contract('push() and end() must answer an array, a block or an iterable object');
    }
    for await (const value of produced) {
      if (isBlock(value)) takeBlock(value as Block<O>);
      else if (isLocated(value)) takeLocated(value.chunk as O, value.place);
      else take(value as O | Rejected, () => undefined);
    }
  };

  const stage: CodecStage<I, O> = codec.start(context);
  return {
    push: async (chunk, place) => {
      await takeAll(stage.push(chunk, place));
    },
    end: async () => {
      if (stage.end !== undefined) await takeAll(stage.end());
      if (made.size > 0) throw contract(`it made ${made.size} markers that it did not emit`);
    },
    close: async () => {
      await stage.close?.();
    },
    result: () => ({
      outputs,
      values: outputs.filter((output): output is O => rejectedRecord(output) === undefined),
      rejections: outputs.flatMap((output, ordinal) => {
        const record = rejectedRecord(output);
        return record === undefined ? [] : [{ ...places[ordinal]?.(), ...record, ordinal }];
      }),
      counters,
      notes,
      place: (ordinal) => places[ordinal]?.(),
      textPlace: (index) => textPlaces.get(index),
    }),
  };
}

/** Core brands its blocks with this registered symbol, so that two copies of it agree. */
const BLOCK: unique symbol = Symbol.for('@millrace/block');

function isBlock(value: unknown): boolean {
  return typeof value === 'object' && value !== null && BLOCK in value;
}

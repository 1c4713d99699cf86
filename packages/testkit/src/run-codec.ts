import type { Codec, ItemOrigin } from '@millrace/core';
import type { Emits, Rejected, RejectedRecord, RecordPlace, TextPlace } from '@millrace/core/plugin';
import { collectOutputs } from './collect-outputs.ts';

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
  /** The parts that the codec began, each with the number of outputs before it. */
  readonly parts: readonly { readonly name: string; readonly at: number }[];
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
  const { context, take, end, result } = collectOutputs<O>(codec, options);
  const stage = codec.start(context);
  return {
    push: async (chunk, place) => take(stage.push(chunk, place)),
    end: async () => {
      if (stage.end !== undefined) await take(stage.end());
      end();
    },
    close: async () => {
      await stage.close?.();
    },
    result,
  };
}

import type { CharsetDecoder, Decompressor } from '@millrace/core';
import type { TextPlace } from '@millrace/core/plugin';
import type { DriveOptions } from './decoding/drive-options.ts';
import { runStage } from './decoding/driven-stage.ts';

/** What came out of a decompressor. */
export interface DecompressorRun {
  /** Every chunk in order. */
  readonly values: readonly Uint8Array[];
  /** The parts that it began, each with the number of chunks before it. */
  readonly parts: readonly { readonly name: string; readonly at: number }[];
  /** What it counted by `context.count`. */
  readonly counters: Readonly<Record<string, number>>;
  /** What it noted by `context.note`. */
  readonly notes: Readonly<Record<string, string>>;
}

/** What came out of a charset decoder. */
export interface CharsetDecoderRun {
  /** Every chunk of text in order. */
  readonly values: readonly string[];
  /** Where the characters of a chunk came from, by the chunk's index, if the decoder says so. */
  readonly textPlace: (index: number) => TextPlace | undefined;
  /** What it counted by `context.count`. */
  readonly counters: Readonly<Record<string, number>>;
  /** What it noted by `context.note`. */
  readonly notes: Readonly<Record<string, string>>;
}

interface RunDecoder {
  (
    decoder: Decompressor,
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    options?: DriveOptions,
  ): Promise<DecompressorRun>;
  (
    decoder: CharsetDecoder,
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    options?: DriveOptions,
  ): Promise<CharsetDecoderRun>;
}

/**
 * Drives a decompressor or a charset decoder by hand as the runner does: `start`, `push` for each chunk, `end`, and `close`
 * whatever happened. If the decoder throws, it rejects with the same error.
 *
 * @throws MillraceError `CODEC_CONTRACT` if the decoder returns something that is not iterable, or that only another kind of stage
 *   may return
 * @example
 * const { values } = await runDecoder(gunzip(), [compressed]);
 */
export const runDecoder: RunDecoder = async (
  decoder: Decompressor | CharsetDecoder,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: DriveOptions = {},
): Promise<DecompressorRun & CharsetDecoderRun> =>
  (await runStage<Uint8Array, unknown>(decoder, chunks, options)) as unknown as DecompressorRun & CharsetDecoderRun;

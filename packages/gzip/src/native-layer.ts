import { MillraceError } from '@millrace/core';
import type { CompressionFormat } from './compression-format.ts';
import { OUTPUT_BYTES } from './engine.ts';
import { type Layer, layerError } from './layer.ts';
import { type NativeStream, nativeStream } from './native-stream.ts';
import { limitPassed, type OutputLimits } from './output-limits.ts';
import { ZstdFrames, type ZstdStretch } from './zstd-frames.ts';

export type NativeFormat = Exclude<CompressionFormat, 'gzip' | 'bzip2' | 'tar' | 'zip'>;

/** Data goes to zlib in pieces of this size, so that its ratio is judged by what was really read. */
const PIECE_BYTES = 64 * 1024;
const STREAM_OPTIONS = { chunkSize: OUTPUT_BYTES, highWaterMark: 1 };

/** Makes streams that undo this format; `undefined` where this runtime has none. */
export function streamMaker(format: NativeFormat): (() => NativeStream) | undefined {
  const zlib: typeof import('node:zlib') | undefined = globalThis.process?.getBuiltinModule?.('node:zlib');
  switch (format) {
    case 'zlib':
      return zlib && (() => nativeStream(zlib.createInflate(STREAM_OPTIONS)));
    case 'deflate':
      return zlib && (() => nativeStream(zlib.createInflateRaw(STREAM_OPTIONS)));
    case 'brotli':
      return zlib && (() => nativeStream(zlib.createBrotliDecompress(STREAM_OPTIONS)));
    case 'zstd':
      // Node has it from 22.15 on.
      return typeof zlib?.createZstdDecompress === 'function'
        ? () => nativeStream(zlib.createZstdDecompress(STREAM_OPTIONS))
        : undefined;
  }
}

/** Undoes a format with node:zlib: one stream, or any number of frames where the format is zstd. */
export function nativeLayer(format: NativeFormat, makeStream: () => NativeStream, limits: OutputLimits): Layer {
  let stream: NativeStream | undefined;
  let read = 0;
  let produced = 0;
  let isOver = false;
  let closed = false;
  const frames = format === 'zstd' ? new ZstdFrames(() => trailing()) : undefined;

  function fail(code: string, what: string, cause?: unknown): MillraceError {
    return new MillraceError(code, `${what} Ask the sender for a new copy.`, {
      cause,
      details: { format, offset: read },
    });
  }

  function trailing(): MillraceError {
    return (frames === undefined ? read === 0 : frames.count <= 1)
      ? fail('COMPRESSION_CORRUPT', `The data is not ${format}.`)
      : fail('COMPRESSION_TRAILING_DATA', `Other bytes follow the ${format} data.`);
  }

  async function* judged(
    outputs: AsyncIterable<Uint8Array>,
    upTo: number,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const output of outputs) {
      produced += output.length;
      const passed = limitPassed(limits, produced, upTo);
      if (passed !== undefined) throw layerError(passed, format);
      yield output;
      if (closed) return;
    }
  }

  async function* inflate(piece: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    if (isOver) throw trailing();
    stream ??= makeStream();
    const inflating = stream.inflate(piece);
    let taken = piece.length;
    try {
      yield* judged(
        returning(inflating, (count) => (taken = count)),
        read + piece.length,
      );
    } catch (error) {
      throw translated(error);
    }
    if (closed) return;
    read += taken;
    isOver = taken < piece.length;
    if (isOver) throw trailing();
  }

  async function* finish(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* judged(stream!.finish(), read);
    } catch (error) {
      throw translated(error);
    }
    stream?.close();
    stream = undefined;
  }

  function translated(error: unknown): unknown {
    if (error instanceof MillraceError) return error;
    const code = (error as { readonly code?: unknown }).code;
    if (code === 'Z_BUF_ERROR') return truncated(error);
    if (frames?.isUnknown === true) return trailing();
    if (code === 'Z_NEED_DICT' || code === 'ZSTD_error_dictionary_wrong') return dictionary(error);
    if (code === 'Z_MEM_ERROR' || typeof code !== 'string') return error;
    return fail('COMPRESSION_CORRUPT', `The ${format} data is damaged.`, error);
  }

  function dictionary(cause: unknown): MillraceError {
    return new MillraceError(
      'COMPRESSION_DICTIONARY',
      `The ${format} data was compressed with a dictionary, which is not supported. Ask the sender to compress it without one.`,
      { cause, details: { format, offset: read } },
    );
  }

  function truncated(cause?: unknown): MillraceError {
    return fail('COMPRESSION_TRUNCATED', `The ${format} data ends before it is complete.`, cause);
  }

  function* stretchesOf(input: Uint8Array): Generator<ZstdStretch, void, undefined> {
    if (frames !== undefined) yield* frames.stretches(input);
    else yield { from: 0, to: input.length, ends: false };
  }

  return {
    push: async function* (input) {
      for (const { from, to, ends } of stretchesOf(input)) {
        for (let at = from; at < to && !closed; at += PIECE_BYTES) {
          yield* inflate(input.subarray(at, Math.min(at + PIECE_BYTES, to)));
        }
        if (ends && !closed) yield* finish();
      }
    },
    end: async function* () {
      if (frames !== undefined ? frames.inFrame || read === 0 : stream === undefined) throw truncated();
      if (stream !== undefined) yield* finish();
    },
    close: () => {
      closed = true;
      stream?.close();
    },
  };
}

/** Iterates a generator and tells what it returned. */
async function* returning<T, R>(
  generator: AsyncGenerator<T, R, undefined>,
  tell: (result: R) => void,
): AsyncGenerator<T, void, undefined> {
  tell(yield* generator);
}

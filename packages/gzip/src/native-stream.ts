import type { BrotliDecompress, Inflate, InflateRaw, ZstdDecompress } from 'node:zlib';

/** One zlib stream, pulled output by output. */
export interface NativeStream {
  /**
   * Yields all that `input` gives and returns how many of its bytes zlib took; after `close` it ends early, as if all were
   * taken. While an output is being worked on, zlib is at work on the next one, in a thread of its own.
   */
  readonly inflate: (input: Uint8Array) => AsyncGenerator<Uint8Array, number, undefined>;
  /** Says that there is no more input: yields what is left, or throws where the stream is incomplete. */
  readonly finish: () => AsyncGenerator<Uint8Array, void, undefined>;
  readonly close: () => void;
}

export function nativeStream(stream: InflateRaw | Inflate | BrotliDecompress | ZstdDecompress): NativeStream {
  let busy = false;
  let failure: Error | undefined;
  let wake = (): void => {};
  const settle = (error?: Error | null): void => {
    busy = false;
    failure ??= error ?? undefined;
    wake();
  };
  // These listeners stay: zlib may report an error even after it was destroyed, and without a listener it would be fatal.
  stream.on('error', settle);
  stream.on('close', () => settle());
  stream.on('readable', () => wake());

  return {
    inflate: async function* (input) {
      const before = stream.bytesWritten;
      busy = true;
      stream.write(input, settle);
      for (;;) {
        const output = stream.read() as Buffer | null;
        if (output !== null) yield plainBytes(output);
        else if (failure !== undefined) throw failure;
        else if (busy) await new Promise<void>((resolve) => (wake = resolve));
        else break;
      }
      // Node documents bytesWritten as the bytes that the engine has processed: what lies behind the end is not counted.
      return stream.destroyed ? input.length : stream.bytesWritten - before;
    },
    finish: async function* () {
      stream.once('end', () => wake());
      stream.end();
      for (;;) {
        const output = stream.read() as Buffer | null;
        if (output !== null) yield plainBytes(output);
        else if (failure !== undefined) throw failure;
        else if (stream.readableEnded || stream.destroyed) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    close: () => {
      stream.destroy();
    },
  };
}

/** A `Buffer` is a `Uint8Array` whose `slice` shares memory, which nobody expects of a chunk. */
export function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

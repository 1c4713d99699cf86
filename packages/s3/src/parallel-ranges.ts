import { setMaxListeners } from 'node:events';
import type { ByteRange } from './resumable-ranges.ts';

export interface ParallelRangesOptions {
  /** Length of the object in bytes. */
  readonly length: number;
  /** Ranges that are read or held at once. */
  readonly count: number;
  /** Length of a range in bytes. */
  readonly bytes: number;
  readonly read: (range: ByteRange, signal: AbortSignal) => AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/**
 * Reads an object by ranges, several at once, and hands their bytes out in order. A range is begun once the one `count`
 * before it is handed out, so that no more than `count` × `bytes` are held however slow the consumer is. A range that fails
 * does so where its bytes would have come.
 */
export async function* parallelRanges(options: ParallelRangesOptions): AsyncGenerator<Uint8Array, void> {
  const { length, count, bytes, read, signal } = options;
  signal.throwIfAborted();
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const onAbort = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const ahead: ReadAhead[] = [];
  let start = 0;
  try {
    while (start < length || ahead.length > 0) {
      while (start < length && ahead.length < count) {
        const end = Math.min(start + bytes, length);
        ahead.push(readAhead(read({ start, end }, stop.signal)));
        start = end;
      }
      for await (const chunk of ahead[0]!.chunks()) {
        signal.throwIfAborted();
        yield chunk;
      }
      ahead.shift();
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    stop.abort();
    await Promise.all(ahead.map(({ ended }) => ended));
  }
}

/** A range that is read into memory as fast as it comes. */
interface ReadAhead {
  /** What has come, and then what comes, once. */
  readonly chunks: () => AsyncGenerator<Uint8Array, void>;
  /** Resolves when nothing more will come. */
  readonly ended: Promise<void>;
}

function readAhead(content: AsyncIterable<Uint8Array>): ReadAhead {
  const held: Uint8Array[] = [];
  let failed: { readonly error: unknown } | undefined;
  let over = false;
  let wake = (): void => {};
  const fill = async (): Promise<void> => {
    try {
      for await (const chunk of content) {
        held.push(chunk);
        wake();
      }
    } catch (error) {
      failed = { error };
    }
    over = true;
    wake();
  };
  return {
    ended: fill(),
    chunks: async function* () {
      while (true) {
        const chunk = held.shift();
        if (chunk !== undefined) yield chunk;
        else if (failed !== undefined) throw failed.error;
        else if (over) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

import { open } from 'node:fs/promises';
import { basename } from 'node:path';

/** A file whose bytes can be read at any place, such as an object in S3. */
export interface RangedContent {
  readonly name?: string;
  readonly size: number;
  /** Resolves with the `length` bytes from `start` on. */
  readonly read: (start: number, length: number) => Promise<Uint8Array>;
}

/** What can be inspected: bytes, the path of a file, a stream of bytes, or something that is read by ranges. */
export type InspectInput = Uint8Array | string | AsyncIterable<Uint8Array> | RangedContent;

/** Content that is read within a budget. */
export interface Content {
  readonly name: string;
  /** Size in bytes; `undefined` for a stream that has not ended yet. */
  readonly size: number | undefined;
  /** The first bytes: as many as asked for, or all if there are fewer. */
  readonly head: (length: number) => Promise<Uint8Array>;
  /** Some bytes elsewhere; `undefined` if they cannot be had, or the budget is spent. */
  readonly at: (start: number, length: number) => Promise<Uint8Array | undefined>;
  readonly bytesRead: () => number;
  readonly close: () => Promise<void>;
}

/** Opens what is to be inspected. Nothing beyond `budget` bytes is read of it. */
export async function openContent(input: InspectInput, name: string | undefined, budget: number): Promise<Content> {
  if (typeof input === 'string') return openFile(input, name ?? basename(input), budget);
  if (input instanceof Uint8Array) {
    const read = async (start: number, length: number): Promise<Uint8Array> => input.subarray(start, start + length);
    return ranged({ size: input.length, read }, name ?? 'sample', budget);
  }
  if ('read' in input && 'size' in input) return ranged(input, name ?? input.name ?? 'sample', budget);
  return streamed(input, name ?? 'sample', budget);
}

async function openFile(path: string, name: string, budget: number): Promise<Content> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const read = async (start: number, length: number): Promise<Uint8Array> => {
      const buffer = new Uint8Array(length);
      const { bytesRead } = await handle.read(buffer, 0, length, start);
      return buffer.subarray(0, bytesRead);
    };
    return { ...ranged({ size, read }, name, budget), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function ranged({ size, read }: RangedContent, name: string, budget: number): Content {
  let spent = 0;
  let first: Uint8Array = new Uint8Array(0);
  return {
    name,
    size,
    head: async (length) => {
      const wanted = Math.min(size, length, first.length + budget - spent);
      if (wanted > first.length) {
        const more = await read(first.length, wanted - first.length);
        spent += more.length;
        first = Buffer.concat([first, more]);
      }
      return first.subarray(0, wanted);
    },
    at: async (start, length) => {
      if (start < 0 || start + length > size) return undefined;
      if (start + length <= first.length) return first.subarray(start, start + length);
      if (spent + length > budget) return undefined;
      spent += length;
      return read(start, length);
    },
    bytesRead: () => spent,
    close: async () => {},
  };
}

function streamed(input: AsyncIterable<Uint8Array>, name: string, budget: number): Content {
  const iterator = input[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let held = 0;
  let ended = false;
  return {
    name,
    get size() {
      return ended ? held : undefined;
    },
    head: async (length) => {
      const wanted = Math.min(length, budget);
      while (held < wanted && !ended) {
        const { done, value } = await iterator.next();
        if (done === true) ended = true;
        else {
          chunks.push(value);
          held += value.length;
        }
      }
      return Buffer.concat(chunks).subarray(0, wanted);
    },
    at: async (start, length) => {
      const all = Buffer.concat(chunks);
      return start >= 0 && start + length <= all.length ? all.subarray(start, start + length) : undefined;
    },
    bytesRead: () => Math.min(held, budget),
    close: async () => {
      await iterator.return?.();
    },
  };
}

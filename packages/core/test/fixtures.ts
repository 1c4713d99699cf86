import type {
  CharsetDecoder,
  Decompressor,
  ItemContext,
  Parser,
  Quarantine,
  Rejection,
  Sink,
  Source,
} from '@millrace/core';
import type { Entry, Part } from '@millrace/core/plugin';

/** A reference to an object that the test holds in memory. */
export interface TextRef {
  readonly name: string;
  readonly chunks: readonly string[];
}

/** Names and contents in, chunks out. `failAfter` breaks the source after so many chunks. */
export function textSource(options: { readonly failAfter?: number } = {}): Source<TextRef, string> {
  return {
    name: 'text',
    describe: ({ name }) => `text:${name}`,
    open: async ({ name, chunks }) => ({
      origin: { id: `text:${name}`, uri: `text:${name}`, lastModified: '2026-01-02T03:04:05.000Z' },
      chunks: async function* ({ signal }) {
        for (const [index, chunk] of chunks.entries()) {
          if (index === options.failAfter) throw new Error('connection reset');
          signal.throwIfAborted();
          yield chunk;
        }
      },
    }),
  };
}

/** The objects of {@link textSource} as bytes, for feeds that decode. */
export function bytesSource(): Source<TextRef, Uint8Array> {
  const texts = textSource();
  return {
    ...texts,
    open: async (ref, context) => {
      const item = await texts.open(ref, context);
      return {
        ...item,
        chunks: async function* (itemContext) {
          for await (const text of item.chunks(itemContext)) yield Buffer.from(text);
        },
      };
    },
  };
}

/** A decompressor at work, as one of texts. */
export interface TextStage {
  readonly push: (text: string) => readonly (string | Part)[];
  readonly end?: () => readonly string[];
  readonly close?: () => void;
}

/** A decompressor that sees its bytes as text. */
export function onText(name: string, start: (context: ItemContext) => TextStage): Decompressor {
  const toBytes = (one: string | Part): Uint8Array | Part => (typeof one === 'string' ? Buffer.from(one) : one);
  return {
    kind: 'decompressor',
    name,
    start: (context) => {
      const { push, end, close } = start(context);
      return {
        push: (bytes) => push(Buffer.from(bytes).toString()).map(toBytes),
        end: () => (end?.() ?? []).map(toBytes),
        close: () => close?.(),
      };
    },
  };
}

/** Makes text of bytes. */
export const asText: CharsetDecoder = {
  kind: 'charset-decoder',
  name: 'asText',
  start: () => ({ push: (bytes) => [Buffer.from(bytes).toString()] }),
};

/** One record per line, in one array per chunk; `bad` lines are rejected. Chunks must end at a line's end. */
export function lines(): Parser<string, string> {
  return {
    kind: 'parser',
    name: 'lines',
    start: ({ reject }) => ({
      push: (chunk) =>
        chunk
          .split('\n')
          .filter((line) => line !== '')
          .map((line) =>
            line.startsWith('bad') ? (reject({ code: 'BAD_LINE', message: 'a bad line', raw: line }) as never) : line,
          ),
    }),
  };
}

export interface Kept<T> {
  readonly sink: Sink<T>;
  /** What was accepted, in order. */
  readonly entries: Entry<T>[];
  readonly values: () => T[];
  readonly batches: number[];
}

/** Keeps what it is given. `before` runs ahead of each write and may throw, wait, or answer refusals. */
export function keep<T>(
  options: Partial<Omit<Sink<T>, 'write'>> & {
    readonly before?: (entries: readonly Entry<T>[], signal: AbortSignal) => ReturnType<Sink<T>['write']>;
  } = {},
): Kept<T> {
  const { before, ...rest } = options;
  const entries: Entry<T>[] = [];
  const batches: number[] = [];
  return {
    entries,
    batches,
    values: () => entries.map(({ value }) => value),
    sink: {
      name: 'keep',
      ...rest,
      write: async (batch, { signal }) => {
        const refusals = (await before?.(batch, signal)) ?? [];
        const refused = new Set(refusals.map(({ position }) => position));
        batches.push(batch.length);
        entries.push(...batch.filter((_, position) => !refused.has(position)));
        return refusals;
      },
    },
  };
}

export function keepRejections(): Kept<Rejection> & { readonly sink: Quarantine } {
  return keep<Rejection>({ name: 'kept-rejections' });
}

/** `count` lines from `0`, `perChunk` to a chunk. */
export function numbered(count: number, perChunk = 10, name = 'numbers'): TextRef {
  const chunks: string[] = [];
  for (let from = 0; from < count; from += perChunk) {
    const to = Math.min(count, from + perChunk);
    chunks.push(Array.from({ length: to - from }, (_, index) => `${from + index}\n`).join(''));
  }
  return { name, chunks };
}

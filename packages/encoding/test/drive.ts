import { type Codec, type CodecContext, isMillraceError, type MillraceError } from '@millrace/core';

export interface Driven {
  readonly outputs: readonly string[];
  readonly text: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly error: MillraceError | undefined;
}

/** Sends one item through the codec and keeps what came out before an error. */
export function drive(codec: Codec<Uint8Array, string>, chunks: readonly Uint8Array[]): Driven {
  const outputs: string[] = [];
  const counts: Record<string, number> = {};
  let error: MillraceError | undefined;
  const context: CodecContext = {
    feed: 'feed',
    run: 'run',
    stage: 'decodeText',
    signal: new AbortController().signal,
    item: { id: 'item', uri: 'test://item' },
    count: (counter, by = 1) => {
      counts[counter] = (counts[counter] ?? 0) + by;
    },
    reject: () => {
      throw new Error('decodeText emits chunks and must not reject records');
    },
  };
  const stage = codec.start(context);
  try {
    for (const chunk of chunks) for (const text of stage.push(chunk) as Iterable<string>) outputs.push(text);
    for (const text of (stage.end?.() ?? []) as Iterable<string>) outputs.push(text);
  } catch (thrown) {
    if (!isMillraceError(thrown)) throw thrown;
    error = thrown;
  }
  return { outputs, text: outputs.join(''), counts, error };
}

/** The bytes in pieces of `size`. */
export function pieces(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

/** The bytes cut at the given places. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const sorted = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return sorted.map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
}

import { type CharsetDecoder, isMillraceError, type ItemContext, type MillraceError } from '@millrace/core';
import type { Located, TextPlace } from '@millrace/core/plugin';

export interface Driven {
  readonly outputs: readonly string[];
  /** The place of each output. */
  readonly places: readonly TextPlace[];
  readonly text: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly notes: Readonly<Record<string, string>>;
  readonly error: MillraceError | undefined;
}

/** Sends one item through the codec and keeps what came out before an error. */
export function drive(codec: CharsetDecoder, chunks: readonly Uint8Array[]): Driven {
  const outputs: string[] = [];
  const places: TextPlace[] = [];
  const counts: Record<string, number> = {};
  const notes: Record<string, string> = {};
  let error: MillraceError | undefined;
  const context: ItemContext = {
    feed: 'feed',
    run: 'run',
    stage: 'decodeText',
    signal: new AbortController().signal,
    item: { id: 'item', uri: 'test://item' },
    count: (counter, by = 1) => {
      counts[counter] = (counts[counter] ?? 0) + by;
    },
    note: (name, text) => {
      notes[name] = text;
    },
  };
  const stage = codec.start(context);
  const keep = (produced: unknown): void => {
    for (const { chunk, place } of produced as Iterable<Located<string>>) {
      outputs.push(chunk);
      places.push(place);
    }
  };
  try {
    for (const chunk of chunks) keep(stage.push(chunk));
    keep(stage.end?.() ?? []);
  } catch (thrown) {
    if (!isMillraceError(thrown)) throw thrown;
    error = thrown;
  }
  return { outputs, places, text: outputs.join(''), counts, notes, error };
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

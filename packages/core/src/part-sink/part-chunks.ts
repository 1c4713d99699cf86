import type { Encoder } from '../encoder.ts';
import type { PlannedPart } from './plan-parts.ts';

/** Characters that make a chunk. */
const CHUNK_CHARS = 65_536;

export interface ChunkSettings {
  readonly encode: Pick<Encoder<never>, 'header' | 'separator' | 'footer'>;
  readonly compress: 'gzip' | 'none';
  readonly signal: AbortSignal;
}

/** The content of a part: it is never whole in memory where it is large. It rejects with the signal's reason. */
export function partChunks(part: PlannedPart, settings: ChunkSettings): AsyncIterable<Uint8Array> {
  const chunks = plainChunks(part, settings);
  if (settings.compress === 'none') return asynchronous(chunks);
  return gzipped(chunks);
}

/** The level is the runtime's default, 6 in Node: the same text gives the same bytes at every reading, as `gzipSync` makes them. */
async function* gzipped(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* ReadableStream.from(chunks).pipeThrough(new CompressionStream('gzip'));
}

async function* asynchronous(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

function* plainChunks(
  { texts }: PlannedPart,
  { encode: { header = '', separator = '', footer = '' }, signal }: ChunkSettings,
): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let held = header;
  for (const [index, text] of texts.entries()) {
    if (index > 0) held += separator;
    held += text;
    if (held.length < CHUNK_CHARS) continue;
    signal.throwIfAborted();
    yield encoder.encode(held);
    held = '';
  }
  signal.throwIfAborted();
  yield encoder.encode(held + footer);
}

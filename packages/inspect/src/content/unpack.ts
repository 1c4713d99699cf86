import { type CompressionFormat, decompress } from '@millrace/gzip';
import { bzip2 } from '@millrace/gzip/bzip2';
import { tar } from '@millrace/gzip/tar';
import { zip } from '@millrace/gzip/zip';
import { isMillraceError } from '@millrace/core';
import { isPart } from '@millrace/core/plugin';
import { type Guess, guess } from '../guess.ts';
import { stageContext } from '../stage-context.ts';
import { looksBinary } from './looks-binary.ts';

/** What is inside a sample, decompressed. */
export interface Unpacked {
  readonly compression: Guess<string>;
  readonly entries: readonly string[];
  readonly entry: string | undefined;
  readonly bytes: Uint8Array;
  /** Whether `bytes` are all there is of the content, or of the entry. */
  readonly complete: boolean;
  /** Code and message of what is wrong with the compressed data. */
  readonly problem: { readonly code: string; readonly message: string } | undefined;
}

/** Decompressed bytes that are looked at, at most. */
const MOST_BYTES = 2 * 1024 * 1024;
const MOST_ENTRIES = 200;
const DATA_NAME = /\.(csv|tsv|txt|json|ndjson|jsonl|xml|dat|data|log|tab|psv|geojson)(\.\w+)?$/i;

/** Undoes the compressions that the first bytes show. Damage ends it; what came out before is kept. */
export async function unpack(head: Uint8Array, whole: boolean, name: string, signal: AbortSignal): Promise<Unpacked> {
  const plain = await tryUnpack(head, whole, name, signal);
  if (plain.compression.value !== 'none' || !looksBinary(head)) return plain;
  // Brotli and raw deflate have no mark: what decompresses to text without a fault is one of them.
  for (const expect of ['brotli', 'deflate', 'zlib'] as const) {
    const tried = await tryUnpack(head, whole, 'sample', signal, expect);
    if (tried.problem === undefined && tried.bytes.length > 0 && !looksBinary(tried.bytes)) {
      return { ...tried, compression: guess(tried.compression.value, whole ? 0.9 : 0.7, 'none', 0.1) };
    }
  }
  return plain;
}

async function tryUnpack(
  head: Uint8Array,
  whole: boolean,
  name: string,
  signal: AbortSignal,
  expect?: CompressionFormat,
): Promise<Unpacked> {
  const context = stageContext(name, signal);
  const stage = decompress({
    formats: [bzip2(), tar({ onMissing: 'ignore' }), zip({ onMissing: 'ignore', onTrailing: 'ignore' })],
    onConflict: 'bytes',
    maxDepth: 4,
    maxRatio: 100_000,
    ...(expect !== undefined && { expect }),
  }).start(context);
  const files = new Collected();
  let problem: Unpacked['problem'];
  let full = false;
  try {
    full = await files.take(stage.push(head));
    if (!full && whole && stage.end !== undefined) full = await files.take(stage.end());
  } catch (error) {
    const code = isMillraceError(error) ? error.code : 'unreadable';
    problem = { code, message: error instanceof Error ? error.message : 'It cannot be decompressed.' };
  }
  await stage.close?.();
  const format = context.notes['format'] ?? 'none';
  const { entry, bytes, ended } = files.best();
  const isCompressed = format !== 'none';
  const foreign = /compressed as (\w+)/.exec(problem?.message ?? '')?.[1];
  const confidence = isCompressed ? (problem === undefined ? 1 : 0.95) : head.length === 0 ? 0.9 : 0.99;
  return {
    compression: foreign === undefined ? guess(format, confidence) : guess(foreign, 0.98),
    entries: files.names,
    entry,
    bytes: isCompressed || foreign !== undefined ? bytes : head,
    complete: problem === undefined && (isCompressed ? (whole && !full) || ended : whole),
    problem,
  };
}

/** The files of an archive, or the one content, up to a limit each. */
class Collected {
  readonly names: string[] = [];
  readonly #files: { readonly name: string | undefined; readonly chunks: Uint8Array[]; size: number }[] = [];

  /** Takes outputs until there is enough of the best file. Resolves with whether it stopped early. */
  async take(outputs: Iterable<unknown> | AsyncIterable<unknown>): Promise<boolean> {
    for await (const output of outputs) {
      if (isPart(output)) {
        if (this.names.length >= MOST_ENTRIES) return true;
        this.names.push(output.name);
        this.#files.push({ name: output.name, chunks: [], size: 0 });
        continue;
      }
      const bytes = output as Uint8Array;
      if (this.#files.length === 0) this.#files.push({ name: undefined, chunks: [], size: 0 });
      const file = this.#files.at(-1)!;
      if (file.size < MOST_BYTES) file.chunks.push(bytes);
      file.size += bytes.length;
      if (file.size >= MOST_BYTES) return true;
    }
    return false;
  }

  /** The first file whose name is that of data, else the largest. */
  best(): { readonly entry: string | undefined; readonly bytes: Uint8Array; readonly ended: boolean } {
    const named = this.#files.find(({ name, size }) => size > 0 && DATA_NAME.test(name ?? ''));
    const largest = this.#files.toSorted((left, right) => right.size - left.size)[0];
    const chosen = named ?? largest;
    if (chosen === undefined) return { entry: undefined, bytes: new Uint8Array(0), ended: true };
    const bytes = Buffer.concat(chosen.chunks).subarray(0, MOST_BYTES);
    return { entry: chosen.name, bytes, ended: chosen !== this.#files.at(-1) };
  }
}

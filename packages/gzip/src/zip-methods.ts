import { isPart } from '@millrace/core/plugin';
import { bzip2Layer } from './bzip2.ts';
import type { Layer } from './layer.ts';
import { MORE } from './more-input.ts';
import { nativeLayer, streamMaker } from './native-layer.ts';
import type { OutputLimits } from './output-limits.ts';

export const STORED = 0;
export const DEFLATED = 8;
const BZIP2 = 12;
const ZSTD = 93;

/** Some of a file's data, or `MORE`, which asks for more input. */
export type Piece = Uint8Array | typeof MORE;

/** Methods by their numbers (APPNOTE.TXT 6.3.10, section 4.4.5). */
const NAMES: Readonly<Record<number, string>> = {
  1: 'Shrink',
  2: 'Reduce',
  3: 'Reduce',
  4: 'Reduce',
  5: 'Reduce',
  6: 'Implode',
  9: 'Deflate64',
  10: 'DCL Implode',
  12: 'bzip2',
  14: 'LZMA',
  16: 'CMPSC',
  18: 'TERSE',
  19: 'LZ77',
  20: 'zstd of before 2020',
  93: 'zstd',
  94: 'MP3',
  95: 'xz',
  96: 'JPEG',
  97: 'WavPack',
  98: 'PPMd',
  99: 'AES encryption',
};

/**
 * Why a file cannot be read, as the end of a sentence; `undefined` if it can be.
 *
 * @param hasDescriptor whether its length is not in front, so that its data has to show where it ends
 */
export function unsupported(method: number, hasDescriptor: boolean): string | undefined {
  if (method === STORED || method === DEFLATED) return undefined;
  const name = NAMES[method] === undefined ? `method ${method}` : `${NAMES[method]} (method ${method})`;
  if (method !== BZIP2 && method !== ZSTD) return `is compressed by ${name}, which is not supported`;
  if (hasDescriptor) return `is compressed by ${name} without its length in front, which is not supported`;
  if (method === BZIP2 || streamMaker('zstd') !== undefined) return undefined;
  return `is compressed by ${name}, which needs node:zlib of Node 22.15 or later`;
}

/** What undoes a method other than those that every archive may have. The archive itself keeps the limits. */
export function methodLayer(method: number): Layer {
  const limits: OutputLimits = { maxOutputBytes: Infinity, maxRatio: Infinity, ratioFloorBytes: Infinity };
  return method === BZIP2 ? bzip2Layer(limits) : nativeLayer('zstd', streamMaker('zstd')!, limits);
}

/** Undoes a method: yields what a layer makes of the pieces of a file, and `corrupt` makes an error of the layer's own. */
export async function* unpacked(
  { push, end, close }: Layer,
  pieces: Iterable<Piece>,
  corrupt: (cause: unknown) => Error,
): AsyncGenerator<Piece, void, undefined> {
  const bytes = async function* (outputs: ReturnType<Layer['push']>): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const output of outputs) if (!isPart(output)) yield output;
    } catch (error) {
      throw corrupt(error);
    }
  };
  try {
    for (const piece of pieces) {
      if (piece === MORE) yield MORE;
      else yield* bytes(push(piece));
    }
    yield* bytes(end());
  } finally {
    close();
  }
}

import { MillraceError } from '@millrace/core';
import { PackProblem } from './pack-problem.ts';

/** Reads an encoding of packs; for `zstd` where the platform has none, as in browsers. */
export type Decompress = (bytes: Uint8Array, encoding: string) => Uint8Array | Promise<Uint8Array>;

/** The text of a pack is never longer: what DynamoDB takes as an item. */
const MAX_TEXT_BYTES: number = 400 * 1024;

/**
 * The text of a pack. Node's zlib is asked for at run time, so that this loads where there is none; there the platform's
 * DecompressionStream inflates.
 *
 * @throws MillraceError `UNPACK_ENCODING_UNSUPPORTED`; anything else where the bytes are damaged
 */
export async function decompressed(bytes: Uint8Array, encoding: string, decompress?: Decompress): Promise<string> {
  const text = await (encoding === 'none' ? bytes : (decompress ?? decompressor(encoding))(bytes, encoding));
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
}

function decompressor(encoding: string): Decompress {
  const zlib = globalThis.process?.getBuiltinModule?.('node:zlib');
  const limit = { maxOutputLength: MAX_TEXT_BYTES };
  if (encoding === 'deflate-raw') {
    return zlib === undefined ? inflated : (bytes) => zlib.inflateRawSync(bytes, limit);
  }
  const zstd: unknown = zlib?.zstdDecompressSync;
  if (encoding === 'zstd' && zlib !== undefined && zstd !== undefined) {
    return (bytes) => zlib.zstdDecompressSync(bytes, limit);
  }
  throw new MillraceError(
    'UNPACK_ENCODING_UNSUPPORTED',
    `The pack is encoded as ${encoding}, which this platform cannot read. Pass decompress to unpack.`,
    { details: { encoding } },
  );
}

async function inflated(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new DecompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  // What is wrong with the bytes is learnt by reading.
  writer.write(new Uint8Array(bytes)).then(
    () => writer.close().catch(() => {}),
    () => {},
  );
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream.readable) {
    length += chunk.byteLength;
    if (length > MAX_TEXT_BYTES) throw new PackProblem(`it has more than ${MAX_TEXT_BYTES} bytes`);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

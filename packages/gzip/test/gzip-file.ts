import { constants, crc32, deflateRawSync, type ZlibOptions } from 'node:zlib';

export interface MemberOptions extends ZlibOptions {
  readonly extra?: Uint8Array;
  readonly fileName?: string;
  readonly comment?: string;
  /** Adds the header's CRC-16. */
  readonly headerCrc?: boolean;
}

/** A gzip member built field by field, with every optional header field that `options` asks for. */
export function member(payload: Uint8Array, options: MemberOptions = {}): Buffer {
  const { extra, fileName, comment, headerCrc = false, ...zlibOptions } = options;
  const flags =
    (headerCrc ? 2 : 0) | (extra ? 4 : 0) | (fileName === undefined ? 0 : 8) | (comment === undefined ? 0 : 16);
  const header = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3]),
    extra ? Buffer.concat([uint16(extra.length), extra]) : Buffer.alloc(0),
    fileName === undefined ? Buffer.alloc(0) : Buffer.from(`${fileName}\0`, 'latin1'),
    comment === undefined ? Buffer.alloc(0) : Buffer.from(`${comment}\0`, 'latin1'),
  ]);
  return Buffer.concat([
    header,
    headerCrc ? uint16(crc32(header) & 0xffff) : Buffer.alloc(0),
    deflateRawSync(payload, zlibOptions),
    uint32(crc32(payload)),
    uint32(payload.length),
  ]);
}

/** Small payloads and the kind of deflate block that each is stored in. */
export function samples(): Record<string, { readonly payload: Buffer; readonly file: Buffer }> {
  const text = Buffer.from(records(35));
  const noise = Buffer.from(Array.from({ length: 200 }, (_, n) => (n * n * 31 + n * 7) & 255));
  const sample = (payload: Buffer, options: MemberOptions): { payload: Buffer; file: Buffer } => ({
    payload,
    file: member(payload, options),
  });
  return {
    dynamic: sample(text, {}),
    fixed: sample(text.subarray(0, 400), { strategy: constants.Z_FIXED }),
    stored: sample(text.subarray(0, 200), { level: 0 }),
    huffman: sample(text.subarray(0, 500), { strategy: constants.Z_HUFFMAN_ONLY }),
    noise: sample(noise.subarray(0, 60), {}),
    empty: sample(Buffer.alloc(0), {}),
    'one byte': sample(Buffer.from('x'), {}),
    'two members': {
      payload: text.subarray(0, 600),
      file: Buffer.concat([member(text.subarray(0, 250)), member(text.subarray(250, 600), { fileName: 'b' })]),
    },
  };
}

/** Lines of JSON that compress about as well as real ones. */
export function records(count: number): string {
  return Array.from({ length: count }, (_, n) => `{"id":${(n * 7919) % 1000},"name":"n${(n * 31) % 17}"}\n`).join('');
}

/** A gzip file of `megabytes` MiB of zeros in about a thousandth of that; its trailer is wrong and never to be reached. */
export function bomb(megabytes: number): Buffer {
  // Flushed in full, a block can be repeated.
  const block = deflateRawSync(Buffer.alloc(1024 * 1024), { finishFlush: constants.Z_FULL_FLUSH });
  const blocks = Array.from({ length: megabytes }, () => block);
  return Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
    ...blocks,
    Buffer.from([3, 0]),
    Buffer.alloc(8),
  ]);
}

/** `bytes` in pieces of `size`. */
export function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
}

function uint16(value: number): Buffer {
  return Buffer.from([value & 255, value >> 8]);
}

function uint32(value: number): Buffer {
  return Buffer.from(Uint32Array.of(value).buffer);
}

import zlib from 'node:zlib';

/** A value in Thrift's compact protocol: an integer, text or bytes, a list or a struct by field numbers. */
export type Thrift =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | readonly Thrift[]
  | { readonly [field: number]: Thrift | undefined };

export function thrift(value: Thrift): Buffer {
  if (typeof value === 'string') return Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([varint(value.length), value]);
  if (typeof value === 'number' || typeof value === 'bigint') return zigzag(value);
  if (typeof value === 'boolean') return Buffer.of(value ? 1 : 2);
  if (Array.isArray(value)) {
    const type = value.length === 0 ? 12 : typeOf(value[0] as Thrift);
    return Buffer.concat([Buffer.of(0xf0 | type), varint(value.length), ...value.map((one: Thrift) => thrift(one))]);
  }
  const parts: Buffer[] = [];
  for (const [field, inner] of Object.entries(value as Record<string, Thrift | undefined>)) {
    if (inner === undefined) continue;
    parts.push(
      Buffer.of(typeOf(inner)),
      zigzag(Number(field)),
      typeof inner === 'boolean' ? Buffer.alloc(0) : thrift(inner),
    );
  }
  return Buffer.concat([...parts, Buffer.of(0)]);
}

function typeOf(value: Thrift): number {
  if (typeof value === 'boolean') return value ? 1 : 2;
  if (typeof value === 'number') return 5;
  if (typeof value === 'bigint') return 6;
  if (typeof value === 'string' || value instanceof Uint8Array) return 8;
  return Array.isArray(value) ? 9 : 12;
}

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let left = BigInt(value);
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return Buffer.from([...bytes, Number(left)]);
}

export function zigzag(value: number | bigint): Buffer {
  const wide = BigInt(value);
  return varint(wide < 0n ? -2n * wide - 1n : 2n * wide);
}

export const TYPE = { BOOLEAN: 0, INT32: 1, INT64: 2, INT96: 3, FLOAT: 4, DOUBLE: 5, BYTE_ARRAY: 6, FIXED: 7 } as const;
export const CODEC = { UNCOMPRESSED: 0, SNAPPY: 1, GZIP: 2, LZO: 3, BROTLI: 4, LZ4: 5, ZSTD: 6, LZ4_RAW: 7 } as const;
export const ENCODING = {
  PLAIN: 0,
  RLE: 3,
  DELTA: 5,
  DELTA_LENGTH: 6,
  DELTA_BYTES: 7,
  DICTIONARY: 8,
  SPLIT: 9,
} as const;
export const REPETITION = { REQUIRED: 0, OPTIONAL: 1, REPEATED: 2 } as const;

export interface HandPage {
  readonly kind?: 'data' | 'v2' | 'dictionary' | 'index';
  readonly values: number;
  readonly encoding?: number;
  /** As it is stored before compression. */
  readonly body: Uint8Array;
  /** Of version 2: the levels before the body. */
  readonly levels?: readonly [repetitions: Uint8Array, definitions: Uint8Array];
  /** Of version 2: whether the header says that the body is compressed; nothing by default, which means that it is. */
  readonly flag?: boolean | undefined;
  /** Whether a checksum is stored, or which. */
  readonly crc?: boolean | number;
  /** What the header declares in place of the truth. */
  readonly declares?: { readonly full?: number; readonly compressed?: number };
}

export interface HandColumn {
  readonly name: string;
  readonly type: number;
  readonly repetition?: number;
  /** Further members of its schema element: 2 length, 6 converted type, 7 scale, 10 logical type. */
  readonly schema?: { readonly [field: number]: Thrift | undefined };
  readonly codec?: number;
  readonly pages: readonly HandPage[];
  /** Members of its metadata that are put over the right ones, and those of the chunk. */
  readonly meta?: { readonly [field: number]: Thrift };
  readonly chunk?: { readonly [field: number]: Thrift };
}

const compress: Record<number, (bytes: Uint8Array) => Uint8Array> = {
  [CODEC.UNCOMPRESSED]: (bytes) => bytes,
  [CODEC.GZIP]: (bytes) => zlib.gzipSync(bytes),
  [CODEC.BROTLI]: (bytes) => zlib.brotliCompressSync(bytes),
  [CODEC.ZSTD]: (bytes) => zlib.zstdCompressSync(bytes),
  // Literals only, and copies where the test gives them.
  [CODEC.LZ4]: (bytes) => bytes,
  [CODEC.LZ4_RAW]: (bytes) => bytes,
  [CODEC.SNAPPY]: (bytes) => bytes,
  [CODEC.LZO]: (bytes) => bytes,
};

/** A file of flat columns, byte by byte as the format says: for what no writer writes. */
export function handMade(
  columns: readonly HandColumn[],
  rows: number,
  footer: { readonly [field: number]: Thrift } = {},
): Buffer {
  const parts: Buffer[] = [Buffer.from('PAR1')];
  const at = (): number => parts.reduce((sum, { length }) => sum + length, 0);
  const chunks: Thrift[] = [];
  for (const { name, type, codec = 0, pages, meta, chunk } of columns) {
    const start = at();
    for (const page of pages) parts.push(pageBytes(page, codec));
    const size = BigInt(at() - start);
    const values = BigInt(pages.reduce((sum, page) => sum + (page.kind === 'dictionary' ? 0 : page.values), 0));
    chunks.push({
      2: BigInt(start),
      3: { 1: type, 2: [0], 3: [name], 4: codec, 5: values, 6: size, 7: size, 9: BigInt(start), ...meta },
      ...chunk,
    });
  }
  const metadata = thrift({
    1: 1,
    2: [
      { 4: 'root', 5: columns.length },
      ...columns.map(({ name, type, repetition = 0, schema }) => ({ 1: type, 3: repetition, 4: name, ...schema })),
    ],
    3: BigInt(rows),
    4: [{ 1: chunks, 2: 0n, 3: BigInt(rows) }],
    ...footer,
  });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(metadata.length);
  return Buffer.concat([...parts, metadata, length, Buffer.from('PAR1')]);
}

/** A page with its header, as it is stored. */
export function pageBytes(
  { kind = 'data', values, encoding = 0, body, levels, crc, declares, flag }: HandPage,
  codec: number,
): Buffer {
  const stored = Buffer.concat([...(levels ?? []), compress[codec]!(body)]);
  const checksum = typeof crc === 'number' ? crc : crc === true ? zlib.crc32(stored) | 0 : undefined;
  const full = body.length + (levels ?? []).reduce((sum, { length }) => sum + length, 0);
  const header = thrift({
    1: { data: 0, index: 1, dictionary: 2, v2: 3 }[kind],
    2: declares?.full ?? full,
    3: declares?.compressed ?? stored.length,
    4: checksum,
    5: kind === 'data' ? { 1: values, 2: encoding, 3: 3, 4: 3 } : undefined,
    6: kind === 'index' ? {} : undefined,
    7: kind === 'dictionary' ? { 1: values, 2: 0 } : undefined,
    8:
      kind === 'v2'
        ? { 1: values, 2: 0, 3: values, 4: encoding, 5: levels?.[1].length ?? 0, 6: levels?.[0].length ?? 0, 7: flag }
        : undefined,
  });
  return Buffer.concat([header, stored]);
}

/** A run of one number, `bytes` wide, as levels and positions in dictionaries have it. */
export function run(count: number, value: number, bytes = 1): Buffer {
  const number = Buffer.alloc(bytes);
  number.writeUIntLE(value, 0, bytes);
  return Buffer.concat([varint(count * 2), number]);
}

/** With its length before it, as in pages of version 1. */
export function prefixed(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

export function int32s(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeInt32LE(value, index * 4);
  return bytes;
}

export function int64s(...values: bigint[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeBigInt64LE(value, index * 8);
  return bytes;
}

export function texts(...values: (string | Uint8Array)[]): Buffer {
  return Buffer.concat(values.map((value) => prefixed(Buffer.from(value))));
}

/** One block of differences, all of the same width. */
export function deltas(values: readonly number[], width = 32): Buffer {
  const steps = values.slice(1).map((value, index) => value - values[index]!);
  const least = Math.min(0, ...steps);
  const bits: bigint[] = steps.map((step) => BigInt(step - least));
  const blocks: Buffer[] = [varint(128), varint(4), varint(values.length), zigzag(values[0] ?? 0)];
  for (let from = 0; from < bits.length; from += 128) {
    const minis = Math.ceil(Math.min(128, bits.length - from) / 32);
    blocks.push(zigzag(least), Buffer.from([0, 1, 2, 3].map((mini) => (mini < minis ? width : 0))));
    for (let mini = 0; mini < minis; mini += 1) {
      const packed = Buffer.alloc((32 * width) / 8);
      let all = 0n;
      for (let index = 31; index >= 0; index -= 1)
        all = (all << BigInt(width)) | (bits[from + mini * 32 + index] ?? 0n);
      for (let byte = 0; byte < packed.length; byte += 1) packed[byte] = Number((all >> BigInt(byte * 8)) & 255n);
      blocks.push(packed);
    }
  }
  return Buffer.concat(blocks);
}

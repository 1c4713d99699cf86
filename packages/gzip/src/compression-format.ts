/**
 * A compression that `decompress` undoes; `bzip2` and `zip` where they are in its `formats`. `deflate` is raw, as in RFC
 * 1951; `zlib` is the same in the wrapping of RFC 1950.
 */
export type CompressionFormat = 'gzip' | 'zlib' | 'deflate' | 'zstd' | 'brotli' | 'bzip2' | 'zip';

/** Those that need not be given. */
export const FORMATS: readonly Exclude<CompressionFormat, 'bzip2' | 'zip'>[] = [
  'gzip',
  'zlib',
  'deflate',
  'zstd',
  'brotli',
];

/** Bytes that are enough to tell what can be told by bytes. */
export const MAGIC_LENGTH = 6;

/**
 * What files begin with. Brotli and raw deflate have no mark. That of zlib is two bytes, of which 78 5e is left out here: it
 * is "x^" in a text.
 */
const MAGIC: readonly (readonly [format: string, hex: string])[] = [
  ['gzip', '1f8b'],
  ['zlib', '7801'],
  ['zlib', '789c'],
  ['zlib', '78da'],
  ['zstd', '28b52ffd'],
  ['zip', '504b0304'],
  ['zip', '504b0506'],
  ['bzip2', '425a68'],
  ['xz', 'fd377a585a00'],
  ['lz4', '04224d18'],
  ['compress', '1f9d'],
];

/** RFC 8878, section 3.1.2: what may stand before the first frame. */
const SKIPPABLE_FRAME = /^5.2a4d18/;

/** The format that the bytes show, supported or not; `undefined` where they show none. */
export function formatOfBytes(head: Uint8Array): string | undefined {
  const hex = Array.from(head.subarray(0, MAGIC_LENGTH), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return SKIPPABLE_FRAME.test(hex) ? 'zstd' : MAGIC.find(([, magic]) => hex.startsWith(magic))?.[0];
}

/** Whether the bytes may be of a format that has no mark, or not always the same one. */
export function mayBe(format: string, head: Uint8Array): boolean {
  if (format !== 'zlib') return format === 'brotli' || format === 'deflate';
  const [first = 0, second = 0] = head;
  // RFC 1950, section 2.2: method 8, and a multiple of 31.
  return (first & 0x0f) === 8 && first >>> 4 <= 7 && ((first << 8) | second) % 31 === 0;
}

/** What names end in. */
export type Suffixes = ReadonlyMap<string, CompressionFormat>;

export const SUFFIXES: Suffixes = new Map([
  ['gz', 'gzip'],
  ['gzip', 'gzip'],
  ['zz', 'zlib'],
  ['zlib', 'zlib'],
  ['deflate', 'deflate'],
  ['zst', 'zstd'],
  ['zstd', 'zstd'],
  ['br', 'brotli'],
]);

/** The formats that a name's suffixes say, outermost first: `a.csv.br.gz` is brotli inside gzip. */
export function formatsOfName(uri: string, known: Suffixes): readonly CompressionFormat[] {
  const formats: CompressionFormat[] = [];
  const [, ...suffixes] = uri
    .slice(uri.lastIndexOf('/') + 1)
    .toLowerCase()
    .split('.');
  for (const suffix of suffixes.toReversed()) {
    const format = known.get(suffix);
    if (format === undefined) break;
    formats.push(format);
  }
  return formats;
}

import { isTar, isZero } from './tar/tar-signature.ts';

/**
 * A compression or archive that `decompress` undoes; `bzip2`, `tar` and `zip` if they are in its `formats`. `deflate` is raw, as in RFC
 * 1951; `zlib` is the same in the wrapping of RFC 1950.
 */
export type CompressionFormat = 'gzip' | 'zlib' | 'deflate' | 'zstd' | 'brotli' | 'bzip2' | 'tar' | 'zip';

/** Those that need not be given. */
export const FORMATS: readonly Exclude<CompressionFormat, 'bzip2' | 'tar' | 'zip'>[] = [
  'gzip',
  'zlib',
  'deflate',
  'zstd',
  'brotli',
];

/** Bytes that are enough to recognize what can be recognized by bytes: a header of tar. */
export const HEAD_LENGTH = 512;

/** Bytes that are enough to recognize all others. */
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

/** The format that the bytes show, supported or not; `undefined` if they show none. */
export function formatOfBytes(head: Uint8Array): string | undefined {
  if (isTar(head)) return 'tar';
  const hex = Array.from(head.subarray(0, MAGIC_LENGTH), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (SKIPPABLE_FRAME.test(hex)) return 'zstd';
  return MAGIC.find(([, magic]) => hex.startsWith(magic))?.[0];
}

/** Whether a format holds files, each of which has a name of its own. */
export function isArchive(format: CompressionFormat | 'none'): boolean {
  return format === 'zip' || format === 'tar';
}

/** Whether the bytes may be of a format that has no mark, or not always the same one. */
export function mayBe(format: string, head: Uint8Array): boolean {
  // An archive without an entry is blocks of zeros.
  if (format === 'tar') return isZero(head);
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

/** Suffixes that are short for two. */
const SHORTHANDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['tbz', ['tar', 'bz2']],
  ['tbz2', ['tar', 'bz2']],
  ['tgz', ['tar', 'gz']],
  ['tzst', ['tar', 'zst']],
]);

/** The formats that a name's suffixes say, outermost first: `a.csv.br.gz` is brotli inside gzip. */
export function formatsOfName(uri: string, known: Suffixes): readonly CompressionFormat[] {
  const formats: CompressionFormat[] = [];
  const [, ...suffixes] = uri
    .slice(uri.lastIndexOf('/') + 1)
    .toLowerCase()
    .split('.');
  for (const suffix of suffixes.flatMap((one) => SHORTHANDS.get(one) ?? [one]).toReversed()) {
    const format = known.get(suffix);
    if (format === undefined) break;
    formats.push(format);
  }
  return formats;
}

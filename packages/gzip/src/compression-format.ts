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
const MAGIC: readonly (readonly [format: string, mark: readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zlib', [0x78, 0x01]],
  ['zlib', [0x78, 0x9c]],
  ['zlib', [0x78, 0xda]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['zip', [0x50, 0x4b, 0x05, 0x06]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['compress', [0x1f, 0x9d]],
];

/** The format that the bytes show, supported or not; `undefined` if they show none. It is asked for each file of an archive. */
export function formatOfBytes(head: Uint8Array): string | undefined {
  if (isTar(head)) return 'tar';
  for (const [format, mark] of MAGIC) if (begins(head, mark)) return format;
  return isSkippableFrame(head) ? 'zstd' : undefined;
}

function begins(head: Uint8Array, mark: readonly number[]): boolean {
  for (let at = 0; at < mark.length; at += 1) if (head[at] !== mark[at]) return false;
  return true;
}

/** RFC 8878, section 3.1.2: what may be before the first frame of zstd. */
function isSkippableFrame(head: Uint8Array): boolean {
  return head[0]! >>> 4 === 5 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;
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
  let name = uri.slice(uri.lastIndexOf('/') + 1).toLowerCase();
  for (let dot = name.lastIndexOf('.'); dot >= 0; dot = name.lastIndexOf('.')) {
    const suffix = name.slice(dot + 1);
    const found = known.get(suffix);
    const all = SHORTHANDS.get(suffix)?.map((one) => known.get(one)) ?? [found];
    name = name.slice(0, dot);
    for (const format of all.toReversed()) {
      if (format === undefined) return formats;
      formats.push(format);
    }
  }
  return formats;
}

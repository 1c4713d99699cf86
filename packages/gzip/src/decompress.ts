import { type Decompressor, type ItemContext, MillraceError } from '@millrace/core';
import { check, checkOptions, signatureOf } from '@millrace/core/plugin';
import { type CompressionFormat, FORMATS, SUFFIXES } from './compression-format.ts';
import { type DecompressSettings, startDecompress } from './decompress-stage.ts';
import type { ExtraFormat } from './extra-format.ts';
import { gzipLayer } from './gzip-layer.ts';
import type { Layer } from './layer.ts';
import { type NativeFormat, nativeLayer, streamMaker } from './native-layer.ts';
import type { OutputLimits } from './output-limits.ts';

/** Options of {@link decompress}. */
export interface DecompressOptions {
  /**
   * What the item must be, one format or several; `none` is data that is not compressed. Anything else fails the item.
   * Brotli and raw deflate show no mark: without a name that says so they are only found where one of them is expected.
   * @default anything, also data that is not compressed
   */
  readonly expect?: CompressionFormat | 'none' | readonly (CompressionFormat | 'none')[];
  /**
   * What to believe where the item's name says one format and its first bytes another: fail the item, or go by the bytes, or
   * by the name.
   * @default 'fail'
   */
  readonly onConflict?: 'fail' | 'bytes' | 'name';
  /**
   * Formats besides the built-in ones: `bzip2()` of `@millrace/gzip/bzip2`, `tar()` of `@millrace/gzip/tar` and `zip()` of
   * `@millrace/gzip/zip`.
   * @default none
   */
  readonly formats?: readonly ExtraFormat[];
  /**
   * How many compressions of an item are undone: with 2, also gzip in gzip, or in zip. An archive of tar does not count, unless
   * it is in another one.
   * @default 2
   */
  readonly maxDepth?: number;
  /** Decompressed bytes at most per item, after each compression that is undone. @default 10 GiB (10 * 1024 ** 3) */
  readonly maxOutputBytes?: number;
  /** How many times larger than the compressed bytes read so far the output of each may be. @default 200 */
  readonly maxRatio?: number;
  /** Decompressed bytes of an item up to which `maxRatio` is not judged. @default 64 MiB (64 * 1024 ** 2) */
  readonly ratioFloorBytes?: number;
}

/**
 * Decompresses gzip, zlib, zstd, brotli and raw deflate, and bzip2, tar and zip if they are in `formats`. It detects the format
 * by the first 512 bytes, then by the name's suffixes. Data without a known format passes unchanged; xz, lz4 and compress are
 * recognized and refused, and so are bzip2, tar and zip that are not in `formats`.
 *
 * What the format has for a checksum is verified, and an item that ends early fails. Output comes in chunks of at most 256
 * KiB, lazily. Memory is bounded whatever the input; a zstd frame may ask for a window of up to 128 MiB.
 *
 * Errors of an item have `details.format`, and `offset` in compressed bytes, where they come from a layer:
 * `COMPRESSION_CORRUPT`, `COMPRESSION_CHECKSUM`, `COMPRESSION_TRUNCATED`, `COMPRESSION_TRAILING_DATA`,
 * `COMPRESSION_HEADER_TOO_LONG`, `COMPRESSION_TOO_LARGE`, `COMPRESSION_RATIO_EXCEEDED`, `COMPRESSION_UNAVAILABLE`; else `COMPRESSION_UNEXPECTED`,
 * `COMPRESSION_CONFLICT`, `COMPRESSION_UNSUPPORTED`, `COMPRESSION_TOO_DEEP`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 */
export function decompress(options: DecompressOptions = {}): Decompressor {
  checkOptions('decompress', options, {
    formats: check.optional(checkFormats),
    expect: check.anything,
    onConflict: check.optional(check.oneOf('fail', 'bytes', 'name')),
    maxDepth: check.optional(check.integer(1, 8)),
    maxOutputBytes: check.optional(check.integer(1)),
    maxRatio: check.optional(check.numeric(1)),
    ratioFloorBytes: check.optional(check.integer(0)),
  });
  const { expect, onConflict = 'fail', maxDepth = 2, formats = [] } = options;
  const known = [...FORMATS, ...formats.map(({ format }) => format)];
  checkOptions('decompress', { expect }, { expect: check.optional(checkExpect(known)) });
  const limits: OutputLimits = Object.freeze({
    maxOutputBytes: options.maxOutputBytes ?? 10 * 1024 ** 3,
    maxRatio: options.maxRatio ?? 200,
    ratioFloorBytes: options.ratioFloorBytes ?? 64 * 1024 ** 2,
  });
  const settings: DecompressSettings = {
    expect: expect === undefined ? undefined : typeof expect === 'string' ? [expect] : [...expect],
    onConflict,
    known,
    maxDepth,
    suffixes: new Map([
      ...SUFFIXES,
      ...formats.flatMap(({ format, suffixes }) => suffixes.map((suffix) => [suffix, format] as const)),
    ]),
    startLayer: (format, count) =>
      formats.find((one) => one.format === format)?.start(limits, count) ??
      startLayer(format as (typeof FORMATS)[number], limits),
  };
  return Object.freeze<Decompressor>({
    kind: 'decompressor',
    name: 'decompress',
    signature: signatureOf({
      expect,
      onConflict,
      formats: [...FORMATS, ...formats.map(({ format, signature }) => [format, signature])],
    }),
    start: (context: ItemContext) => startDecompress(settings, context),
  });
}

function startLayer(format: (typeof FORMATS)[number], limits: OutputLimits): Layer {
  const layer = format === 'gzip' ? gzipLayer(limits) : streamLayer(format, limits);
  if (layer !== undefined) return layer;
  throw new MillraceError(
    'COMPRESSION_UNAVAILABLE',
    `The item is ${format}, and there is no node:zlib here that knows it (zstd needs Node 22.15 or later).`,
    { details: { format } },
  );
}

function streamLayer(format: NativeFormat, limits: OutputLimits): Layer | undefined {
  const makeStream = streamMaker(format);
  return makeStream && nativeLayer(format, makeStream, limits);
}

function checkFormats(value: unknown): string | undefined {
  const formats: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  const names = formats.map((one) =>
    typeof (one as Partial<ExtraFormat> | undefined)?.start === 'function' ? (one as ExtraFormat).format : undefined,
  );
  return new Set(names).size === names.length && !names.includes(undefined)
    ? undefined
    : 'a list of bzip2(), tar() and zip(), each at most once';
}

function checkExpect(known: readonly string[]): (value: unknown) => string | undefined {
  const allowed: readonly unknown[] = [...known, 'none'];
  return (value) => {
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    return all.length > 0 && all.every((one) => allowed.includes(one))
      ? undefined
      : `one or several of ${allowed.join(', ')}; bzip2, tar and zip must be in formats`;
  };
}

import { MillraceError } from '@millrace/core';
import { check, checkOptions, signatureOf } from '@millrace/core/plugin';
import { fflateEngine } from '#fflate-engine';
import { archiveLayer } from './archive-layer.ts';
import { ByteQueue } from './byte-queue.ts';
import type { ExtraFormat } from './extra-format.ts';
import { type Layer, layerError } from './layer.ts';
import { nativeEngine } from './native-engine.ts';
import { limitPassed, type OutputLimits } from './output-limits.ts';
import { Unzip } from './unzip.ts';
import { checkWanted, selection, type ZipEntry } from './zip-selection.ts';

export type { ZipEntry } from './zip-selection.ts';

/** Options of {@link zip}. */
export interface ZipOptions {
  /**
   * Which files of the archive are read: names or globs of whole names, in which `*` stands for anything but a slash, `?` for
   * one such character, and two stars and a slash for any folders, also none; or a function of the file's name and size.
   * @default all files except `.DS_Store`, those under `__MACOSX/` and those whose own name begins with `._`
   */
  readonly entries?: string | readonly string[] | ((entry: ZipEntry) => boolean);
  /** Where a name or glob of `entries` fits no file, or there is no file: fail the item, or go on. @default 'fail' */
  readonly onMissing?: 'fail' | 'ignore';
  /**
   * What to do about other bytes before the archive, such as the program of one that extracts itself: fail the item, or skip them
   * up to the first file. An item is recognized as such if it begins as a program of Windows or Linux does, or if a file of the
   * archive begins in its first 512 bytes.
   * @default 'fail'
   */
  readonly onPrefix?: 'fail' | 'skip';
  /** What to do about other bytes after the archive: fail the item, or ignore them. @default 'fail' */
  readonly onTrailing?: 'fail' | 'ignore';
  /** Files and folders of an archive at most. @default 10000 */
  readonly maxEntries?: number;
  /** Bytes of a name at most. @default 1024 */
  readonly maxNameBytes?: number;
}

/**
 * Lets `decompress` read zip archives: `decompress({ formats: [zip({ entries: '*.csv' })] })`. Each file is a part of the item:
 * decoded and parsed on its own, in the order of the archive. Ordinals continue from file to file, and records and rejections
 * have the file's name as `item.part`. A file that is compressed itself is decompressed as well, up to `maxDepth`.
 *
 * It reads the archive once, as a stream. It verifies CRC-32 and sizes of each file that it reads, and the directory at the end
 * must list exactly the files that were there, with the same names, sizes, CRC-32 and offsets. Files may be stored, or compressed
 * with deflate, bzip2 or zstd (Node 22.15 or later); others are refused by the name of their method.
 *
 * It counts `files` and `filesLeftOut`, and `archivesWithPrefix` and `archivesWithTrailingData` if these are allowed. Besides the
 * codes that all formats have, an item fails with `ZIP_ENCRYPTED`, `ZIP_METHOD_UNSUPPORTED`, `ZIP_NAME_UNSAFE`,
 * `ZIP_NAME_TOO_LONG`, `ZIP_ENTRY_DUPLICATE`, `ZIP_ENTRY_MISSING`, `ZIP_LENGTH_UNKNOWN`, `ZIP_PREFIX`, `ZIP_TOO_MANY_ENTRIES`,
 * `ZIP_DIRECTORY_MISMATCH`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function zip(options: ZipOptions = {}): ExtraFormat {
  checkOptions('zip', options, {
    entries: check.optional(checkWanted),
    onMissing: check.optional(check.oneOf('fail', 'ignore')),
    onPrefix: check.optional(check.oneOf('fail', 'skip')),
    onTrailing: check.optional(check.oneOf('fail', 'ignore')),
    maxEntries: check.optional(check.integer(1)),
    maxNameBytes: check.optional(check.integer(1, 65_535)),
  });
  return Object.freeze<ExtraFormat>({
    format: 'zip',
    suffixes: ['zip'],
    signature: signatureOf(options),
    start: (limits, count) => zipLayer(options, limits, count),
  });
}

function zipLayer(
  { entries, onMissing, onPrefix, onTrailing, maxEntries = 10_000, maxNameBytes = 1024 }: ZipOptions,
  limits: OutputLimits,
  count: (counter: string) => void,
): Layer {
  const engine = nativeEngine() ?? fflateEngine();
  if (engine === undefined) {
    throw new MillraceError(
      'COMPRESSION_UNAVAILABLE',
      'The item is zip, which needs node:zlib. Run on Node 22.3 or later.',
      {
        details: { format: 'zip' },
      },
    );
  }
  let total = 0;
  const produced = (length: number, read: number): void => {
    total += length;
    const passed = limitPassed(limits, total, read);
    if (passed !== undefined) throw layerError(passed, 'zip');
  };
  const input = new ByteQueue();
  const unzip = new Unzip(input, {
    engine,
    selection: selection(entries),
    maxEntries,
    maxNameBytes,
    failsOnMissing: onMissing !== 'ignore',
    failsOnPrefix: onPrefix !== 'skip',
    failsOnTrailing: onTrailing !== 'ignore',
    produced,
    count,
  });
  return archiveLayer(input, unzip.outputs(), () => unzip.close());
}

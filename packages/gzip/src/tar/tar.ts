import { check, checkOptions, signatureOf } from '@millrace/core/plugin';
import { archiveLayer } from '../archive-layer.ts';
import { ByteQueue } from '../byte-queue.ts';
import type { ExtraFormat } from '../extra-format.ts';
import { type Layer, layerError } from '../layer.ts';
import { limitPassed, type OutputLimits } from '../output-limits.ts';
import { checkWanted, selection } from '../zip-selection.ts';
import type { TarEntry } from './tar-entry.ts';
import { Untar } from './untar.ts';

/** Options of {@link tar}. */
export interface TarOptions {
  /**
   * Which files of the archive are read: names or globs of whole names, in which `*` matches anything but a slash, `?` matches
   * one such character, and two stars and a slash match any folders, or none; or a function of the file's name and size. A `./`
   * at the beginning of a name is left out.
   * @default all files except `.DS_Store`, those under `__MACOSX/` and those whose own name begins with `._`
   */
  readonly entries?: string | readonly string[] | ((entry: TarEntry) => boolean);
  /** What to do if a name or glob of `entries` matches no file, or there is no file: fail the item, or ignore it. @default 'fail' */
  readonly onMissing?: 'fail' | 'ignore';
  /** What to do about other bytes than zeros after the archive: fail the item, or ignore them. @default 'fail' */
  readonly onTrailing?: 'fail' | 'ignore';
  /** Entries of an archive at most: files, folders, links and all others. @default 10000 */
  readonly maxEntries?: number;
  /** Bytes of a name at most, 1 to 65535. @default 1024 */
  readonly maxNameBytes?: number;
  /** Bytes of an extended header at most; it is in memory as a whole. @default 1 MiB (1024 ** 2) */
  readonly maxHeaderBytes?: number;
}

/**
 * Lets `decompress` read tar archives, plain or in any compression: `.tar`, `.tar.gz`, `.tgz`, `.tar.zst` and others. Each file is
 * a part of the item: decoded and parsed on its own, in the order of the archive. Ordinals continue from file to file, and records
 * and rejections have the file's name as `item.part`. A file that is compressed itself is decompressed as well, up to `maxDepth`.
 *
 * It reads ustar, pax, GNU and the form of before POSIX, once, as a stream. It verifies the checksum of each header, and the
 * archive must end with zeros; the format has no checksum of contents. Sparse files and archives of several volumes are refused.
 *
 * It counts `files`, `filesLeftOut`, `linksLeftOut` (symbolic and hard ones) and `devicesLeftOut`. Besides the codes that all
 * formats have, an item fails with `TAR_ENTRY_DUPLICATE`, `TAR_ENTRY_MISSING`, `TAR_HEADER_TOO_LONG`, `TAR_NAME_TOO_LONG`,
 * `TAR_NAME_UNSAFE`, `TAR_SPARSE`, `TAR_TOO_MANY_ENTRIES`, `TAR_TYPE_UNSUPPORTED`, `TAR_VOLUME`.
 *
 * @example
 * ```ts
 * feed('stock').from(s3Source()).through(decompress({ formats: [tar({ entries: '*.csv' })] }));
 * ```
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function tar(options: TarOptions = {}): ExtraFormat {
  checkOptions('tar', options, {
    entries: check.optional(checkWanted),
    onMissing: check.optional(check.oneOf('fail', 'ignore')),
    onTrailing: check.optional(check.oneOf('fail', 'ignore')),
    maxEntries: check.optional(check.integer(1)),
    maxNameBytes: check.optional(check.integer(1, 65_535)),
    maxHeaderBytes: check.optional(check.integer(512)),
  });
  return Object.freeze<ExtraFormat>({
    format: 'tar',
    suffixes: ['tar'],
    signature: signatureOf(options),
    start: (limits, count) => tarLayer(options, limits, count),
  });
}

function tarLayer(options: TarOptions, limits: OutputLimits, count: (counter: string, by?: number) => void): Layer {
  const {
    entries,
    onMissing,
    onTrailing,
    maxEntries = 10_000,
    maxNameBytes = 1024,
    maxHeaderBytes = 1024 ** 2,
  } = options;
  let total = 0;
  const produced = (length: number, read: number): void => {
    total += length;
    const passed = limitPassed(limits, total, read);
    if (passed !== undefined) throw layerError(passed, 'tar');
  };
  const input = new ByteQueue();
  const untar = new Untar(input, {
    selection: selection<TarEntry>(entries),
    maxEntries,
    maxNameBytes,
    maxHeaderBytes,
    failsOnMissing: onMissing !== 'ignore',
    failsOnTrailing: onTrailing !== 'ignore',
    produced,
    count,
  });
  return archiveLayer(input, untar.outputs());
}

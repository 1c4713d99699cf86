import { MillraceError } from '@millrace/core';
import { check, checkOptions, type Part } from '@millrace/core/plugin';
import { fflateEngine } from '#fflate-engine';
import { ByteQueue } from './byte-queue.ts';
import type { ExtraFormat } from './extra-format.ts';
import { type Layer, layerError } from './layer.ts';
import { nativeEngine } from './native-engine.ts';
import { limitPassed, type OutputLimits } from './output-limits.ts';
import { MORE } from './more-input.ts';
import { Unzip } from './unzip.ts';
import { selection, type Wanted, type ZipEntry } from './zip-selection.ts';

export type { ZipEntry } from './zip-selection.ts';

/** Options of {@link zip}. */
export interface ZipOptions {
  /**
   * Which files of the archive are read: names or globs of whole names, in which `*` stands for anything but a slash, `?` for
   * one such character, and two stars and a slash for any folders, also none; or a function of the file's name and size.
   * @default all files but those under `__MACOSX/`
   */
  readonly entries?: string | readonly string[] | ((entry: ZipEntry) => boolean);
  /** Where a name or glob of `entries` fits no file, or there is no file: fail the item, or go on. @default 'fail' */
  readonly onMissing?: 'fail' | 'ignore';
  /** Files and folders of an archive at most. @default 10000 */
  readonly maxEntries?: number;
  /** Bytes of a name at most. @default 1024 */
  readonly maxNameBytes?: number;
}

/**
 * Lets `decompress` read zip archives: `decompress({ formats: [zip({ entries: '*.csv' })] })`. Each file is a part of the item:
 * decoded and parsed on its own, in the order of the archive, with ordinals that go on, and its name as `item.part` of its
 * records and rejections. A file that is compressed itself is undone as well, up to `maxDepth`.
 *
 * The archive is read as a stream, once. CRC-32 and sizes of each file that is read are verified, and the directory at the end
 * must list exactly the files that were there, with the same names, sizes, CRC-32 and places.
 *
 * It counts `files` and `filesLeftOut`. Beside the codes that all formats have, an item fails with `ZIP_ENCRYPTED`,
 * `ZIP_METHOD_UNSUPPORTED`, `ZIP_NAME_UNSAFE`, `ZIP_NAME_TOO_LONG`, `ZIP_ENTRY_DUPLICATE`, `ZIP_ENTRY_MISSING`,
 * `ZIP_TOO_MANY_ENTRIES`, `ZIP_DIRECTORY_MISMATCH`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function zip(options: ZipOptions = {}): ExtraFormat {
  checkOptions('zip', options, {
    entries: check.optional(checkEntries),
    onMissing: check.optional(check.oneOf('fail', 'ignore')),
    maxEntries: check.optional(check.integer(1)),
    maxNameBytes: check.optional(check.integer(1, 65_535)),
  });
  return Object.freeze<ExtraFormat>({
    format: 'zip',
    suffixes: ['zip'],
    start: (limits, count) => zipLayer(options, limits, count),
  });
}

function zipLayer(
  { entries, onMissing = 'fail', maxEntries = 10_000, maxNameBytes = 1024 }: ZipOptions,
  limits: OutputLimits,
  count: (counter: string) => void,
): Layer {
  const engine = nativeEngine() ?? fflateEngine();
  if (engine === undefined) {
    throw new MillraceError('COMPRESSION_UNAVAILABLE', 'The item is zip, and there is no node:zlib here (Node 22.3).', {
      details: { format: 'zip' },
    });
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
    failsOnMissing: onMissing === 'fail',
    produced,
    count,
  });
  const outputs = unzip.outputs();
  let closed = false;

  async function* available(): AsyncGenerator<Uint8Array | Part, void, undefined> {
    while (!closed) {
      const { done, value } = await outputs.next();
      if (done === true || value === MORE) return;
      yield value;
    }
  }

  return {
    push: async function* (piece) {
      input.append(piece);
      yield* available();
    },
    end: async function* () {
      input.end();
      yield* available();
    },
    close: () => {
      closed = true;
      unzip.close();
    },
  };
}

function checkEntries(value: unknown): string | undefined {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isWanted = (wanted: unknown): wanted is Wanted =>
    typeof wanted === 'function' ||
    (names.length > 0 && names.every((name) => typeof name === 'string' && name !== ''));
  return isWanted(value) ? undefined : 'a name, a glob, a list of them, or a function';
}

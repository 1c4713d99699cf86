import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MillraceError, type ReadableQuarantine } from '@millrace/core';
import { check, checkOptions, storedQuarantine } from '@millrace/core/plugin';
import { systemReason } from './system-reason.ts';
import { writeWhole } from './write-whole.ts';

export interface FileQuarantineOptions {
  /** Where rejections are kept. Made at the first write where it is missing. */
  readonly directory: string;
}

/**
 * Keeps rejections in a directory of this machine: for each batch of at most 1,000, and of 8 MiB, one file of NDJSON,
 * `<feed>/<object>-<version>/<lowest ordinal>-<digest>.ndjson`. Object and version are digests of the item's URI and id; a
 * retry that rejects the same records overwrites itself, and other batches never do. `settle` adds marker files,
 * `…/settled/<digest>.json`; nothing is changed or deleted. A file is there whole or not at all.
 *
 * A write rejects, and its item fails, with `FILE_QUARANTINE_WRITE_FAILED`; reading with `FILE_QUARANTINE_READ_FAILED` and
 * `QUARANTINE_UNREADABLE`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function fileQuarantine(options: FileQuarantineOptions): ReadableQuarantine {
  checkOptions('fileQuarantine', options, { directory: check.text });
  const { directory } = options;
  return storedQuarantine({
    name: 'file',
    keyOf: (uri) => {
      // As fileSource describes a file: by its absolute path at the time.
      const place = pathToFileURL(resolve(directory) + sep).href;
      return uri.startsWith(place) ? uri.slice(place.length) : undefined;
    },
    put: async (key, text, _about, signal) => {
      const path = join(directory, key);
      signal?.throwIfAborted();
      await writeWhole(path, text).catch((cause: unknown) => {
        const what = `Rejections could not be written to ${path}: ${systemReason(cause).message}`;
        throw new MillraceError('FILE_QUARANTINE_WRITE_FAILED', what, {
          cause,
          details: { path, ...systemReason(cause) },
        });
      });
    },
    list: async function* (prefix) {
      const [feed = '', start = ''] = prefix.split('/');
      for (const item of (await entries(join(directory, feed))).filter((name) => name.startsWith(start))) {
        const names = await entries(join(directory, feed, item), { recursive: true });
        yield* names.map((name) => `${feed}/${item}/${name.replaceAll(sep, '/')}`);
      }
    },
    get: async (key) => {
      const path = join(directory, key);
      const [text, { mtimeMs }] = await reading(path, Promise.all([readFile(path, 'utf8'), stat(path)]));
      return { text, putAt: mtimeMs };
    },
  });
}

/** Names in a directory in ascending order; none where there is no such directory. */
function entries(path: string, options: { readonly recursive?: boolean } = {}): Promise<readonly string[]> {
  const names = readdir(path, options).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return reading(
    path,
    names.then((all) => all.toSorted((a, b) => (a < b ? -1 : 1))),
  );
}

function reading<T>(path: string, work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    const what = `Rejections could not be read from ${path}: ${systemReason(cause).message}`;
    throw new MillraceError('FILE_QUARANTINE_READ_FAILED', what, { cause, details: { path, ...systemReason(cause) } });
  });
}

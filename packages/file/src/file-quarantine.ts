import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MillraceError, type ReadableQuarantine } from '@millrace/core';
import { check, checkOptions, storedQuarantine } from '@millrace/core/plugin';
import { directoryProbe } from './probe-directory.ts';
import { systemReason } from './system-reason.ts';
import { writeWhole } from './write-whole.ts';

export interface FileQuarantineOptions {
  /** Directory for rejections. Created at the first write if it is missing. */
  readonly directory: string;
}

/**
 * Makes a quarantine that keeps rejections in a local directory. Each batch of at most 1,000 rejections and 8 MiB is one
 * NDJSON file, `<feed>/<object>-<version>/<lowest ordinal>-<digest>.ndjson`. Object and version are digests of the object's
 * URI and id. A retry that rejects the same records overwrites its own file and no other. `settle` adds marker files,
 * `…/settled/<digest>.json`; nothing is changed or deleted. Readers never see a partial file.
 *
 * A write rejects with `FILE_QUARANTINE_WRITE_FAILED`, which fails its object. Reading rejects with
 * `FILE_QUARANTINE_READ_FAILED` or `QUARANTINE_UNREADABLE`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const quarantine = fileQuarantine({ directory: './quarantine' });
 * await prices.run(source.list({ files: 'data/*.ndjson' }), { quarantine });
 */
export function fileQuarantine(options: FileQuarantineOptions): ReadableQuarantine {
  checkOptions('fileQuarantine', options, { directory: check.text });
  const { directory } = options;
  return storedQuarantine({
    name: 'file',
    probe: directoryProbe(directory, 'FILE_QUARANTINE_WRITE_FAILED'),
    keyOf: (uri) => {
      // fileSource describes a file by its absolute path, so this does too.
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

/** Returns the names in a directory in ascending order; an empty list if the directory does not exist. */
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

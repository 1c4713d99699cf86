import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MillraceError } from '@millrace/core';
import type { Context, PartStore } from '@millrace/core/plugin';
import { mayPass, systemReason } from './system-reason.ts';
import { writeWhole } from './write-whole.ts';

/** Longest file name that file systems accept, in bytes. */
const MAX_NAME_BYTES = 255;
/** Leaves room for the directory and for names in the shortest path limit of any system: 1,024 bytes on macOS. */
const MAX_PREFIX_BYTES = 700;

/** Stores parts in a directory: `<feed>/<partition><digest>/…`. Readers never see a partial file. */
export function filePartStore(directory: string): PartStore {
  const pathOf = (key: string): string => join(directory, key);
  return {
    name: 'file',
    partPrefix: ({ feed, digest }, partition) => `${feed}/${partition}${digest}/`,
    manifestPrefix: ({ feed, digest }) => `${feed}/_manifests/${digest}/`,
    prefixProblem: (prefix) => {
      if (Buffer.byteLength(prefix) > MAX_PREFIX_BYTES) return `has more than ${MAX_PREFIX_BYTES} bytes`;
      const isLong = prefix.split('/').some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES);
      return isLong ? `has a folder of more than ${MAX_NAME_BYTES} bytes` : undefined;
    },
    write: async (key, { chunks }, context) => {
      let size = 0;
      const counted = async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of chunks) {
          size += chunk.length;
          yield chunk;
        }
      };
      await onDisk(pathOf(key), context, (path) => writeWhole(path, counted()));
      return size;
    },
    read: (key, context) =>
      onDisk(pathOf(key), context, (path) => readFile(path, 'utf8').catch(orNone<string | undefined>(undefined))),
    remove: (key, context) => onDisk(pathOf(key), context, (path) => rm(path, { force: true })),
    list: async (prefix, context) => {
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      const names = await onDisk(pathOf(folder), context, (path) => readdir(path).catch(orNone<string[]>([])));
      return names.map((name) => folder + name).filter((key) => key.startsWith(prefix) && !key.endsWith('.tmp'));
    },
  };
}

function orNone<T>(none: T): (error: unknown) => T {
  return (error) => {
    if (systemReason(error).reason === 'ENOENT') return none;
    throw error;
  };
}

/** @throws MillraceError `FILE_SINK_WRITE_FAILED`; or the signal's reason */
async function onDisk<T>(path: string, { signal }: Context, work: (path: string) => Promise<T>): Promise<T> {
  try {
    return await work(path);
  } catch (cause) {
    signal.throwIfAborted();
    const { reason, message } = systemReason(cause);
    throw new MillraceError(
      'FILE_SINK_WRITE_FAILED',
      `Records could not be written below ${dirname(path)}: ${message}. Correct that, and run the object again.`,
      { cause, details: { path, reason }, retryable: mayPass(reason) },
    );
  }
}

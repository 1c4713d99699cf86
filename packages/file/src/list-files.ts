import { glob, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MillraceError } from '@millrace/core';
import { check, checkOptions, inShare, isShare } from '@millrace/core/plugin';
import { type FileRef, STANDARD_INPUT } from './file-ref.ts';
import { systemReason } from './system-reason.ts';

export interface FileListQuery {
  /** Paths and globs, such as `data/2026-*.ndjson.gz`; `-` is standard input. An existing path is never treated as a glob. */
  readonly files: string | readonly string[];
  /** Directory that relative paths and globs are resolved against. @default the working directory */
  readonly cwd?: string;
  /** Lists only files that were modified at this time or later. Standard input has no time or size, and passes. @default no start */
  readonly since?: Date;
  /** Lists only files that were modified before this time. @default no end */
  readonly until?: Date;
  /** Lists only files of at least as many bytes. @default 0 */
  readonly minSize?: number;
  /** Lists only files of at most as many bytes. @default no limit */
  readonly maxSize?: number;
  /**
   * Lists one share of the files, such as `'1/4'`, so that several processes can divide a listing. A path is in the same share each
   * time. @default all
   */
  readonly share?: string;
}

/** Lists pinned references to the files of a query, each once: in the order of its members, the files of a glob by name. */
export function listFiles(query: FileListQuery): AsyncIterable<FileRef> {
  checkOptions('list', query, {
    files: (value) =>
      typeof value === 'string' || Array.isArray(value) ? undefined : 'a path, a glob or a list of them',
    cwd: check.optional(check.text),
    since: check.optional(check.date),
    until: check.optional(check.date),
    minSize: check.optional(check.integer(0)),
    maxSize: check.optional(check.integer(0)),
    share: check.optional(isShare),
  });
  return { [Symbol.asyncIterator]: () => wanted(query) };
}

async function* wanted(query: FileListQuery): AsyncGenerator<FileRef, void, undefined> {
  const { files, cwd = '.', since, until, minSize = 0, maxSize = Number.POSITIVE_INFINITY, share } = query;
  const isMine = share === undefined ? () => true : inShare(share);
  for await (const ref of find(typeof files === 'string' ? [files] : files, cwd)) {
    const { path, size = minSize, modifiedMs } = ref;
    if (!isMine(path) || size < minSize || size > maxSize) continue;
    if (modifiedMs !== undefined && modifiedMs < (since?.getTime() ?? Number.NEGATIVE_INFINITY)) continue;
    if (modifiedMs === undefined || modifiedMs < (until?.getTime() ?? Number.POSITIVE_INFINITY)) yield ref;
  }
}

async function* find(files: readonly string[], cwd: string): AsyncGenerator<FileRef, void, undefined> {
  const seen = new Set<string>();
  for (const name of files) {
    for (const ref of name === STANDARD_INPUT ? [{ path: name }] : await refsOf(name, cwd)) {
      if (!seen.has(ref.path)) yield ref;
      seen.add(ref.path);
    }
  }
}

async function refsOf(wanted: string, cwd: string): Promise<readonly FileRef[]> {
  const path = resolve(cwd, wanted);
  const named = await refOf(path);
  if (named !== undefined) return [named];
  if (!/[*?[\]{}]/.test(wanted)) {
    throw new MillraceError('FILE_NOT_FOUND', `There is no file ${path}.`, { details: { path } });
  }
  const found: FileRef[] = [];
  for await (const name of glob(wanted, { cwd })) {
    const ref = await refOf(resolve(cwd, name));
    if (ref !== undefined) found.push(ref);
  }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Returns a pinned reference, or nothing if the file does not exist. */
async function refOf(path: string): Promise<FileRef | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? { path, size: stats.size, modifiedMs: stats.mtimeMs } : undefined;
  } catch (cause) {
    const { reason, message } = systemReason(cause);
    if (reason === 'ENOENT' || reason === 'ENOTDIR') return undefined;
    throw new MillraceError('FILE_READ_FAILED', `${path} could not be listed: ${message}`, {
      cause,
      details: { path, reason },
    });
  }
}

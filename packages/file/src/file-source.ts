import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { MillraceError, type RangedSource } from '@millrace/core';
import { check, checkOptions, type Context, type RangedItem, type SourceItem } from '@millrace/core/plugin';
import { type FileRef, fileRefOf, fileUri, fileVersionTag, parseFileReference, STANDARD_INPUT } from './file-ref.ts';
import { type FileListQuery, listFiles } from './list-files.ts';
import { spoolInput } from './spool-input.ts';
import { systemReason } from './system-reason.ts';

const CHUNK_BYTES = 256 * 1024;

export interface FileSourceOptions {
  /** Input that a reference to `-` reads. @default `process.stdin` */
  readonly standardInput?: AsyncIterable<Uint8Array | string>;
}

/** Reads files as streams of bytes, or by ranges, and lists them. */
export interface FileSource extends RangedSource<FileRef, Uint8Array> {
  /**
   * Lists pinned references to files, in order. A glob without matches yields nothing.
   *
   * @throws MillraceError `FILE_NOT_FOUND` for a path that does not exist, `FILE_READ_FAILED`
   */
  readonly list: (query: FileListQuery) => AsyncIterable<FileRef>;
}

/**
 * Makes a source that reads local files. A file's identity is its path and the SHA-256 of its content, so each file is read
 * twice: once to compute the digest, and once for its records. If the content differs the second time, the object fails with
 * `FILE_CHANGED`. For a file that is read by ranges, size and modification time are compared after each range instead.
 * Standard input is copied to a temporary file first, and can be opened once.
 *
 * Opening rejects with `FILE_NOT_FOUND`, `FILE_READ_FAILED`, `FILE_STDIN_CONSUMED`, or `FILE_CHANGED` if the reference names
 * another version.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const source = fileSource();
 * for await (const { path, size } of source.list({ files: 'data/2026-*.ndjson.gz' })) console.log(path, size);
 */
export function fileSource(options: FileSourceOptions = {}): FileSource {
  checkOptions('fileSource', options, { standardInput: check.optional(check.object) });
  let consumed = false;
  const openInput = async (ref: FileRef, signal: AbortSignal): Promise<OpenFile> => {
    if (consumed) throw new MillraceError('FILE_STDIN_CONSUMED', 'Standard input can be opened once.');
    consumed = true;
    const spool = await spoolInput(options.standardInput ?? process.stdin, signal);
    try {
      return await openFile({ path: spool.path }, fileUri(ref), signal, spool.remove);
    } catch (error) {
      await spool.remove();
      throw error;
    }
  };
  const openEither = async (ref: FileRef, { signal }: Context): Promise<OpenFile> => {
    signal.throwIfAborted();
    return ref.path === STANDARD_INPUT ? openInput(ref, signal) : openFile(ref, fileUri(ref), signal);
  };
  return Object.freeze({
    name: 'file',
    describe: fileUri,
    versionTag: fileVersionTag,
    refOf: fileRefOf,
    parseReference: parseFileReference,
    list: listFiles,
    open: openEither,
    openRanges: openEither,
  });
}

/** Opens a file the same way for chunks and for ranges. */
type OpenFile = SourceItem<Uint8Array> & RangedItem;

async function openFile(
  ref: FileRef,
  uri: string,
  signal: AbortSignal,
  release?: () => Promise<void>,
): Promise<OpenFile> {
  const handle = await reading(uri, open(ref.path, 'r'));
  try {
    const { size, mtimeMs: modifiedMs } = await reading(uri, handle.stat());
    const versionTag = fileVersionTag({ path: ref.path, size, modifiedMs })!;
    const wanted = fileVersionTag(ref);
    if (wanted !== undefined && wanted !== versionTag) throw changed(uri, 'since it was listed');
    const hash = createHash('sha256');
    for await (const _ of read(handle, uri, hash, signal));
    const digest = hash.digest('hex');
    return Object.freeze({
      origin: {
        id: `${uri}?sha256=${digest}`,
        uri,
        etag: digest,
        size,
        lastModified: new Date(modifiedMs).toISOString(),
      },
      versionTag,
      chunks: async function* ({ signal: stop }: Context) {
        const again = createHash('sha256');
        yield* read(handle, uri, again, stop);
        if (again.digest('hex') !== digest) throw changed(uri, 'while it was read');
      },
      size,
      read: async (start: number, length: number, { signal: stop }: Context) => {
        if (start + length > size) {
          const text = `${uri} has ${size} bytes, so ${length} bytes from byte ${start} on cannot be read.`;
          throw new MillraceError('FILE_RANGE_INVALID', text, { details: { uri, start, length, size } });
        }
        const bytes = await readRange(handle, uri, start, length, stop);
        const now = await reading(uri, handle.stat());
        if (fileVersionTag({ path: ref.path, size: now.size, modifiedMs: now.mtimeMs }) !== versionTag)
          throw changed(uri, 'while it was read');
        return bytes;
      },
      close: async () => {
        await handle.close();
        await release?.();
      },
    });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function* read(
  handle: FileHandle,
  uri: string,
  hash: Hash,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let position = 0; ;) {
    signal.throwIfAborted();
    // Each chunk has its own memory, so the receiver may keep it.
    const buffer = new Uint8Array(CHUNK_BYTES);
    const { bytesRead } = await reading(uri, handle.read(buffer, 0, CHUNK_BYTES, position));
    if (bytesRead === 0) return;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    position += bytesRead;
    yield chunk;
  }
}

/** Steps are short, so that a signal is noticed between two of them. */
const STEP_BYTES = 4 * 1024 * 1024;

async function readRange(
  handle: FileHandle,
  uri: string,
  start: number,
  length: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    signal.throwIfAborted();
    const step = Math.min(STEP_BYTES, length - done);
    const { bytesRead } = await reading(uri, handle.read(bytes, done, step, start + done));
    if (bytesRead === 0) throw changed(uri, 'while it was read');
    done += bytesRead;
  }
  signal.throwIfAborted();
  return bytes;
}

function changed(uri: string, when: string): MillraceError {
  return new MillraceError('FILE_CHANGED', `${uri} was changed ${when}. List it again once nobody writes to it.`, {
    details: { uri },
  });
}

function reading<T>(uri: string, work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    const { reason, message } = systemReason(cause);
    if (reason === 'ENOENT') throw new MillraceError('FILE_NOT_FOUND', `There is no file ${uri}.`, { cause });
    throw new MillraceError('FILE_READ_FAILED', `${uri} could not be read: ${message}`, {
      cause,
      details: { uri, reason },
    });
  });
}

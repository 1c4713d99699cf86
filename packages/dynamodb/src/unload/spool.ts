import { createHash } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MillraceError } from '@millrace/core';

/** What was read, in a temporary file. */
export interface Spool {
  readonly size: number;
  /** SHA-256 of the content, in hexadecimal. */
  readonly digest: string;
  /** The content from its start. Each chunk is memory of its own. */
  readonly chunks: (signal: AbortSignal) => AsyncGenerator<Uint8Array, void, undefined>;
  readonly close: () => Promise<void>;
}

const CHUNK_BYTES = 256 * 1024;

/** Writes text to a private file. If that fails, the file is removed. */
export async function spool(texts: AsyncIterable<string>, directory: string = tmpdir()): Promise<Spool> {
  const place = await filing(mkdtemp(join(directory, 'millrace-scan-')));
  const remove = (): Promise<void> => rm(place, { recursive: true, force: true });
  let file: FileHandle | undefined;
  try {
    file = await filing(open(join(place, 'items'), 'wx+', 0o600));
    // Where the system lets an open file go, a process that dies leaves nothing.
    await remove().catch(() => {});
    const hash = createHash('sha256');
    let size = 0;
    for await (const text of texts) {
      const bytes = Buffer.from(text);
      hash.update(bytes);
      await filing(file.write(bytes));
      size += bytes.length;
    }
    return kept(file, size, hash.digest('hex'), remove);
  } catch (error) {
    await file?.close();
    await remove();
    throw error;
  }
}

function kept(file: FileHandle, size: number, digest: string, remove: () => Promise<void>): Spool {
  return {
    size,
    digest,
    chunks: async function* (signal) {
      for (let position = 0; position < size;) {
        signal.throwIfAborted();
        const buffer = new Uint8Array(Math.min(CHUNK_BYTES, size - position));
        const { bytesRead } = await filing(file.read(buffer, 0, buffer.length, position));
        if (bytesRead === 0) throw failed('it is shorter than it was', undefined);
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
    close: async () => {
      await file.close();
      await remove();
    },
  };
}

function filing<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    throw failed(cause instanceof Error ? cause.message : String(cause), cause);
  });
}

function failed(what: string, cause: unknown): MillraceError {
  const reason = (cause as { readonly code?: unknown } | undefined)?.code;
  const text = `The temporary file of a segment could not be written or read: ${what}. Take more segments, or another directory.`;
  return new MillraceError('DYNAMODB_SPOOL_FAILED', text, { cause, details: { reason } });
}

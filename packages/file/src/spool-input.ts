import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Standard input in a temporary file. Its identity comes from its content, so all of it must be read first. */
export interface Spool {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

/** Reads an input to its end. If the signal fires, rejects with its reason immediately and removes the file. */
export async function spoolInput(input: AsyncIterable<Uint8Array | string>, signal: AbortSignal): Promise<Spool> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-stdin-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  const path = join(directory, 'input');
  try {
    const file = await open(path, 'wx');
    try {
      const chunks = input[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await orAbort(chunks.next(), signal);
        if (done === true) break;
        await file.appendFile(value);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, remove };
}

/** Stops waiting when the signal fires, because input may never arrive. Each call removes its listener. */
function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

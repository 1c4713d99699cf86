import { isMillraceError } from '@millrace/core';

/** How long to go on with a request that S3 does not take. */
export interface Persistence {
  /** Milliseconds since the first attempt in which another one is begun. */
  readonly forMs: number;
  readonly signal: AbortSignal;
  /** Told of each further attempt. */
  readonly retried: () => void;
}

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/**
 * Makes a request again after a failure that can pass, such as throttling, beyond what the SDK does by itself: with full jitter,
 * in a window that doubles. It rejects with the last error, or at once with the signal's reason.
 */
export async function persistently<T>(request: () => Promise<T>, { forMs, signal, retried }: Persistence): Promise<T> {
  const deadline = performance.now() + forMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      const wait = Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
      const again = isMillraceError(error) && error.retryable && performance.now() + wait < deadline;
      if (!again) throw error;
      await pause(wait, signal);
      retried();
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

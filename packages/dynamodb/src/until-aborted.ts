import { MillraceError } from '@millrace/core';

/** @throws MillraceError `DYNAMODB_ABORTED` where `signal` has fired */
export function checkAborted(signal: AbortSignal): void {
  if (signal.aborted) throw aborted(signal);
}

/**
 * Settles as `work` does, or rejects with `DYNAMODB_ABORTED` as soon as `signal` fires; then `work` is left to itself.
 * Its listener goes with it: a race against one long-lived promise would grow with every call.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(aborted(signal));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Waits so many milliseconds, or rejects with `DYNAMODB_ABORTED` as soon as `signal` fires. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(aborted(signal));
    const stop = (): void => {
      clearTimeout(timer);
      reject(aborted(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** What a wait that `signal` ends rejects with. */
export function aborted(signal: AbortSignal): MillraceError {
  return new MillraceError('DYNAMODB_ABORTED', 'The run was stopped; what became of this write is unknown.', {
    cause: signal.reason,
  });
}

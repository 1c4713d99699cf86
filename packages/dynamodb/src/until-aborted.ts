import { MillraceError } from '@millrace/core';
import type { Context } from '@millrace/core/plugin';

/** @throws MillraceError `DYNAMODB_ABORTED` where `signal` has fired */
export function checkAborted(signal: AbortSignal): void {
  if (signal.aborted) throw aborted(signal);
}

/**
 * Call it right before a request: a process that was paused, and whose timers have not run yet, finds out here that the lease on its
 * object is over.
 *
 * @throws MillraceError `DYNAMODB_ABORTED` if a write may send nothing more
 */
export function checkMaySend({ signal, timeLeftMs }: Pick<Context, 'signal' | 'timeLeftMs'>): void {
  if (signal.aborted || timeLeftMs?.() === 0) throw aborted(signal);
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

/** The longest wait that a timer of Node holds: one that is longer fires after a millisecond. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** Waits the given milliseconds, however many, or rejects with `DYNAMODB_ABORTED` as soon as `signal` fires. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(aborted(signal));
    let timer: ReturnType<typeof setTimeout>;
    const stop = (): void => {
      clearTimeout(timer);
      reject(aborted(signal));
    };
    const wait = (left: number): void => {
      timer = setTimeout(
        () => {
          if (left > MAX_TIMER_MS) return wait(left - MAX_TIMER_MS);
          signal.removeEventListener('abort', stop);
          resolve();
        },
        Math.min(left, MAX_TIMER_MS),
      );
    };
    wait(ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Makes the error of a wait that `signal` ends. A later run can do the same work, so it is retryable. */
export function aborted(signal: AbortSignal): MillraceError {
  return new MillraceError(
    'DYNAMODB_ABORTED',
    'The run was stopped; what became of this write is unknown. Run it again.',
    {
      cause: signal.reason,
      retryable: true,
    },
  );
}

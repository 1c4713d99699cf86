import { MillraceError } from '@millrace/core';
import { s3Error, type Subject } from './s3-error.ts';

export interface AskOptions<T> {
  readonly subject: Subject;
  readonly signal?: AbortSignal | undefined;
  /** Gives up after this many milliseconds; 0 waits as long as the client does. */
  readonly timeoutMs?: number;
  /** Disposes of an answer that comes when nobody waits for it any more. */
  readonly discard?: (answer: T) => void;
}

/**
 * Sends one request of the SDK. It settles at once when `signal` fires: the SDK looks at its signal only while a request
 * is on the wire, not while it waits between two attempts. The listener is gone when the request is over.
 *
 * @throws MillraceError with the code for what S3 answered, or the signal's reason
 */
export async function ask<T>(
  send: (signal: AbortSignal) => Promise<T>,
  { subject, signal, timeoutMs = 0, discard }: AskOptions<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const request = new AbortController();
  const waiting = Promise.withResolvers<never>();
  const stop = (reason: unknown): void => {
    request.abort(reason);
    waiting.reject(reason);
  };
  const onAbort = (): void => stop(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = timeoutMs > 0 ? setTimeout(() => stop(silent(subject, timeoutMs)), timeoutMs) : undefined;
  try {
    const answer = send(request.signal);
    answer.then(
      (late) => {
        if (request.signal.aborted) discard?.(late);
      },
      () => {},
    );
    return await Promise.race([answer, waiting.promise]);
  } catch (error) {
    signal?.throwIfAborted();
    throw s3Error(error, subject);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function silent({ action, uri }: Subject, timeoutMs: number): MillraceError {
  return new MillraceError(
    'S3_UNAVAILABLE',
    `S3 did not begin to answer within ${timeoutMs} ms. Try again later. (Could not ${action} ${uri}.)`,
    { details: { uri, timeoutMs } },
  );
}

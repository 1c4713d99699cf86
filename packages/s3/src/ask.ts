import { MillraceError } from '@millrace/core';
import { responseInvalid } from './response-invalid.ts';
import { s3Error, type Subject } from './s3-error.ts';
import type { QueuedRequest } from './socket-queue.ts';
import { type Send, watchedSend } from './watched-send.ts';

export interface AskOptions<T> {
  readonly subject: Subject;
  readonly signal?: AbortSignal | undefined;
  /** Gives up after this many milliseconds without a response; 0 waits as long as the client does. */
  readonly timeoutMs?: number;
  /** Says why the response cannot be one to this request; `undefined` if it can. */
  readonly verify?: (answer: T) => string | undefined;
  /** Disposes of an answer that comes when nobody waits for it any more, or that is not believed. */
  readonly discard?: (answer: T) => void;
}

/** A request waits for a connection of the client's own pool at most this many times as long as for a response. */
const SOCKET_PATIENCE = 10;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Sends one request of the SDK. It settles at once when `signal` fires: the SDK looks at its signal only while a request
 * is on the wire, not while it waits between two attempts. The listener is gone when the request is over.
 *
 * The time that a request waits for one of the client's own connections does not count as silence of S3.
 *
 * @throws MillraceError with the code for what S3 answered, `S3_RESPONSE_INVALID`, `S3_SOCKETS_EXHAUSTED`; or the signal's reason
 */
export async function ask<T>(
  request: (send: Send) => Promise<T>,
  { subject, signal, timeoutMs = 0, verify, discard }: AskOptions<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const stopping = new AbortController();
  const waiting = Promise.withResolvers<never>();
  const stop = (reason: unknown): void => {
    stopping.abort(reason);
    waiting.reject(reason);
  };
  const onAbort = (): void => stop(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const patience = socketPatience(timeoutMs, { subject, stop });
  const { send, still } = watchedSend(stopping.signal, { queued: (queued) => patience.queued(queued) });
  patience.start(still);
  try {
    const answer = request(send);
    answer.then(
      (late) => {
        if (stopping.signal.aborted) discard?.(late);
      },
      () => {},
    );
    const answered = await Promise.race([answer, waiting.promise]);
    const wrong = verify?.(answered);
    if (wrong === undefined) return answered;
    discard?.(answered);
    throw responseInvalid(subject, wrong);
  } catch (error) {
    signal?.throwIfAborted();
    throw s3Error(error, subject);
  } finally {
    patience.end();
    signal?.removeEventListener('abort', onAbort);
  }
}

interface Patience {
  readonly start: (still: () => QueuedRequest | undefined) => void;
  /** The request waits for a connection: the time for the response begins once it has one. */
  readonly queued: (queued: QueuedRequest) => void;
  readonly end: () => void;
}

/** Stops a request that is not answered in time, or that does not get a connection in ten times as long. */
function socketPatience(
  timeoutMs: number,
  { subject, stop }: { readonly subject: Subject; readonly stop: (reason: MillraceError) => void },
): Patience {
  const longest = Math.min(timeoutMs * SOCKET_PATIENCE, LONGEST_TIMER_MS);
  let still: () => QueuedRequest | undefined = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = timeoutMs === 0;
  const queued = ({ request, maxSockets }: QueuedRequest): void => {
    if (over) return;
    clearTimeout(timer);
    timer = setTimeout(() => stop(exhausted(subject, longest, maxSockets)), longest);
    request.once('socket', awaitResponse);
  };
  const awaitResponse = (): void => {
    if (over) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const waits = still();
      if (waits === undefined) stop(silent(subject, timeoutMs));
      else queued(waits);
    }, timeoutMs);
  };
  return {
    start: (stillQueued) => {
      still = stillQueued;
      awaitResponse();
    },
    queued,
    end: () => {
      over = true;
      clearTimeout(timer);
    },
  };
}

function silent({ action, uri }: Subject, timeoutMs: number): MillraceError {
  return new MillraceError(
    'S3_UNAVAILABLE',
    `S3 did not begin to respond within ${timeoutMs} ms. Try again later. (Could not ${action} ${uri}.)`,
    { retryable: true, details: { uri, timeoutMs } },
  );
}

function exhausted({ action, uri }: Subject, waitedMs: number, maxSockets: number | undefined): MillraceError {
  return new MillraceError(
    'S3_SOCKETS_EXHAUSTED',
    `The S3 client had no free connection for ${waitedMs} ms (maxSockets: ${maxSockets}), so the request was never sent. An ` +
      'object that is being read keeps its connection. Raise maxSockets of the requestHandler above the number of objects and ' +
      `ranges that are read at once, or read fewer at once. (Could not ${action} ${uri}.)`,
    { retryable: true, details: { uri, waitedMs, maxSockets } },
  );
}

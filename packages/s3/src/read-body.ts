import type { Readable } from 'node:stream';
import { MillraceError } from '@millrace/core';

export interface ReadBodyOptions {
  /** `s3://bucket/key`, for errors. */
  readonly uri: string;
  /** Bytes of the object that earlier bodies delivered. */
  readonly offset: number;
  /** Byte of the object at which this body ends, where that was announced. */
  readonly length: number | undefined;
  /** How long the body may deliver nothing while it is waited for, in milliseconds. */
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Reads one answer's body to its end, and to no less than its end: the bytes must add up to the announced length. The time
 * that the consumer takes between two chunks does not count as idle. Leaving early destroys the body and its socket.
 *
 * @throws MillraceError `S3_BODY_TRUNCATED`, `S3_BODY_STALLED`, `S3_BODY_CORRUPT`; or the signal's reason
 */
export async function* readBody(body: Readable, options: ReadBodyOptions): AsyncGenerator<Uint8Array, void> {
  const { uri, offset, length, idleTimeoutMs, signal } = options;
  let received = offset;
  let stalled = false;
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => void body.destroy();
  const onStall = (): void => {
    stalled = true;
    body.destroy();
  };
  const failure = (cause?: unknown): MillraceError => {
    const details = { uri, received, length };
    const after = `${uri}: after ${received} of ${length ?? 'an unknown number of'} bytes`;
    if (stalled) {
      const text = `${after} the body delivered nothing for ${idleTimeoutMs} ms. Try again later.`;
      return new MillraceError('S3_BODY_STALLED', text, {
        cause,
        retryable: true,
        details: { ...details, idleTimeoutMs },
      });
    }
    if (isMismatch(cause, received + body.readableLength, length)) {
      const text = `${uri}: what arrived is not what S3 stored: the checksum or the length differs. Read it again.`;
      return new MillraceError('S3_BODY_CORRUPT', text, { cause, retryable: true, details });
    }
    const text = `${after} the body broke off. Read it again.`;
    return new MillraceError('S3_BODY_TRUNCATED', text, { cause, retryable: true, details });
  };

  signal.addEventListener('abort', onAbort, { once: true });
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  try {
    while (true) {
      signal.throwIfAborted();
      timer = setTimeout(onStall, idleTimeoutMs);
      const next = await chunks.next().catch((error: unknown) => {
        signal.throwIfAborted();
        throw failure(error);
      });
      clearTimeout(timer);
      if (next.done) break;
      received += next.value.byteLength;
      yield next.value;
    }
    signal.throwIfAborted();
    if (stalled || (length !== undefined && received !== length)) throw failure();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    body.destroy();
  }
}

/**
 * A mismatch is found once all bytes are here; the SDK throws a plain error for it. A lost connection is an error of
 * Node's, with a code. What arrived counts with what is still buffered, which a failing stream does not hand out.
 */
function isMismatch(cause: unknown, arrived: number, length: number | undefined): boolean {
  if (length !== undefined && arrived !== length) return arrived > length;
  return cause !== undefined && typeof (cause as { code?: unknown }).code !== 'string';
}

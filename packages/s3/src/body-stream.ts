import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { MillraceError } from '@millrace/core';

/** The answer's body as a Node stream, whatever request handler the client has. An error before it is read waits in it. */
export function bodyStream({ Body: body }: GetObjectCommandOutput): Readable {
  if (body === undefined) throw new MillraceError('S3_REQUEST_FAILED', 'The S3 client answered without a body.');
  const stream = body instanceof Readable ? body : Readable.fromWeb(body as ReadableStream);
  // Without a listener, a connection that is lost before the first read would end the process.
  return stream.on('error', () => {});
}

/** Closes the connection of an answer that nobody will read; the pool has only 50. */
export function discardBody(answer: GetObjectCommandOutput): void {
  bodyStream(answer).destroy();
}

import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { discardBody } from './body-stream.ts';
import type { ClientHolder } from './client-holder.ts';
import type { Pin } from './pin.ts';
import { type StoredChecksum, storedChecksum } from './running-checksum.ts';
import type { Send } from './watched-send.ts';

/** The answer to a request for an object from its first byte on. */
export interface WholeObject {
  readonly answer: GetObjectCommandOutput;
  /** Set where the reader of the body must compare it at its end: the SDK does not. */
  readonly checksum: StoredChecksum | undefined;
  /** Whether the body is what came from the wire: neither the SDK, to validate it, nor anything else put one in its place. */
  readonly asSent: boolean;
  /** When S3 answered, by its own clock, as the header `Date` has it. */
  readonly date: string | undefined;
}

/** What is looked at of an answer on the wire; other request handlers make it, too. */
interface WireAnswer {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * Asks for whole objects and takes the validation of their checksum over from the SDK, which computes CRC64NVME and CRC32C
 * in JavaScript at three times the cost and more, and cannot go on with a checksum where a body was resumed.
 *
 * It happens in a middleware of each command, next to the wire; the client stays as it is. The SDK validates an answer
 * while its input says `ChecksumMode: ENABLED`; the middleware takes that back for an answer whose checksum is going to be
 * compared here. All else stays with the SDK: answers with other checksums, and clients that switch validation off, for
 * which nothing is asked. If a later SDK decides earlier, it validates as well, and only time is lost.
 *
 * Where something on the client replaces the body, what it stands for is not known here: such a client is asked again, and
 * from then on as the SDK has it.
 */
export function wholeObjects(client: ClientHolder): (pin: Pin, send: Send) => Promise<WholeObject> {
  let replacesBodies = false;
  return async function request(pin, send): Promise<WholeObject> {
    let body: unknown;
    let date: string | undefined;
    let checksum: StoredChecksum | undefined;
    const command = new GetObjectCommand({ ...pin });
    const answer = await send(client.get(), command, ({ input, request: sent, response }) => {
      const { headers = {}, statusCode, body: received } = response as WireAnswer;
      body = received;
      date = headers['date'];
      // What was asked is read from the request, because an attempt before this one may have changed the input.
      const validates = (sent as WireAnswer).headers?.['x-amz-checksum-mode'] === 'ENABLED' && statusCode === 200;
      checksum = validates && !replacesBodies ? storedChecksum(headers) : undefined;
      if (!validates) return;
      (input as { ChecksumMode?: 'ENABLED' | undefined }).ChecksumMode = checksum === undefined ? 'ENABLED' : undefined;
    });
    const asSent = answer.Body === body;
    if (asSent || checksum === undefined) return { answer, checksum, asSent, date };
    replacesBodies = true;
    discardBody(answer);
    discardBody({ ...answer, Body: body as NonNullable<typeof answer.Body> });
    return request(pin, send);
  };
}

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, vi } from 'vitest';
import type { ClientHolder } from '../src/client-holder.ts';
import { type ResumableRanges, resumableRanges, type ResumableRangesOptions } from '../src/resumable-ranges.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { itemContext } from './item-context.ts';
import { stubS3 } from './stub-s3.ts';

const holder = (get: () => S3Client): ClientHolder => ({ get }) as ClientHolder;
const never = holder(() => expect.fail('it was asked'));

function ranges(client: ClientHolder, more: Partial<ResumableRangesOptions> = {}): ResumableRanges {
  const ref = { bucket: 'bucket', key: 'key' };
  return resumableRanges({
    client,
    ref,
    answer: { ETag: '"e"' },
    length: 5,
    idleTimeoutMs: 60_000,
    maxResumes: 9,
    ...more,
  });
}

/** The body of a first answer, which fails after these bytes. */
function first(text: string, error: Error): Readable {
  let isRead = false;
  return new Readable({
    read() {
      if (isRead) this.destroy(error);
      else this.push(text);
      isRead = true;
    },
  });
}

const lost = Object.assign(new Error('lost'), { code: 'ECONNRESET' });
const whole = { start: 0, end: 5 };

describe('an object that is read by ranges', () => {
  it('is held to its content only if its length and its ETag are known', () => {
    expect(ranges(never).pinned).toBe(true);
    expect(ranges(never, { length: undefined }).pinned).toBe(false);
    expect(ranges(never, { answer: {} }).pinned).toBe(false);
  });

  it('is not asked for again once all of its bytes are here, or if nothing holds on to its content', async () => {
    for (const [text, more] of [
      ['abcde', {}],
      ['abc', { answer: {} }],
      ['abc', { maxResumes: 0 }],
    ] as const) {
      const body = ranges(never, { first: first(text, lost), ...more });
      const context = itemContext();
      expect((await failureOf(collect(body.read(whole, context)))).code).toBe('S3_BODY_TRUNCATED');
      expect([body.resumes(), context.counters]).toEqual([0, {}]);
    }
  });

  it('is not asked for again once it is closed, whatever is under way then', async () => {
    const unread = first('abc', lost);
    const body = ranges(never, { first: unread });
    const chunks = body.read(whole, itemContext())[Symbol.asyncIterator]();
    expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toBe('abc');
    body.close();
    expect(unread.destroyed).toBe(true);
    expect((await failureOf(chunks.next())).code).toBe('S3_BODY_TRUNCATED');
    expect(body.resumes()).toBe(0);
  });

  it('leaves no connection if it is closed while a range is asked for', async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    await using stub = await stubS3((_request, response) => asked.resolve(response));
    const body = ranges(holder(() => stub.client));
    const reading = failureOf(collect(body.read({ start: 1, end: 5 }, itemContext())));
    const response = await asked.promise;
    body.close();
    response.writeHead(206, { etag: '"e"', 'content-length': 4, 'content-range': 'bytes 1-4/5' });
    response.write('b');
    expect((await reading).code).toBe('S3_BODY_TRUNCATED');
    expect(stub.requests).toHaveLength(1);
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
  });

  it('gives the body of the first answer to the range that begins at 0, and no more of it than that is long', async () => {
    const body = ranges(never, { first: Readable.from([Buffer.from('ab'), Buffer.from('cde')]) });
    const chunks = await collect(body.read({ start: 0, end: 3 }, itemContext()));
    expect(chunks.map((chunk) => Buffer.from(chunk).toString())).toEqual(['ab', 'c']);
  });
});

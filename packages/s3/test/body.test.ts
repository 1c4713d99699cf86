import { once as eventOnce } from 'node:events';
import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { SourceItem } from '@millrace/core/plugin';
import { describe, expect, it, vi } from 'vitest';
import { s3Source, type S3Source } from '../src/index.ts';
import { checksumHeaders } from './checksum-headers.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { holdTimers } from '../../../test/support/hold-timers.ts';
import { itemContext } from './item-context.ts';
import { type Answer, stubS3 } from './stub-s3.ts';
import { turns } from '../../../test/support/turns.ts';

const ref = { bucket: 'bucket', key: 'key' };
const content = Buffer.from('0123456789'.repeat(20_000));

/** A source that fails with what happens to one body; how it goes on otherwise is in resuming.test.ts. */
const once = (client: S3Client, idleTimeoutMs = 60_000): S3Source => s3Source({ client, idleTimeoutMs, maxResumes: 0 });

async function readAll(item: SourceItem<Uint8Array>, signal?: AbortSignal): Promise<Buffer> {
  return Buffer.concat(await collect(item.chunks(itemContext(signal))));
}

/** An idle timeout that nothing else has, and that runs down when the test says so. */
const IDLE_MS = 77_777;

/** Answers with the head of an object of `content.length` bytes, then does what the test wants. */
function body(act: (response: Parameters<Answer>[1]) => void, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': content.length, etag: '"e"', ...headers });
    act(response);
  };
}

/** What is left to the SDK gets a stream of its own in front of the connection; everything must hold for that, too. */
describe.each([
  ['without a checksum', {}],
  ['with a checksum', checksumHeaders('CRC64NVME', content)],
  ['that the SDK validates', { ...checksumHeaders('CRC32', content), 'x-amz-checksum-type': 'COMPOSITE' }],
])('a body %s', (_name, headers) => {
  it('is streamed as it comes, in chunks of at most 64 KiB', async () => {
    await using stub = await stubS3(body((response) => response.end(content), headers));
    const item = await once(stub.client).open(ref, itemContext());
    const chunks = await collect(item.chunks(itemContext()));
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
    expect(chunks.length).toBeGreaterThan(1);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(64 * 1024);
    await item.close?.();
  });

  it.each([
    ['a FIN', (response: Parameters<Answer>[1]) => void response.socket?.end()],
    ['a reset', (response: Parameters<Answer>[1]) => void response.socket?.resetAndDestroy()],
  ])('that ends early by %s is truncated', async (_how, cut) => {
    await using stub = await stubS3(
      body(
        (response) => void response.write(content.subarray(0, 70_000), () => void turns().then(() => cut(response))),
        headers,
      ),
    );
    const item = await once(stub.client).open(ref, itemContext());
    const error = await failureOf(readAll(item));
    expect(error.code).toBe('S3_BODY_TRUNCATED');
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.details).toMatchObject({ length: content.length, uri: 's3://bucket/key' });
  });

  it('that breaks off before it is read fails the read, not the process', async () => {
    await using stub = await stubS3(
      body(
        (response) => void response.write('x', () => void turns().then(() => response.socket?.resetAndDestroy())),
        headers,
      ),
    );
    const item = await once(stub.client).open(ref, itemContext());
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
    await turns();
    expect((await failureOf(readAll(item))).code).toBe('S3_BODY_TRUNCATED');
  });

  it('that stalls fails after the idle timeout and frees its connection', async () => {
    await using stub = await stubS3(body((response) => void response.write('x'), headers));
    using idle = holdTimers(IDLE_MS);
    const item = await once(stub.client, IDLE_MS).open(ref, itemContext());
    const chunks = item.chunks(itemContext())[Symbol.asyncIterator]();
    expect((await chunks.next()).value).toHaveLength(1);
    const failing = failureOf(chunks.next());
    idle.fire();
    const error = await failing;
    expect(error.code).toBe('S3_BODY_STALLED');
    expect(error.details).toMatchObject({ received: 1, idleTimeoutMs: IDLE_MS });
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
  });

  it('does not count the time that its consumer takes as idle', async () => {
    await using stub = await stubS3(body((response) => response.end(content), headers));
    using idle = holdTimers(IDLE_MS);
    const item = await once(stub.client, IDLE_MS).open(ref, itemContext());
    let length = 0;
    for await (const chunk of item.chunks(itemContext())) {
      await turns(5);
      expect(idle.pending()).toBe(0);
      length += chunk.length;
    }
    expect(length).toBe(content.length);
  });

  it('ends at once on an abort, with its reason, and frees its connection', async () => {
    await using stub = await stubS3(body((response) => void response.write('x'), headers));
    const item = await once(stub.client).open(ref, itemContext());
    const abort = new AbortController();
    const chunks = item.chunks(itemContext(abort.signal))[Symbol.asyncIterator]();
    await chunks.next();
    const waiting = chunks.next().catch((error: unknown) => error);
    await turns(10);
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await Promise.race([waiting, turns(10)])).toBe(reason);
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
  });

  it('frees its connection when it is closed unread, or left in the middle', async () => {
    await using stub = await stubS3(body((response) => void response.write(content.subarray(0, 70_000)), headers));
    const source = s3Source({ client: stub.client });
    const unread = await source.open(ref, itemContext());
    expect(stub.sockets.size).toBe(1);
    await unread.close?.();
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
    const left = await source.open(ref, itemContext());
    for await (const _chunk of left.chunks(itemContext())) break;
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
    await left.close?.();
  });

  it('leaves its connection to the next read once it is read', async () => {
    await using stub = await stubS3(body((response) => response.end(content), headers));
    const source = s3Source({ client: stub.client });
    for (let time = 0; time < 3; time += 1) {
      const item = await source.open(ref, itemContext());
      await readAll(item);
      await item.close?.();
    }
    expect(stub.requests).toHaveLength(3);
    expect(new Set(stub.requests.map(({ socket }) => socket)).size).toBe(1);
  });

  it('yields nothing after an abort that came before', async () => {
    await using stub = await stubS3(body((response) => response.end(content), headers));
    const item = await once(stub.client).open(ref, itemContext());
    const reason = new Error('too late');
    await expect(readAll(item, AbortSignal.abort(reason))).rejects.toBe(reason);
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
  });
});

it('takes no more from S3 than its consumer takes', async () => {
  const length = 2 ** 30;
  let sent = 0;
  await using stub = await stubS3((_request, response) => {
    response.writeHead(200, { 'content-length': length, etag: '"e"' });
    const block = Buffer.alloc(2 ** 16);
    const pump = (): void => {
      while (sent < length) {
        sent += block.length;
        if (!response.write(block)) return void response.once('drain', pump);
      }
    };
    pump();
  });
  const item = await once(stub.client).open(ref, itemContext());
  const chunks = item.chunks(itemContext())[Symbol.asyncIterator]();
  await chunks.next();
  for (let before = -1; sent !== before && sent < length; await turns()) before = sent;
  // What is on its way fills the buffers of streams and sockets, some megabytes.
  expect(sent).toBeLessThan(length / 16);
  await item.close?.();
});

describe('a body whose end nobody reports', () => {
  /** Puts another body in the place of the SDK's, as another request handler would. */
  const replaceBody = (client: S3Client, make: () => ReadableStream<Uint8Array>): void =>
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const output = result.output as GetObjectCommandOutput;
        (output.Body as Readable).destroy();
        return { ...result, output: { ...output, Body: make() as NonNullable<typeof output.Body> } };
      },
      { step: 'initialize' },
    );

  it.each([
    ['S3_BODY_TRUNCATED', content.length - 1],
    ['S3_BODY_CORRUPT', content.length + 1],
  ])('%s with %i bytes', async (code, length) => {
    await using stub = await stubS3(body((response) => response.end(content)));
    replaceBody(stub.client, () => ReadableStream.from([new Uint8Array(length)]));
    const item = await once(stub.client).open(ref, itemContext());
    const error = await failureOf(readAll(item));
    expect(error.code).toBe(code);
    expect(error.details).toMatchObject({ received: length, length: content.length });
  });

  it('reads a web stream, as a client with a fetch handler has it', async () => {
    await using stub = await stubS3(body((response) => response.end(content)));
    replaceBody(stub.client, () => ReadableStream.from([content.subarray(0, 10), content.subarray(10)]));
    const item = await once(stub.client).open(ref, itemContext());
    expect((await readAll(item)).equals(content)).toBe(true);
  });
});

describe('opening', () => {
  it('gives up where S3 does not begin to answer', async () => {
    await using stub = await stubS3(() => {});
    const error = await failureOf(once(stub.client, 50).open(ref, itemContext()));
    expect(error.code).toBe('S3_UNAVAILABLE');
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
  });

  it('ends at once on an abort, also while the SDK waits between two attempts', async () => {
    await using stub = await stubS3((_request, response) => {
      response.writeHead(503, { 'retry-after': '20' });
      response.end();
    });
    const client = stub.clientWith({ maxAttempts: 5 });
    const abort = new AbortController();
    const opening = s3Source({ client }).open(ref, itemContext(abort.signal));
    const outcome = opening.catch((error: unknown) => error);
    await vi.waitFor(() => expect(stub.requests.length).toBe(1));
    await turns();
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await Promise.race([outcome, turns(10)])).toBe(reason);
  });

  it('closes an answer that comes after the abort', async () => {
    await using stub = await stubS3(body((response) => void response.write(content.subarray(0, 100))));
    const client = stub.clientWith({});
    const answered = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        answered.resolve();
        await held.promise;
        return result;
      },
      { step: 'initialize' },
    );
    const abort = new AbortController();
    const opening = s3Source({ client }).open(ref, itemContext(abort.signal));
    const outcome = opening.catch((error: unknown) => error);
    await answered.promise;
    expect(stub.sockets.size).toBe(1);
    abort.abort(new Error('enough'));
    await outcome;
    held.resolve();
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
  });

  it('leaves no listener on a signal that outlives the item', async () => {
    await using stub = await stubS3(body((response) => response.end(content)));
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, 'addEventListener');
    const remove = vi.spyOn(signal, 'removeEventListener');
    const item = await once(stub.client).open(ref, itemContext(signal));
    await readAll(item, signal);
    expect(add.mock.calls.length).toBe(2);
    expect(remove.mock.calls.length).toBe(2);
  });

  it('reads an object whose length is not announced', async () => {
    await using stub = await stubS3((_request, response) => {
      response.writeHead(200, { etag: '"e"' });
      response.write(content.subarray(0, 5));
      response.end(content.subarray(5));
    });
    const item = await once(stub.client).open(ref, itemContext());
    expect((await readAll(item)).equals(content)).toBe(true);
    expect(item.origin).toEqual({ id: 's3://bucket/key?etag=e', uri: 's3://bucket/key', etag: 'e' });
  });
});

it('makes a client of its own at first use, and closes it', async () => {
  await using stub = await stubS3(body((response) => response.end(content)));
  const { port } = await stub.client.config.endpoint!();
  const variables = { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`, AWS_REGION: 'us-east-1' };
  for (const [name, value] of Object.entries({ ...variables, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' })) {
    vi.stubEnv(name, value);
  }
  try {
    const source = s3Source();
    for (let time = 0; time < 2; time += 1) await readAll(await source.open(ref, itemContext()));
    expect(new Set(stub.requests.map(({ socket }) => socket)).size).toBe(1);
    const closed = eventOnce([...stub.sockets][0]!, 'close');
    await source.close?.();
    await closed;
  } finally {
    vi.unstubAllEnvs();
  }
});

import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { s3Source } from '../src/index.ts';
import { CHECKSUMS, checksumHeaders } from './checksum-headers.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { holdTimers } from '../../../test/support/hold-timers.ts';
import { itemContext } from './item-context.ts';
import { type Answer, errorAnswer, inTurn, type StubS3, stubS3 } from './stub-s3.ts';
import { turns } from '../../../test/support/turns.ts';

const ref = { bucket: 'bucket', key: 'key' };
const content = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n * 7919) % 251));

const fin = (response: ServerResponse): void => void response.socket?.end();
const reset = (response: ServerResponse): void => void response.socket?.resetAndDestroy();
const stall = (): void => {};

/** Answers like S3, with the whole or with the range asked for, but sends `count` bytes at most and then does `after`. */
function serve({
  count = Number.POSITIVE_INFINITY,
  after = (response: ServerResponse): void => void response.end(),
  headers = {} as Record<string, string>,
  bytes = content,
} = {}): Answer {
  return ({ headers: { range } }, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const rest = bytes.subarray(start);
    const place = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(range === undefined ? 200 : 206, {
      'content-length': rest.length,
      etag: '"e"',
      ...(range === undefined ? headers : place),
    });
    // What was sent arrives before the connection breaks.
    response.write(rest.subarray(0, count), () => void turns(count < rest.length ? 50 : 0).then(() => after(response)));
  };
}

const rangesOf = ({ requests }: StubS3): unknown[] => requests.map(({ headers }: IncomingMessage) => headers.range);

async function read(
  { client }: StubS3,
  { maxResumes = 10, idleTimeoutMs = 5000, pinned = {} } = {},
): Promise<{ content: Buffer; counters: Readonly<Record<string, number>> }> {
  const item = await s3Source({ client, maxResumes, idleTimeoutMs }).open({ ...ref, ...pinned }, itemContext());
  const context = itemContext();
  try {
    const chunks = await collect(item.chunks(context));
    return { content: Buffer.concat(chunks), counters: context.counters };
  } finally {
    await item.close?.();
  }
}

describe('a body that breaks off', () => {
  it.each([
    ['by a FIN', fin],
    ['by a reset', reset],
  ])('%s is resumed at the byte that was reached', async (_how, after) => {
    await using stub = await stubS3(inTurn(serve({ count: 100_000, after }), serve({ count: 50_000, after }), serve()));
    const { content: arrived, counters } = await read(stub, {
      pinned: { versionId: 'null' },
    });
    expect(arrived.equals(content)).toBe(true);
    expect(counters).toEqual({ resumes: 2, unverified: 1 });
    const starts = stub.requests.slice(1).map(({ headers: { range } }) => Number(range?.slice(6, -1)));
    expect(starts[0]).toBeGreaterThan(0);
    expect(starts[1]).toBeGreaterThanOrEqual(starts[0]!);
    expect(stub.requests.map(({ headers }) => headers['if-match'])).toEqual([undefined, '"e"', '"e"']);
    for (const { url } of stub.requests) expect(url).toContain('versionId=null');
    await vi.waitFor(() => expect(stub.sockets.size).toBeLessThanOrEqual(1));
  });

  it('by a stall is resumed at the byte that was reached', async () => {
    const idleTimeoutMs = 77_777;
    using idle = holdTimers(idleTimeoutMs);
    const stalls = [100_000, 150_000];
    await using stub = await stubS3(inTurn(serve({ count: 100_000 }), serve({ count: 50_000 }), serve()));
    const item = await s3Source({ client: stub.client, idleTimeoutMs }).open(ref, itemContext());
    const context = itemContext();
    const arrived: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of item.chunks(context)) {
      arrived.push(chunk);
      length += chunk.length;
      // The next chunk is waited for by then.
      if (stalls.includes(length)) void turns(1).then(idle.fire);
    }
    await item.close?.();
    expect(Buffer.concat(arrived).equals(content)).toBe(true);
    expect(context.counters).toEqual({ resumes: 2, unverified: 1 });
    expect(rangesOf(stub)).toEqual([undefined, 'bytes=100000-', 'bytes=150000-']);
    await vi.waitFor(() => expect(stub.sockets.size).toBeLessThanOrEqual(1));
  });

  it('is resumed also where S3 is not there for a while', async () => {
    const away: Answer = (_request, response) => reset(response);
    const busy = errorAnswer(503, 'SlowDown');
    await using stub = await stubS3(inTurn(serve({ count: 1, after: reset }), away, busy, serve()));
    const { content: arrived, counters } = await read(stub);
    expect(arrived.equals(content)).toBe(true);
    expect(counters).toEqual({ resumes: 3, unverified: 1 });
  });

  it('fails with the last failure once the budget is spent', async () => {
    await using stub = await stubS3(serve({ count: 1000, after: reset }));
    const error = await failureOf(read(stub, { maxResumes: 2 }));
    expect(error.code).toBe('S3_BODY_TRUNCATED');
    expect(error.details).toMatchObject({ length: content.length });
    expect(stub.requests).toHaveLength(3);
  });

  it('is never spliced with another version', async () => {
    await using refused = await stubS3(
      inTurn(serve({ count: 9, after: reset }), errorAnswer(412, 'PreconditionFailed')),
    );
    expect((await failureOf(read(refused))).code).toBe('S3_OBJECT_CHANGED');
    // A store that ignores the condition is found out by its answer.
    const other: Answer = (_request, response) => {
      response.writeHead(206, { etag: '"other"', 'content-length': 5, 'content-range': 'bytes 9-13/14' }).end('other');
    };
    await using ignored = await stubS3(inTurn(serve({ count: 9, after: reset }), other));
    expect((await failureOf(read(ignored))).code).toBe('S3_OBJECT_CHANGED');
    expect(ignored.requests).toHaveLength(2);
  });

  it('is not resumed by a store that ignores ranges', async () => {
    const whole: Answer = (request, response) => {
      delete request.headers.range;
      serve()(request, response);
    };
    await using stub = await stubS3(inTurn(serve({ count: 9, after: reset }), whole));
    expect(await failureOf(read(stub))).toMatchObject({ code: 'S3_RANGE_IGNORED', retryable: true });
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
  });

  it('is not resumed where nothing holds on to its version, or its length is unknown', async () => {
    const unnamed: Answer = (_request, response) => {
      response.writeHead(200, {
        'content-length': 10,
        'x-amz-request-id': 'R',
        'last-modified': 'Sun, 22 Nov 2026 10:20:30 GMT',
      });
      response.write('x', () => void turns().then(() => reset(response)));
    };
    await using stub = await stubS3(unnamed);
    expect((await failureOf(read(stub))).code).toBe('S3_BODY_TRUNCATED');
    expect(stub.requests).toHaveLength(1);
    const endless: Answer = (_request, response) => {
      response.writeHead(200, { etag: '"e"' });
      response.write('x', () => void turns().then(() => reset(response)));
    };
    await using other = await stubS3(endless);
    expect((await failureOf(read(other))).code).toBe('S3_BODY_TRUNCATED');
    expect(other.requests).toHaveLength(1);
  });

  it('tells a missing object and denied access when it goes on', async () => {
    await using stub = await stubS3(inTurn(serve({ count: 9, after: reset }), errorAnswer(404, 'NoSuchKey')));
    const error = await failureOf(read(stub));
    expect(error.code).toBe('S3_OBJECT_NOT_FOUND');
    expect(stub.requests).toHaveLength(2);
  });
});

describe('a resumed object', () => {
  const flipped = Buffer.from(content);
  flipped[290_000]! ^= 1;

  it.each(Object.keys(CHECKSUMS))('is compared with the stored %s of the whole', async (algorithm) => {
    const headers = checksumHeaders(algorithm, content);
    await using good = await stubS3(inTurn(serve({ count: 100_000, after: reset, headers }), serve()));
    const { content: arrived, counters } = await read(good);
    expect(arrived.equals(content)).toBe(true);
    expect(counters).toEqual({ resumes: 1, verified: 1 });
    await using bad = await stubS3(inTurn(serve({ count: 100_000, after: reset, headers }), serve({ bytes: flipped })));
    const error = await failureOf(read(bad));
    expect(error.code).toBe('S3_BODY_CORRUPT');
    expect(error.details).toMatchObject({ algorithm, stored: CHECKSUMS[algorithm]?.(content) });
    await using early = await stubS3(
      inTurn(serve({ count: 295_000, after: reset, headers, bytes: flipped }), serve({ headers })),
    );
    expect((await failureOf(read(early))).code).toBe('S3_BODY_CORRUPT');
  });

  it.each([
    ['a checksum of checksums', { 'x-amz-checksum-crc32': 'AAAAAA==-3', 'x-amz-checksum-type': 'COMPOSITE' }],
    ['none', {}],
  ])('is counted as unverified where there is %s', async (_name, headers) => {
    await using stub = await stubS3(inTurn(serve({ count: 100_000, after: reset, headers }), serve()));
    expect((await read(stub)).counters).toEqual({ resumes: 1, unverified: 1 });
  });
});

it('counts nothing where one request was enough', async () => {
  await using stub = await stubS3(serve());
  expect((await read(stub)).counters).toEqual({});
  expect(rangesOf(stub)).toEqual([undefined]);
});

it('ends at once on an abort while it waits to go on, and while it asks', async () => {
  await using stub = await stubS3(inTurn(serve({ count: 1, after: reset }), () => {}));
  const item = await s3Source({ client: stub.client }).open(ref, itemContext());
  const abort = new AbortController();
  const outcome = collect(item.chunks(itemContext(abort.signal))).catch((error: unknown) => error);
  await vi.waitFor(() => expect(stub.requests).toHaveLength(2));
  const asking = new Error('asking');
  abort.abort(asking);
  expect(await outcome).toBe(asking);

  vi.spyOn(Math, 'random').mockReturnValue(1000);
  try {
    await using waiting = await stubS3(serve({ count: 1, after: reset }));
    const other = await s3Source({ client: waiting.client }).open(ref, itemContext());
    const stop = new AbortController();
    const context = itemContext(stop.signal);
    const stopped = collect(other.chunks(context)).catch((error: unknown) => error);
    await vi.waitFor(() => expect(context.counters).toEqual({ resumes: 1 }));
    const reason = new Error('waiting');
    stop.abort(reason);
    expect(await stopped).toBe(reason);
    expect(waiting.requests).toHaveLength(1);
  } finally {
    vi.restoreAllMocks();
  }
});

it('does not go on once it is closed', async () => {
  await using stalled = await stubS3(serve({ count: 1, after: stall }));
  const reading = await s3Source({ client: stalled.client }).open(ref, itemContext());
  const chunks = reading.chunks(itemContext())[Symbol.asyncIterator]();
  await chunks.next();
  const ended = failureOf(chunks.next());
  await turns();
  await reading.close?.();
  expect((await ended).code).toBe('S3_BODY_TRUNCATED');
  expect(stalled.requests).toHaveLength(1);
  await vi.waitFor(() => expect(stalled.sockets.size).toBe(0));

  // Closed while it waits, it destroys what it opens then.
  vi.spyOn(Math, 'random').mockReturnValue(1);
  try {
    await using stub = await stubS3(inTurn(serve({ count: 1, after: reset }), serve({ count: 5, after: stall })));
    const item = await s3Source({ client: stub.client }).open(ref, itemContext());
    const context = itemContext();
    const outcome = failureOf(collect(item.chunks(context)));
    await vi.waitFor(() => expect(context.counters).toEqual({ resumes: 1 }));
    await item.close?.();
    expect((await outcome).code).toBe('S3_BODY_TRUNCATED');
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
  } finally {
    vi.restoreAllMocks();
  }
});

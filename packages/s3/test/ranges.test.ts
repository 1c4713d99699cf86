import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { type GetObjectCommandOutput, PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type S3Ranges, s3Source } from '../src/index.ts';
import { parallelRanges } from '../src/parallel-ranges.ts';
import type { ByteRange } from '../src/resumable-ranges.ts';
import { CHECKSUMS, checksumHeaders } from './checksum-headers.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { holdTimers } from '../../../test/support/hold-timers.ts';
import { itemContext } from './item-context.ts';
import { type Answer, errorAnswer, type StubS3, stubS3 } from './stub-s3.ts';
import { testBuckets } from './test-buckets.ts';
import { turns } from '../../../test/support/turns.ts';

const ref = { bucket: 'bucket', key: 'key' };
const KB64 = 65_536;
const content = Buffer.from(Array.from({ length: 4 * KB64 + 1000 }, (_, n) => (n * 7919) % 251));
const flippedAt = (at: number): Buffer => {
  const bytes = Buffer.from(content);
  bytes[at]! ^= 1;
  return bytes;
};
const stored = checksumHeaders('CRC64NVME', content);
/** Which range of 64 KiB a request is for; 0 also for the whole. */
const rangeOf = (range: string | undefined): number => Math.floor(Number(/\d+/.exec(range ?? '0')?.[0]) / KB64);

type Answering = Parameters<Answer>;

/** Answers like S3, with the whole or with a range. `act` may answer in its place, and says so by `true`. */
function serve({
  bytes = content as Buffer,
  headers = stored,
  act = (_range: number, _response: Answering[1], _part: Buffer): boolean => false,
} = {}): Answer {
  return ({ headers: { range } }, response) => {
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    const end = to === '' ? bytes.length : Number(to) + 1;
    const part = bytes.subarray(Number(from), end);
    const place = { 'content-range': `bytes ${from}-${end - 1}/${bytes.length}` };
    response.writeHead(range === undefined ? 200 : 206, {
      'content-length': part.length,
      etag: '"e"',
      ...(range === undefined ? headers : place),
    });
    if (!act(rangeOf(range), response, part)) response.end(part);
  };
}

/** Sends the first bytes of a part, and then breaks the connection. */
function breakOff(response: Answering[1], part: Buffer, count = 10_000): boolean {
  return (
    response.write(part.subarray(0, count), () => void turns().then(() => response.socket?.resetAndDestroy())) || true
  );
}

async function read(
  { client }: StubS3,
  {
    maxResumes = 10,
    idleTimeoutMs = 5000,
    ranges = { count: 3, bytes: KB64 } as S3Ranges,
    pinned = {},
    context = itemContext(),
  } = {},
): Promise<{ content: Buffer; counters: Readonly<Record<string, number>> }> {
  const source = s3Source({ client, maxResumes, idleTimeoutMs, ranges });
  const item = await source.open({ ...ref, ...pinned }, itemContext());
  try {
    return { content: Buffer.concat(await collect(item.chunks(context))), counters: context.counters };
  } finally {
    await item.close?.();
  }
}

const rangesOf = ({ requests }: StubS3): unknown[] => requests.map(({ headers }) => headers.range);

describe('an object that is longer than a range', () => {
  it('is read by ranges of the same version, in order, however they arrive', async () => {
    // Of the three that are under way, the first ends last.
    const waiting: (() => void)[] = [];
    const act = (range: number, response: Answering[1], part: Buffer): boolean => {
      response.flushHeaders();
      if (range < 3) waiting.push(() => void response.end(part));
      else response.end(part);
      if (waiting.length === 3)
        void (async () => {
          for (const end of waiting.toReversed()) {
            end();
            await turns();
          }
        })();
      return true;
    };
    await using stub = await stubS3(serve({ act }));
    const { content: arrived, counters } = await read(stub, { pinned: { versionId: 'null' } });
    expect(arrived.equals(content)).toBe(true);
    expect(counters).toEqual({ verified: 1 });
    const last = `bytes=${4 * KB64}-`;
    // Requests that are under way together may reach the server in any order.
    expect(rangesOf(stub)[0]).toBeUndefined();
    expect(rangesOf(stub).toSorted()).toEqual([
      'bytes=131072-196607',
      'bytes=196608-262143',
      last,
      'bytes=65536-131071',
      undefined,
    ]);
    for (const { url } of stub.requests) expect(url).toContain('versionId=null');
    for (const { headers } of stub.requests.slice(1)) expect(headers['if-match']).toBe('"e"');
    await vi.waitFor(() => expect(stub.sockets.size).toBeLessThanOrEqual(3));
  });

  it.each(Object.keys(CHECKSUMS))('is compared with the stored %s across its ranges', async (algorithm) => {
    const headers = checksumHeaders(algorithm, content);
    await using good = await stubS3(serve({ headers }));
    expect((await read(good)).counters).toEqual({ verified: 1 });
    for (const at of [1, KB64 * 2, content.length - 1]) {
      await using bad = await stubS3(serve({ headers, bytes: flippedAt(at) }));
      expect((await failureOf(read(bad))).code).toBe('S3_BODY_CORRUPT');
    }
  });

  it('is unverified where S3 stores no checksum of the whole, or the client asks for none', async () => {
    const composite = { 'x-amz-checksum-crc32': 'AAAAAA==-3', 'x-amz-checksum-type': 'COMPOSITE' };
    await using stub = await stubS3(serve({ headers: composite }));
    expect((await read(stub)).counters).toEqual({ unverified: 1 });
    await using unasked = await stubS3(serve());
    const client = unasked.clientWith({ responseChecksumValidation: 'WHEN_REQUIRED' });
    expect((await read({ ...unasked, client })).counters).toEqual({ unverified: 1 });
  });

  it('resumes each range on its own', async () => {
    const broken = new Set<number>();
    const act = (range: number, response: Answering[1], part: Buffer): boolean =>
      !broken.has(range) && broken.add(range) && breakOff(response, part);
    await using stub = await stubS3(serve({ act }));
    const { content: arrived, counters } = await read(stub);
    expect(arrived.equals(content)).toBe(true);
    // The last range is shorter than what is sent of it. A kept connection that was broken off may cost one more.
    expect(counters).toEqual({ resumes: expect.toBeOneOf([4, 5]), verified: 1 });
    expect(rangesOf(stub)).toContain('bytes=10000-65535');
    expect(rangesOf(stub)).toContain('bytes=75536-131071');
  });

  it('resumes a range that stalls, or that is refused at first', async () => {
    let stalled = false;
    const act = (range: number, response: Answering[1], part: Buffer): boolean => {
      if (range !== 2 || stalled) return false;
      stalled = true;
      return response.write(part.subarray(0, 10)) || true;
    };
    let refused = false;
    const idleTimeoutMs = 77_777;
    using idle = holdTimers(idleTimeoutMs);
    await using stub = await stubS3((request, response) => {
      if (rangeOf(request.headers.range) !== 1 || refused) return serve({ act })(request, response);
      refused = true;
      errorAnswer(503, 'SlowDown')(request, response);
    });
    const reading = read(stub, { idleTimeoutMs });
    // The whole, ranges 1 to 4, and range 1 again: only the range that stalls is still waited for.
    await vi.waitFor(() => expect([stub.requests.length, idle.pending()]).toEqual([6, 1]));
    idle.fire();
    const { content: arrived, counters } = await reading;
    expect(arrived.equals(content)).toBe(true);
    expect(counters).toEqual({ resumes: 2, verified: 1 });
  });

  it('has one budget for all its ranges', async () => {
    const act = (range: number, response: Answering[1], part: Buffer): boolean =>
      range > 0 && breakOff(response, part, 100);
    await using stub = await stubS3(serve({ act }));
    const context = itemContext();
    const error = await failureOf(read(stub, { maxResumes: 3, context }));
    expect(error.code).toBe('S3_BODY_TRUNCATED');
    expect(context.counters).toEqual({ resumes: 3 });
    // The whole, three ranges, and those that go on; one of them may still wait when the other has spent the budget.
    expect(stub.requests.length).toBeLessThanOrEqual(7);
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
  });

  it('is never spliced with another version', async () => {
    await using refused = await stubS3((request, response) =>
      (rangeOf(request.headers.range) === 2 ? errorAnswer(412, 'PreconditionFailed') : serve())(request, response),
    );
    expect((await failureOf(read(refused))).code).toBe('S3_OBJECT_CHANGED');
    await using ignored = await stubS3((request, response) => {
      if (request.headers.range === undefined) return serve()(request, response);
      response.writeHead(206, { etag: '"other"', 'content-range': `bytes 65536-131071/${content.length}` });
      response.end(content.subarray(KB64, 2 * KB64));
    });
    expect((await failureOf(read(ignored))).code).toBe('S3_OBJECT_CHANGED');
  });

  it('fails where the store ignores ranges', async () => {
    await using stub = await stubS3((request, response) => {
      delete request.headers.range;
      serve()(request, response);
    });
    expect((await failureOf(read(stub))).code).toBe('S3_RANGE_IGNORED');
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
  });
});

it.each([
  ['not longer than a range', { count: 3, bytes: 2 ** 20 }, serve()],
  [
    'whose version nothing holds on to',
    { count: 3, bytes: KB64 },
    ((_request, response) => {
      const modified = { 'x-amz-request-id': 'R', 'last-modified': 'Sun, 22 Nov 2026 10:20:30 GMT' };
      response.writeHead(200, { 'content-length': content.length, ...modified }).end(content);
    }) as Answer,
  ],
])('an object %s takes one request', async (_name, ranges, answer) => {
  await using stub = await stubS3(answer);
  const { content: arrived, counters } = await read(stub, { ranges });
  expect(arrived.equals(content)).toBe(true);
  expect(counters).toEqual({});
  expect(stub.requests).toHaveLength(1);
});

it('a body that something on the client has put in the place of the one that came takes one request', async () => {
  await using stub = await stubS3(serve({ headers: {} }));
  const { client } = stub;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const output = result.output as GetObjectCommandOutput;
      const Body = (output.Body as Readable).compose(new PassThrough()) as NonNullable<typeof output.Body>;
      return { ...result, output: { ...output, Body } };
    },
    { step: 'initialize' },
  );
  expect((await read(stub)).content.equals(content)).toBe(true);
  expect(stub.requests).toHaveLength(1);
});

describe('ranges that nobody takes', () => {
  it('are asked for and held only as far as the options say', async () => {
    let sent = 0;
    const act = (_range: number, _response: unknown, part: Buffer): boolean => {
      sent += part.length;
      return false;
    };
    const length = 100 * KB64;
    await using stub = await stubS3(serve({ bytes: Buffer.alloc(length), headers: {}, act }));
    const item = await s3Source({ client: stub.client, ranges: { count: 4, bytes: KB64 } }).open(ref, itemContext());
    const chunks = item.chunks(itemContext())[Symbol.asyncIterator]();
    await chunks.next();
    await vi.waitFor(() => expect(stub.requests).toHaveLength(4));
    await turns();
    expect(stub.requests).toHaveLength(4);
    expect(sent).toBe(length + 3 * KB64);
    await chunks.return?.();
    await vi.waitFor(() => expect(stub.sockets.size).toBeLessThanOrEqual(3));
    expect(stub.requests).toHaveLength(4);
    await item.close?.();
  });

  it('end at once on an abort, with its reason, and free their connections', async () => {
    const act = (_range: number, response: Answering[1]): boolean => response.write('x') || true;
    await using stub = await stubS3(serve({ act }));
    const item = await s3Source({ client: stub.client, ranges: { count: 3, bytes: KB64 } }).open(ref, itemContext());
    const abort = new AbortController();
    const remove = vi.spyOn(abort.signal, 'removeEventListener');
    const add = vi.spyOn(abort.signal, 'addEventListener');
    const chunks = item.chunks(itemContext(abort.signal))[Symbol.asyncIterator]();
    await chunks.next();
    const waiting = chunks.next().catch((error: unknown) => error);
    await vi.waitFor(() => expect(stub.sockets.size).toBe(3));
    await turns();
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await waiting).toBe(reason);
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
    expect(remove.mock.calls.length).toBe(add.mock.calls.length);
  });

  it('free their connections when the item is closed', async () => {
    const act = (_range: number, response: Answering[1]): boolean => response.write('x') || true;
    await using stub = await stubS3(serve({ act }));
    const item = await s3Source({ client: stub.client, ranges: { count: 3, bytes: KB64 } }).open(ref, itemContext());
    const ended = failureOf(collect(item.chunks(itemContext())));
    await vi.waitFor(() => expect(stub.sockets.size).toBe(3));
    await turns();
    await item.close?.();
    expect((await ended).code).toBe('S3_BODY_TRUNCATED');
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
  });
});

describe('parallelRanges', () => {
  const { signal } = new AbortController();

  it('hands out every byte once and in order, and never holds more than count × bytes', async () => {
    const shapes = fc.record({
      length: fc.integer({ min: 1, max: 200 }),
      bytes: fc.integer({ min: 1, max: 50 }),
      count: fc.integer({ min: 2, max: 6 }),
      chunk: fc.integer({ min: 1, max: 20 }),
      turns: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async ({ length, bytes, count, chunk, turns }) => {
        let held = 0;
        let most = 0;
        let step = 0;
        const wait = async (): Promise<void> => {
          for (let turn = turns[(step += 1) % turns.length]!; turn > 0; turn -= 1) await setImmediate();
        };
        async function* range({ start, end }: ByteRange): AsyncGenerator<Uint8Array> {
          for (let at = start; at < Number(end); at += chunk) {
            await wait();
            const part = Uint8Array.from({ length: Math.min(chunk, Number(end) - at) }, (_, n) => at + n);
            most = Math.max(most, (held += part.length));
            yield part;
          }
        }
        const arrived: number[] = [];
        for await (const part of parallelRanges({ length, bytes, count, signal, read: range })) {
          held -= part.length;
          arrived.push(...part);
          await wait();
        }
        expect(arrived).toEqual(Array.from({ length }, (_, at) => at));
        expect(most).toBeLessThanOrEqual(count * bytes);
      }),
    );
  });

  it('fails where the bytes of the failed range would have come, and ends the others', async () => {
    const failure = new Error('third');
    const ended: number[] = [];
    async function* range({ start }: ByteRange, own: AbortSignal): AsyncGenerator<Uint8Array> {
      try {
        if (start === 20) throw failure;
        yield Uint8Array.of(start);
        if (start > 20 && !own.aborted) await once(own, 'abort');
      } finally {
        ended.push(start);
      }
    }
    const arrived: number[] = [];
    const reading = (async (): Promise<void> => {
      const options = { length: 100, bytes: 10, count: 4, signal, read: range };
      for await (const part of parallelRanges(options)) arrived.push(...part);
    })();
    await expect(reading).rejects.toBe(failure);
    expect(arrived).toEqual([0, 10]);
    expect(ended.toSorted((a, b) => a - b)).toEqual([0, 10, 20, 30, 40, 50]);
  });

  it('hands out nothing more after an abort, though it is there', async () => {
    const abort = new AbortController();
    async function* range(): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 10; n += 1) yield Uint8Array.of(n);
    }
    const options = { length: 10, bytes: 10, count: 2, signal: abort.signal, read: range };
    const chunks = parallelRanges(options);
    await chunks.next();
    await turns();
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(chunks.next()).rejects.toBe(reason);
    await expect(parallelRanges(options).next()).rejects.toBe(reason);
  });
});

it('reads from a real server what was written there', async () => {
  await using buckets = await testBuckets();
  const bucket = await buckets.create('ranges');
  const Body = Buffer.concat(Array.from({ length: 16 }, (_, n) => Buffer.alloc(500_001, n)));
  await buckets.client.send(new PutObjectCommand({ Bucket: bucket, Key: 'large', Body }));
  const source = s3Source({ client: buckets.client, ranges: { count: 4, bytes: 2 ** 20 } });
  const item = await source.open({ bucket, key: 'large' }, itemContext());
  const context = itemContext();
  const arrived = Buffer.concat(await collect(item.chunks(context)));
  await item.close?.();
  expect(arrived.equals(Body)).toBe(true);
  expect(context.counters).toEqual({ verified: 1 });
});

it('refuses ranges that it cannot read by', () => {
  const code = (ranges: object): unknown => {
    try {
      return s3Source({ ranges });
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(code({ count: 1 })).toBe('OPTION_INVALID');
  expect(code({ bytes: 1000 })).toBe('OPTION_INVALID');
  expect(code({ size: KB64 })).toBe('OPTION_UNKNOWN');
  expect(code({})).toMatchObject({ name: 's3' });
});

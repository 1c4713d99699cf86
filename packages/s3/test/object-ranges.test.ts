import type { ServerResponse } from 'node:http';
import type { RangedItem } from '@millrace/core/plugin';
import { describe, expect, it, vi } from 'vitest';
import { s3Source, type S3SourceOptions } from '../src/index.ts';
import { itemContext } from './item-context.ts';
import { type Answer, errorAnswer, inTurn, type StubS3, stubS3 } from './stub-s3.ts';
import { turns } from '../../../test/support/turns.ts';

const ref = { bucket: 'bucket', key: 'key', etag: 'e', versionId: 'v1' };
const content = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n * 7919) % 251));
const VERSION = { etag: '"e"', 'x-amz-version-id': 'v1' };

/** Answers HEAD and ranges like S3, but sends `count` bytes of a range at most and then does `after`. */
function serve({
  count = Number.POSITIVE_INFINITY,
  after = (response: ServerResponse): void => void response.end(),
  headers = VERSION as Record<string, string>,
} = {}): Answer {
  return ({ method, headers: { range } }, response) => {
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    const [start, end] = [Number(from), to === '' ? content.length : Number(to) + 1];
    const part = content.subarray(start, end);
    const place = { 'content-range': `bytes ${start}-${end - 1}/${content.length}` };
    response.writeHead(range === undefined ? 200 : 206, {
      'content-length': part.length,
      ...headers,
      ...(range === undefined ? {} : place),
    });
    if (method === 'HEAD') return void response.end();
    response.write(part.subarray(0, count), () => void turns(count < part.length ? 50 : 0).then(() => after(response)));
  };
}

const reset = (response: ServerResponse): void => void response.socket?.resetAndDestroy();

async function open({ client }: StubS3, options: S3SourceOptions = {}): Promise<RangedItem> {
  return s3Source({ client, ...options }).openRanges(ref, itemContext());
}

describe('ranges of an object', () => {
  it('are asked for one by one, from the version and ETag that were opened, and count as unverified once', async () => {
    await using stub = await stubS3(serve());
    const item = await open(stub);
    expect(item.origin).toMatchObject({ id: 's3://bucket/key?versionId=v1&etag=e', size: content.length });
    expect(item).toMatchObject({ size: content.length, versionTag: 'e' });
    const context = itemContext();
    for (const [start, length] of [
      [299_992, 8],
      [0, 4],
      [1000, 250_000],
      [0, 4],
    ] as const)
      expect(content.subarray(start, start + length).equals(await item.read(start, length, context))).toBe(true);
    await item.close?.();
    expect(stub.requests.map(({ method, headers: { range } }) => [method, range])).toEqual([
      ['HEAD', undefined],
      ['GET', 'bytes=299992-'],
      ['GET', 'bytes=0-3'],
      ['GET', 'bytes=1000-250999'],
      ['GET', 'bytes=0-3'],
    ]);
    for (const { url, headers } of stub.requests) {
      expect(url).toContain('versionId=v1');
      expect(headers['if-match']).toBe('"e"');
    }
    expect(context.counters).toEqual({ unverified: 1 });
  });

  it('are resumed where they break off, also where S3 is not there for a while', async () => {
    await using stub = await stubS3(
      inTurn(serve(), serve({ count: 50_000, after: reset }), errorAnswer(503, 'SlowDown'), serve()),
    );
    const context = itemContext();
    const item = await open(stub);
    expect(content.subarray(1000, 201_000).equals(await item.read(1000, 200_000, context))).toBe(true);
    expect(context.counters).toEqual({ unverified: 1, resumes: 2 });
    const { range } = stub.requests.at(-1)!.headers;
    expect(range).toMatch(/^bytes=\d+-200999$/);
    expect(Number(/\d+/.exec(range!)![0])).toBeGreaterThan(1000);
    await vi.waitFor(() => expect(stub.sockets.size).toBeLessThanOrEqual(1));
  });

  it('share one budget of resumes', async () => {
    const breaks = serve({ count: 10, after: reset });
    await using stub = await stubS3(inTurn(serve(), breaks, serve(), breaks, serve()));
    const item = await open(stub, { maxResumes: 1 });
    await item.read(0, 1000, itemContext());
    await expect(item.read(0, 1000, itemContext())).rejects.toMatchObject({ code: 'S3_BODY_TRUNCATED' });
  });

  it.each([
    ['with another content', errorAnswer(412, 'PreconditionFailed'), 'S3_OBJECT_CHANGED'],
    ['with another ETag', serve({ headers: { ...VERSION, etag: '"f"' } }), 'S3_OBJECT_CHANGED'],
    [
      'as a whole',
      ((_request, response) => void response.writeHead(200, VERSION).end(content)) as Answer,
      'S3_RANGE_IGNORED',
    ],
  ])('that the store answers %s are refused', async (_, answer, code) => {
    await using stub = await stubS3(inTurn(serve(), answer));
    const item = await open(stub);
    await expect(item.read(5, 10, itemContext())).rejects.toMatchObject({ code });
  });

  it.each([
    [0, 300_001],
    [300_000, 1],
    [-1, 2],
    [3, 0],
  ])('from %i of %i bytes are not asked for', async (start, length) => {
    await using stub = await stubS3(serve());
    const item = await open(stub);
    await expect(item.read(start, length, itemContext())).rejects.toMatchObject({ code: 'S3_RANGE_INVALID' });
    expect(stub.requests).toHaveLength(1);
  });

  it('may have one byte', async () => {
    await using stub = await stubS3(serve());
    const item = await open(stub);
    expect([...(await item.read(299_999, 1, itemContext()))]).toEqual([content[299_999]]);
  });

  it('need an ETag to be held to', async () => {
    await using stub = await stubS3(serve({ headers: { 'x-amz-version-id': 'v1' } }));
    const opening = s3Source({ client: stub.client }).openRanges({ bucket: 'bucket', key: 'key' }, itemContext());
    await expect(opening).rejects.toMatchObject({ code: 'S3_RANGE_INVALID' });
  });

  it('do not wait for ever until S3 answers', async () => {
    await using stub = await stubS3(() => {});
    await expect(open(stub, { idleTimeoutMs: 50 })).rejects.toMatchObject({ code: 'S3_UNAVAILABLE' });
  });
});

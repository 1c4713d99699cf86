import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Ref, s3Source } from '../src/index.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { itemContext } from './item-context.ts';
import { type Answer, inTurn, type StubS3, stubS3 } from './stub-s3.ts';
import { type TestBuckets, testBuckets } from './test-buckets.ts';

const ref = { bucket: 'bucket', key: 'key' };
const S3_SAYS = { 'x-amz-request-id': 'R', 'last-modified': 'Sun, 22 Nov 2026 10:20:30 GMT' };
const LATER = { date: 'Sun, 22 Nov 2026 10:30:00 GMT' };

const answer =
  (headers: Record<string, string>, body = 'abc'): Answer =>
  (_request, response) =>
    void response.writeHead(200, { 'content-length': body.length, ...headers }).end(body);

async function opened({ client }: StubS3, asked: S3Ref = ref): Promise<{ id: string; text: string }> {
  const item = await s3Source({ client, maxResumes: 0 }).open(asked, itemContext());
  const text = Buffer.concat(await collect(item.chunks(itemContext()))).toString();
  await item.close?.();
  return { id: item.origin.id, text };
}

describe('the identity of an object whose store names no ETag', () => {
  it('is the version id, if there is one, with the ETag that the reference names', async () => {
    await using stub = await stubS3(answer({ ...S3_SAYS, 'x-amz-version-id': 'v1' }));
    expect((await opened(stub)).id).toBe('s3://bucket/key?versionId=v1');
    const named = { ...ref, versionId: 'v1', etag: 'e' };
    const { id } = await opened(stub, named);
    expect(id).toBe('s3://bucket/key?versionId=v1&etag=e');
    expect(s3Source({ client: stub.client, landingCopies: false }).identify(named)).toMatchObject({
      origin: { id },
      exact: true,
    });
  });

  it('is the ETag of the event or listing, under which it was asked for', async () => {
    await using stub = await stubS3(answer(S3_SAYS));
    expect((await opened(stub, { ...ref, etag: '"e"' })).id).toBe('s3://bucket/key?etag=e');
    const item = await s3Source({ client: stub.client }).open({ ...ref, etag: '"e"' }, itemContext());
    expect(item.versionTag).toBe('e');
    await item.close?.();
    expect(stub.requests[0]?.headers['if-match']).toBe('"e"');
  });

  it('is its time and its length otherwise: another time or another length is another object', async () => {
    const hour = { 'last-modified': 'Sun, 22 Nov 2026 09:20:30 GMT' };
    const answers = [answer({ ...S3_SAYS, ...LATER }), answer({ ...S3_SAYS, ...LATER }, 'abcd')];
    await using stub = await stubS3(inTurn(...answers, answer({ ...S3_SAYS, ...LATER, ...hour })));
    const ids = [await opened(stub), await opened(stub), await opened(stub)].map(({ id }) => id);
    expect(ids[0]).toBe('s3://bucket/key?lastModified=2026-11-22T10%3A20%3A30.000Z&size=3');
    expect(new Set(ids).size).toBe(3);
  });

  it('waits until the second of its time is over, since another content may get the same time in it', async () => {
    const dates = ['30', '31'].map((second) => ({ date: `Sun, 22 Nov 2026 10:20:${second} GMT` }));
    const fresh = dates.map((date) => answer({ ...S3_SAYS, ...date }, 'old'));
    const settled = answer({ ...S3_SAYS, ...LATER }, 'new');
    await using stub = await stubS3(inTurn(...fresh, settled));
    expect(await opened(stub)).toMatchObject({ text: 'new' });
    expect(stub.requests).toHaveLength(3);
  });

  it('is refused if nothing tells one content from another', async () => {
    const { 'last-modified': _, ...untimed } = S3_SAYS;
    await using stub = await stubS3(answer(untimed));
    const error = await failureOf(opened(stub));
    expect(error).toMatchObject({ code: 'S3_VERSION_UNKNOWN', retryable: true });
    const endless: Answer = (_request, response) => {
      response.writeHead(200, { ...S3_SAYS, ...LATER });
      response.write('a');
      response.end();
    };
    await using other = await stubS3(endless);
    expect((await failureOf(opened(other))).code).toBe('S3_VERSION_UNKNOWN');
  });

  it('cannot be read by ranges', async () => {
    await using stub = await stubS3(answer(S3_SAYS));
    const opening = s3Source({ client: stub.client }).openRanges(ref, itemContext());
    expect((await failureOf(opening)).code).toBe('S3_RANGE_INVALID');
  });
});

describe('through a proxy that makes ETags weak', () => {
  let buckets: TestBuckets;
  let bucket: string;
  let client: S3Client;
  let cut = false;
  const server = createServer((request, response) => {
    void (async () => {
      const { hostname, port } = await buckets.client.config.endpoint!();
      const { url: path, method, headers } = request;
      const up = httpRequest({ hostname, port, path, method, headers: { ...headers, host: `${hostname}:${port}` } });
      up.on('response', (given) => {
        const { etag, ...others } = given.headers;
        response.writeHead(given.statusCode ?? 502, { ...others, ...(etag !== undefined && { etag: `W/${etag}` }) });
        if (!cut) return void given.pipe(response);
        cut = false;
        given.once('data', (chunk: Buffer) => {
          response.write(chunk.subarray(0, 1000), () => response.socket?.end());
          given.destroy();
        });
      });
      request.pipe(up);
    })();
  });
  beforeAll(async () => {
    buckets = await testBuckets();
    bucket = await buckets.create('weak');
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { credentials, region } = buckets.client.config;
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  });
  afterAll(async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
    await buckets[Symbol.asyncDispose]();
  });

  it('an object is the one that events and listings name, with the same id, also if its body breaks off', async () => {
    const text = 'H1\nY1\n'.repeat(1000);
    const put = new PutObjectCommand({ Bucket: bucket, Key: 'bins', Body: text });
    const etag = (await buckets.client.send(put)).ETag!.replaceAll('"', '');
    const direct = await s3Source({ client: buckets.client }).open({ bucket, key: 'bins' }, itemContext());
    await direct.close?.();
    const source = s3Source({ client });
    for (const [asked, broken] of [
      [etag, false],
      [`W/"${etag}"`, false],
      [undefined, false],
      [etag, true],
    ] as const) {
      cut = broken;
      const item = await source.open(
        { bucket, key: 'bins', ...(asked !== undefined && { etag: asked }) },
        itemContext(),
      );
      expect(item.origin).toEqual(direct.origin);
      expect(item.versionTag).toBe(etag);
      expect(Buffer.concat(await collect(item.chunks(itemContext()))).toString()).toBe(text);
      await item.close?.();
      expect(cut).toBe(false);
    }
    const other = source.open({ bucket, key: 'bins', etag: 'W/"other"' }, itemContext());
    expect((await failureOf(other)).code).toBe('S3_OBJECT_CHANGED');
  });
});

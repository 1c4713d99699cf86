import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Ref, s3Source, type S3Source } from '../src/index.ts';
import { failureOf } from './failure-of.ts';
import { itemContext } from './item-context.ts';
import { type Answer, errorAnswer, stubS3 } from './stub-s3.ts';
import { type TestBuckets, testBuckets } from './test-buckets.ts';

let buckets: TestBuckets;
let plain: string;
let failing: S3Source;
let skipping: S3Source;

beforeAll(async () => {
  buckets = await testBuckets();
  plain = await buckets.create('missing');
  failing = s3Source({ client: buckets.client });
  skipping = s3Source({ client: buckets.client, missing: 'skip' });
});
afterAll(async () => buckets[Symbol.asyncDispose]());

/** Puts an object and deletes it; the reference is its event's. */
async function deleted(): Promise<S3Ref> {
  const place = { Bucket: plain, Key: 'gone' };
  const { ETag = '' } = await buckets.client.send(new PutObjectCommand({ ...place, Body: 'x' }));
  await buckets.client.send(new DeleteObjectCommand(place));
  return { bucket: plain, key: 'gone', etag: ETag.replaceAll('"', '') };
}

const ways = ['open', 'openRanges'] as const;

describe.each(ways)('%s of an object that was deleted', (way) => {
  it('fails, unless it is to be skipped', async () => {
    const ref = await deleted();
    expect((await failureOf(failing[way](ref, itemContext()))).code).toBe('S3_OBJECT_NOT_FOUND');
    expect(await failureOf(skipping[way](ref, itemContext()))).toMatchObject({
      code: 'SOURCE_OBJECT_SKIPPED',
      retryable: false,
      details: { reason: 'missing', uri: `s3://${plain}/gone` },
      cause: { code: 'S3_OBJECT_NOT_FOUND' },
    });
  });

  const marker = { headers: { 'x-amz-delete-marker': 'true' } };
  it.each([
    ['a delete marker hides it', errorAnswer(404, 'NoSuchKey', marker), 'S3_OBJECT_NOT_FOUND'],
    ['its version is a delete marker', errorAnswer(405, 'MethodNotAllowed', marker), 'S3_OBJECT_NOT_FOUND'],
    ['its version was deleted for good', errorAnswer(404, 'NoSuchVersion'), 'S3_VERSION_NOT_FOUND'],
  ])('is the same where %s', async (_what, answer, code) => {
    const ref = { bucket: 'bucket', key: 'key', versionId: 'v1' };
    await using stub = await stubS3(answer);
    const fails = s3Source({ client: stub.client })[way](ref, itemContext());
    expect((await failureOf(fails)).code).toBe(code);
    const skips = s3Source({ client: stub.client, missing: 'skip' })[way](ref, itemContext());
    expect(await failureOf(skips)).toMatchObject({ code: 'SOURCE_OBJECT_SKIPPED', details: { versionId: 'v1' } });
  });
});

describe.each(ways)('%s with missing objects skipped', (way) => {
  const ref = { bucket: 'bucket', key: 'key' };
  const page: Answer = (_request, response) =>
    void response.writeHead(404, { 'content-type': 'text/html' }).end('<html>');

  it.each([
    ['a missing bucket', errorAnswer(404, 'NoSuchBucket'), 'S3_BUCKET_NOT_FOUND'],
    ['denied access', errorAnswer(403, 'AccessDenied'), 'S3_ACCESS_DENIED'],
    ['a proxy that finds nothing', page, 'S3_OBJECT_NOT_FOUND'],
    ['an object that changed', errorAnswer(412, 'PreconditionFailed'), 'S3_OBJECT_CHANGED'],
    ['S3 that is away', errorAnswer(503, 'SlowDown'), 'S3_UNAVAILABLE'],
  ])('does not skip for %s', async (_what, answer, code) => {
    await using stub = await stubS3(answer);
    const source = s3Source({ client: stub.client, missing: 'skip' });
    expect((await failureOf(source[way](ref, itemContext()))).code).toBe(code);
  });
});

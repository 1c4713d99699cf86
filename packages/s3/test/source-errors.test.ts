import type { MillraceError } from '@millrace/core';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { copyToLanding, s3Source } from '../src/index.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { itemContext } from './item-context.ts';
import { errorAnswer, stubS3 } from './stub-s3.ts';

const ref = { bucket: 'bucket', key: 'a b/é.gz' };

const region = { headers: { 'x-amz-bucket-region': 'eu-west-1' } };

describe('what S3 answers becomes a code', () => {
  const marker = { headers: { 'x-amz-delete-marker': 'true' } };
  it.each([
    ['S3_OBJECT_NOT_FOUND', errorAnswer(404, 'NoSuchKey', { elements: '<Key>k</Key>' })],
    ['S3_OBJECT_NOT_FOUND', errorAnswer(405, 'MethodNotAllowed', marker)],
    ['S3_BUCKET_NOT_FOUND', errorAnswer(404, 'NoSuchBucket')],
    ['S3_VERSION_NOT_FOUND', errorAnswer(404, 'NoSuchVersion')],
    ['S3_ACCESS_DENIED', errorAnswer(403, 'AccessDenied')],
    ['S3_ACCESS_DENIED', errorAnswer(403, 'AllAccessDisabled')],
    [
      'S3_OBJECT_ARCHIVED',
      errorAnswer(403, 'InvalidObjectState', { elements: '<StorageClass>GLACIER</StorageClass>' }),
    ],
    ['S3_CREDENTIALS_REFUSED', errorAnswer(403, 'InvalidAccessKeyId')],
    ['S3_CREDENTIALS_REFUSED', errorAnswer(403, 'SignatureDoesNotMatch')],
    ['S3_CREDENTIALS_REFUSED', errorAnswer(400, 'ExpiredToken')],
    ['S3_CREDENTIALS_REFUSED', errorAnswer(400, 'AuthorizationHeaderMalformed')],
    ['S3_OBJECT_CHANGED', errorAnswer(412, 'PreconditionFailed', { elements: '<Condition>If-Match</Condition>' })],
    ['S3_WRONG_REGION', errorAnswer(301, 'PermanentRedirect', region)],
    ['S3_UNAVAILABLE', errorAnswer(503, 'SlowDown')],
    ['S3_UNAVAILABLE', errorAnswer(500, 'InternalError')],
    ['S3_REQUEST_FAILED', errorAnswer(400, 'InvalidRequest')],
    ['S3_REQUEST_FAILED', errorAnswer(405, 'MethodNotAllowed')],
  ])('%s', async (code, answer) => {
    await using stub = await stubS3(answer);
    const error = await failureOf(s3Source({ client: stub.client }).open(ref, itemContext()));
    expect(error.code).toBe(code);
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).toContain('s3://bucket/a b/é.gz');
    expect(error.details).toMatchObject({ requestId: 'REQUEST1', uri: 's3://bucket/a b/é.gz' });
  });

  it.each([
    ['SlowDown', 503, true],
    ['InternalError', 500, true],
    ['RequestTimeout', 400, true],
    ['OperationAborted', 409, true],
    ['BadDigest', 400, true],
    ['TooManyRequests', 429, true],
    ['ExpiredToken', 400, true],
    ['InvalidAccessKeyId', 403, false],
    ['AccessDenied', 403, false],
    ['NoSuchKey', 404, false],
    ['NoSuchBucket', 404, false],
    ['InvalidObjectState', 403, false],
    ['InvalidRequest', 400, false],
  ])('says of %s whether it can pass', async (name, status, retryable) => {
    await using stub = await stubS3(errorAnswer(status, name));
    expect((await failureOf(s3Source({ client: stub.client }).open(ref, itemContext()))).retryable).toBe(retryable);
  });

  it.each([
    ['GLACIER', '', 'GLACIER', "Days=7'"],
    ['INTELLIGENT_TIERING', '<AccessTier>DEEP_ARCHIVE_ACCESS</AccessTier>', 'DEEP_ARCHIVE_ACCESS', "'{}'"],
  ])(
    'says where an object of class %s is archived, and how to restore it',
    async (storageClass, tier, place, option) => {
      const elements = `<StorageClass>${storageClass}</StorageClass>${tier}`;
      await using stub = await stubS3(errorAnswer(403, 'InvalidObjectState', { elements }));
      const error = await failureOf(s3Source({ client: stub.client }).open(ref, itemContext()));
      expect(error).toMatchObject({ code: 'S3_OBJECT_ARCHIVED', retryable: false, details: { storageClass } });
      expect(error.message).toContain(place);
      expect(error.message).toContain(
        `restore-object with --bucket, --key and --restore-request ${option.startsWith("'") ? '' : "'"}${option}`,
      );
    },
  );

  it('says that a changed object can be read at the next try, unless its version was named', async () => {
    await using stub = await stubS3(errorAnswer(412, 'PreconditionFailed'));
    const source = s3Source({ client: stub.client });
    for (const [named, retryable] of [
      [{ etag: 'e' }, false],
      [{ versionId: 'v' }, false],
      [{}, true],
    ] as const) {
      const error = await failureOf(source.open({ ...ref, ...named }, itemContext()));
      expect(error).toMatchObject({ code: 'S3_OBJECT_CHANGED', retryable });
    }
  });

  it('names the right region where S3 tells it, in a header or in the document', async () => {
    const redirect = errorAnswer(301, 'PermanentRedirect', region);
    const malformed = errorAnswer(400, 'AuthorizationHeaderMalformed', { elements: '<Region>eu-west-1</Region>' });
    for (const answer of [redirect, malformed]) {
      await using stub = await stubS3(answer);
      const error = await failureOf(s3Source({ client: stub.client }).open(ref, itemContext()));
      expect(error.code).toBe('S3_WRONG_REGION');
      expect(error.details?.['region']).toBe('eu-west-1');
      expect(error.message).toContain('eu-west-1');
    }
  });

  it('takes an invalid argument for a bad version id only where one was sent', async () => {
    await using stub = await stubS3(errorAnswer(400, 'InvalidArgument'));
    const source = s3Source({ client: stub.client });
    expect((await failureOf(source.open({ ...ref, versionId: 'x' }, itemContext()))).code).toBe('S3_VERSION_NOT_FOUND');
    expect((await failureOf(source.open(ref, itemContext()))).code).toBe('S3_REQUEST_FAILED');
  });

  it('says of denied access that the object may also not exist', async () => {
    await using stub = await stubS3(errorAnswer(403, 'AccessDenied'));
    const error = await failureOf(s3Source({ client: stub.client }).open(ref, itemContext()));
    expect(error.message).toContain('s3:ListBucket');
  });

  it('tells a network that fails from a client that cannot ask', async () => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const refused = new S3Client({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1', credentials, maxAttempts: 1 });
    expect((await failureOf(s3Source({ client: refused }).open(ref, itemContext()))).code).toBe('S3_UNAVAILABLE');
    const none = new S3Client({
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      credentials: () => Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' })),
    });
    expect((await failureOf(s3Source({ client: none }).open(ref, itemContext()))).code).toBe('S3_CREDENTIALS_REFUSED');
    const nowhere = new S3Client({
      credentials,
      region: async (): Promise<string> => Promise.reject(new Error('Region is missing')),
    });
    const error = await failureOf(s3Source({ client: nowhere }).open(ref, itemContext()));
    expect(error.code).toBe('S3_REQUEST_FAILED');
    expect(error.message).toContain('Region is missing');
  });

  it('reports a listing and a landing copy in the same codes', async () => {
    await using stub = await stubS3(errorAnswer(404, 'NoSuchBucket'));
    const listing = s3Source({ client: stub.client }).list({ bucket: 'bucket' });
    expect((await failureOf(collect(listing))).code).toBe('S3_BUCKET_NOT_FOUND');
    // HEAD tells 404 and no more; the GET that follows tells that it is the bucket.
    const land = copyToLanding({ target: { bucket: 'landing' }, feed: 'feed', client: stub.client });
    expect((await failureOf(land(ref))).code).toBe('S3_BUCKET_NOT_FOUND');
    expect(stub.requests.map(({ method }) => method)).toEqual(['GET', 'HEAD', 'GET']);
  });

  it('reads the region of HEAD at the wrong endpoint from its header', async () => {
    await using stub = await stubS3(errorAnswer(400, 'whatever', region));
    const land = copyToLanding({ target: { bucket: 'landing' }, feed: 'feed', client: stub.client });
    const error = await failureOf(land(ref));
    expect(error.code).toBe('S3_WRONG_REGION');
    expect(error.details?.['region']).toBe('eu-west-1');
  });
});

describe('what cannot name an object is refused before S3 is asked', () => {
  it.each([
    { bucket: '', key: 'k' },
    { bucket: 'b', key: '' },
    { bucket: 'b', key: 'a\ud800b' },
    { bucket: 'b' } as { bucket: string; key: string },
  ])('%j', async (bad) => {
    await using stub = await stubS3(errorAnswer(500, 'InternalError'));
    expect((await failureOf(s3Source({ client: stub.client }).open(bad, itemContext()))).code).toBe('S3_REF_INVALID');
    const land = copyToLanding({ target: { bucket: 'landing' }, feed: 'feed', client: stub.client });
    expect((await failureOf(land(bad))).code).toBe('S3_REF_INVALID');
    expect(stub.requests).toHaveLength(0);
  });
});

it('refuses unknown and wrong options when it is made', () => {
  const codeOf = (make: () => unknown): unknown => {
    try {
      return make();
    } catch (error) {
      return (error as MillraceError).code;
    }
  };
  expect(codeOf(() => s3Source({ clients: 1 } as object))).toBe('OPTION_UNKNOWN');
  expect(codeOf(() => s3Source({ idleTimeoutMs: 0 }))).toBe('OPTION_INVALID');
  expect(codeOf(() => s3Source().list({ bucket: '' }))).toBe('OPTION_INVALID');
  expect(codeOf(() => s3Source().list({ bucket: 'b', pageSize: 1001 }))).toBe('OPTION_INVALID');
  expect(codeOf(() => copyToLanding({ target: { bucket: '' }, feed: 'f' }))).toBe('OPTION_INVALID');
  expect(codeOf(() => copyToLanding({ target: { bucket: 'b' }, feed: 'a/b' }))).toBe('OPTION_INVALID');
  expect(codeOf(() => copyToLanding({ target: { bucket: 'b' }, feed: 'f', partSize: 1 }))).toBe('OPTION_INVALID');
  expect(
    codeOf(() => copyToLanding({ target: { bucket: 'b', suffix: 'x' } as object as { bucket: string }, feed: 'f' })),
  ).toBe('OPTION_UNKNOWN');
});

import {
  DeleteObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { ItemOrigin } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noise } from '../../../test/support/noise.ts';
import { copyToLanding, type CopyToLandingOptions, type LandingCopy, type S3Ref, s3Source } from '../src/index.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { itemContext } from './item-context.ts';
import { type TestBuckets, testBuckets } from './test-buckets.ts';

const MiB = 1024 * 1024;
let buckets: TestBuckets;
let inbox: string;
let landing: string;

beforeAll(async () => {
  buckets = await testBuckets();
  inbox = await buckets.create('inbox');
  landing = await buckets.create('landing');
});
afterAll(async () => buckets[Symbol.asyncDispose](), 120_000);

const land = (options: Partial<CopyToLandingOptions> = {}): LandingCopy =>
  copyToLanding({
    target: { bucket: landing, prefix: 'landing/' },
    feed: 'prices',
    client: buckets.client,
    ...options,
  });

async function put(Key: string, content: string | Buffer, more: Partial<PutObjectCommandInput> = {}): Promise<S3Ref> {
  const Body = Buffer.from(content as string);
  const { ETag } = await buckets.client.send(new PutObjectCommand({ Bucket: inbox, Key, Body, ...more }));
  return { bucket: inbox, key: Key, etag: ETag! };
}

async function read(ref: S3Ref): Promise<{ readonly content: Buffer; readonly origin: ItemOrigin }> {
  const item = await s3Source({ client: buckets.client }).open(ref, itemContext());
  const content = Buffer.concat(await collect(item.chunks(itemContext())));
  await item.close?.();
  return { content, origin: item.origin };
}

const head = ({ bucket, key }: S3Ref): Promise<HeadObjectCommandOutput> =>
  buckets.client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));

describe('a landing copy', () => {
  it.each(['in/prices.csv.gz', 'a b+c/é,;=.gz', '100%25?x=y#/&.gz', '日本/語.gz', `in/${'é'.repeat(500)}.gz`])(
    'of %j is exact, keeps the base name and carries the origin',
    async (key) => {
      const ref = await put(key, `content of ${key}`);
      const original = await read(ref);
      const { outcome, ref: copy, origin } = await land()(ref);
      expect(outcome).toBe('copied');
      expect(origin).toEqual(original.origin);
      expect(copy.bucket).toBe(landing);
      expect(copy.key).toMatch(/^landing\/prices\/[0-9a-f]{32}\/.+$/);
      expect(key.endsWith(copy.key.split('/').at(-1)!.slice(-20))).toBe(true);
      expect(copy.size).toBe(original.content.length);
      const landed = await read(copy);
      expect(landed.content.equals(original.content)).toBe(true);
      expect(landed.origin).toEqual({ ...original.origin, readFrom: `s3://${copy.bucket}/${copy.key}` });
    },
  );

  it('made twice is made once', async () => {
    const ref = await put('twice.gz', 'content');
    const first = await land()(ref);
    const { LastModified, ETag } = await head(first.ref);
    const second = await land()({ bucket: ref.bucket, key: ref.key });
    expect(second).toEqual({ ...first, outcome: 'exists' });
    expect(await head(first.ref)).toMatchObject({ LastModified, ETag });
  });

  it('made at the same time by many is one object', async () => {
    const ref = await put('many.gz', 'content');
    const results = await Promise.all(Array.from({ length: 5 }, () => land({ feed: 'many' })(ref)));
    expect(new Set(results.map(({ ref: copy }) => copy.key)).size).toBe(1);
    const page = await buckets.client.send(new ListObjectsV2Command({ Bucket: landing, Prefix: 'landing/many/' }));
    expect(page.KeyCount).toBe(1);
    expect((await read(results[0]!.ref)).origin.id).toBe(results[0]!.origin.id);
  });

  it('of another version or for another feed is another object', async () => {
    const one = await land()(await put('versions.gz', 'one'));
    const two = await land()(await put('versions.gz', 'two'));
    const other = await land({ feed: 'other' })({ bucket: inbox, key: 'versions.gz' });
    expect(new Set([one, two, other].map(({ ref }) => ref.key)).size).toBe(3);
    expect((await read(one.ref)).content.toString()).toBe('one');
    expect((await read(two.ref)).content.toString()).toBe('two');
    expect(one.origin.id).not.toBe(two.origin.id);
    expect(other.origin.id).toBe(two.origin.id);
  });

  it('of a copy keeps the first origin and the first base name', async () => {
    const ref = await put('chain/first.gz', 'content');
    const first = await land()(ref);
    const second = await land({ feed: 'second', target: { bucket: landing, prefix: 'further/' } })(first.ref);
    expect(second.outcome).toBe('copied');
    expect(second.origin).toEqual(first.origin);
    expect(second.ref.key).toMatch(/^further\/second\/[0-9a-f]{32}\/first\.gz$/);
    const { origin } = await read(second.ref);
    expect(origin).toEqual({ ...first.origin, readFrom: `s3://${landing}/${second.ref.key}` });
    const { Metadata } = await head(second.ref);
    expect(Metadata).toMatchObject({ 'millrace-feed': 'second', 'millrace-bucket': inbox });
  });

  it("keeps the content's headers and the user's metadata", async () => {
    const ref = await put('headers.gz', 'content', {
      ContentType: 'text/csv',
      ContentEncoding: 'gzip',
      ContentLanguage: 'is',
      CacheControl: 'no-store',
      Metadata: { owner: 'supplier' },
    });
    const copied = await head((await land()(ref)).ref);
    const { ContentType, ContentEncoding, ContentLanguage, CacheControl, Metadata } = await head(ref);
    expect(copied).toMatchObject({ ContentType, ContentEncoding, ContentLanguage, CacheControl });
    expect([ContentType, ContentEncoding]).toEqual(['text/csv', 'gzip']);
    expect(copied.Metadata).toMatchObject({ ...Metadata, 'millrace-landing': '1' });
    expect(Metadata).toEqual({ owner: 'supplier' });
    const bare = await head((await land({ userMetadata: 'drop', feed: 'bare' })(ref)).ref);
    expect(bare.Metadata).not.toHaveProperty('owner');
  });

  it('of an empty object is one', async () => {
    const { ref, outcome } = await land()(await put('empty', Buffer.alloc(0)));
    expect(outcome).toBe('copied');
    expect((await read(ref)).content.length).toBe(0);
  });

  it('may lie in the same bucket, under another prefix', async () => {
    const ref = await put('in/same-bucket.gz', 'content');
    const target = { bucket: inbox, prefix: 'landing/' };
    const { ref: copy } = await land({ target })(ref);
    expect((await read(copy)).content.toString()).toBe('content');
    await buckets.client.send(new DeleteObjectCommand({ Bucket: copy.bucket, Key: copy.key }));
  });

  it('can have a key of the user’s making, below the prefix', async () => {
    const ref = await put('custom/a.csv', 'content');
    const copy = land({ key: ({ feed, digest, baseName }) => `${baseName}/${digest}.${feed}` });
    const made = await copy(ref);
    expect(made.ref.key).toMatch(/^landing\/a\.csv\/[0-9a-f]{32}\.prices$/);
    expect(await copy(ref)).toMatchObject({ outcome: 'exists', ref: made.ref });
  });
});

describe('by parts', () => {
  it('copies what passes the threshold, byte for byte', { timeout: 30_000 }, async () => {
    const content = noise(12 * MiB + 12_345);
    const params = { Bucket: inbox, Key: 'big/é.bin', Body: content, ContentType: 'x/y', Metadata: { owner: 'me' } };
    await new Upload({ client: buckets.client, params, partSize: 6 * MiB }).done();
    const copy = land({ multipartThreshold: 6 * MiB, partSize: 5 * MiB, partConcurrency: 2 });
    const { ref, outcome, origin } = await copy({ bucket: inbox, key: 'big/é.bin' });
    expect(outcome).toBe('copied');
    expect(ref.etag).toMatch(/-3$/);
    const landed = await read(ref);
    expect(landed.content.equals(content)).toBe(true);
    expect(landed.origin.id).toBe(origin.id);
    expect(await head(ref)).toMatchObject({ ContentType: 'x/y', Metadata: { owner: 'me', 'millrace-feed': 'prices' } });
    expect(await copy({ bucket: inbox, key: 'big/é.bin' })).toEqual({ ref, origin, outcome: 'exists' });
  });
});

describe('refuses', () => {
  it('an object that changed since the event', async () => {
    const ref = await put('changed.gz', 'one');
    await put('changed.gz', 'two');
    expect((await failureOf(land()(ref))).code).toBe('S3_OBJECT_CHANGED');
  });

  it('what is not there, and says what it is', async () => {
    expect((await failureOf(land()({ bucket: inbox, key: 'none' }))).code).toBe('S3_OBJECT_NOT_FOUND');
    const none = `${inbox}-none`;
    expect((await failureOf(land()({ bucket: none, key: 'k' }))).code).toBe('S3_BUCKET_NOT_FOUND');
    const nowhere = land({ target: { bucket: none } });
    expect((await failureOf(nowhere(await put('somewhere.gz', 'x')))).code).toBe('S3_BUCKET_NOT_FOUND');
  });

  it('to copy what lies in the target already', async () => {
    const { ref } = await land()(await put('loop.gz', 'content'));
    const error = await failureOf(land()(ref));
    expect(error.code).toBe('S3_COPY_LOOP');
    expect((await failureOf(land({ target: { bucket: inbox } })({ bucket: inbox, key: 'loop.gz' }))).code).toBe(
      'S3_COPY_LOOP',
    );
  });

  it('a target that raises the events that lead to it, when it is made', () => {
    const made = (target: CopyToLandingOptions['target'], trigger: CopyToLandingOptions['target']) => () =>
      land({ target, trigger });
    const loop = expect.objectContaining({ code: 'S3_COPY_LOOP' });
    expect(made({ bucket: 'b' }, { bucket: 'b' })).toThrow(loop);
    expect(made({ bucket: 'b', prefix: 'landing/' }, { bucket: 'b' })).toThrow(loop);
    expect(made({ bucket: 'b', prefix: 'in/landing/' }, { bucket: 'b', prefix: 'in/' })).toThrow(loop);
    expect(made({ bucket: 'b' }, { bucket: 'b', prefix: 'in/' })).toThrow(loop);
    expect(made({ bucket: 'b', prefix: 'landing/' }, { bucket: 'b', prefix: 'in/' })).not.toThrow();
    expect(made({ bucket: 'b' }, { bucket: 'c' })).not.toThrow();
  });

  it('to write over another object', async () => {
    const key = (): string => 'one-for-all';
    const one = await land({ key })(await put('taken/1', 'one'));
    const other = await put('taken/2', 'two');
    const error = await failureOf(land({ key })(other));
    expect(error.code).toBe('S3_LANDING_KEY_TAKEN');
    expect(error.details).toMatchObject({ there: one.origin.id });
    expect((await failureOf(land({ key, feed: 'other' })(await put('taken/1', 'one')))).code).toBe(
      'S3_LANDING_KEY_TAKEN',
    );
    expect((await read(one.ref)).content.toString()).toBe('one');
    const foreign = await put('foreign/taken', 'mine');
    const over = land({ target: { bucket: inbox, prefix: 'foreign/' }, key: () => 'taken' });
    expect((await failureOf(over(other))).code).toBe('S3_LANDING_KEY_TAKEN');
    expect((await read(foreign)).content.toString()).toBe('mine');
  });

  it('to begin after an abort', async () => {
    const reason = new Error('enough');
    await expect(land()({ bucket: inbox, key: 'k' }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

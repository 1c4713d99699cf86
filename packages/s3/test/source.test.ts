import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { feed, type Parser, type Sink } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Ref, s3Source, type S3Source } from '../src/index.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { itemContext } from './item-context.ts';
import { eachOf, type TestBuckets, testBuckets } from './test-buckets.ts';

let buckets: TestBuckets;
let bucket: string;
let source: S3Source;

beforeAll(async () => {
  buckets = await testBuckets();
  bucket = await buckets.create('source');
  source = s3Source({ client: buckets.client });
});
afterAll(async () => buckets[Symbol.asyncDispose]());

async function put(key: string, content: string | Uint8Array): Promise<S3Ref & { readonly etag: string }> {
  const Body = Buffer.from(content as string);
  const { ETag = '' } = await buckets.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
  return { bucket, key, etag: ETag.replaceAll('"', '') };
}

async function read(ref: S3Ref): Promise<string> {
  const item = await source.open(ref, itemContext());
  const content = Buffer.concat(await collect(item.chunks(itemContext()))).toString();
  await item.close?.();
  return content;
}

describe('reading', () => {
  it.each([
    ['an empty object', ''],
    ['one byte', 'x'],
    ['some text', 'hello\n'],
  ])('%s', async (name, content) => {
    const ref = await put(name, content);
    expect(await read(ref)).toBe(content);
    expect(await read({ bucket, key: name })).toBe(content);
  });

  it.each(['a b+c/é,;=.gz', '100%25 & more?x=y#z', 'a//b', '/lead', 'dot/../x', "q'(1)*!~", '日本/語', '\u{1f600}'])(
    'key %j',
    async (key) => {
      const ref = await put(key, key);
      expect(await read(ref)).toBe(key);
      const item = await source.open(ref, itemContext());
      expect(item.origin.uri).toBe(`s3://${bucket}/${key}`);
      await item.close?.();
    },
  );

  it('gives events and listings the same origin', async () => {
    const { etag } = await put('same', 'content');
    const [listed] = await collect(source.list({ bucket, prefix: 'same' }));
    expect(listed).toEqual({
      ...{ bucket, key: 'same', etag, size: 7 },
      ...{ lastModified: expect.stringMatching(/^\d{4}-.*Z$/), storageClass: 'STANDARD' },
    });
    const evented = { bucket, key: 'same', etag, size: 7, sequencer: '0055AED6DCD90281E5' };
    const origins = [];
    for (const ref of [listed!, evented, { bucket, key: 'same' }]) {
      const item = await source.open(ref, itemContext());
      origins.push(item.origin);
      await item.close?.();
    }
    expect(new Set(origins.map((origin) => JSON.stringify(origin))).size).toBe(1);
    expect(origins[0]).toMatchObject({ uri: `s3://${bucket}/same`, etag, size: 7 });
    expect(origins[0]?.id).toMatch(new RegExp(`^s3://${bucket}/same\\?(versionId=[^&]+&)?etag=${etag}$`));
    expect(origins[0]?.lastModified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('takes an ETag with or without quotes', async () => {
    const { etag } = await put('quotes', 'x');
    expect(await read({ bucket, key: 'quotes', etag: `"${etag}"` })).toBe('x');
    expect(await read({ bucket, key: 'quotes', etag })).toBe('x');
  });

  it('refuses an object that changed since the event', async () => {
    const ref = await put('changed', 'one');
    await put('changed', 'two');
    const error = await failureOf(source.open(ref, itemContext()));
    expect(error.code).toBe('S3_OBJECT_CHANGED');
    expect(error.message).toContain('changed since the event');
  });

  it('tells a missing key from a missing bucket', async () => {
    expect((await failureOf(source.open({ bucket, key: 'none' }, itemContext()))).code).toBe('S3_OBJECT_NOT_FOUND');
    const none = `${bucket}-none`;
    expect((await failureOf(source.open({ bucket: none, key: 'k' }, itemContext()))).code).toBe('S3_BUCKET_NOT_FOUND');
    expect((await failureOf(collect(source.list({ bucket: none })))).code).toBe('S3_BUCKET_NOT_FOUND');
  });
});

/** Two pages of S3; the local servers' own tests list 10,000 keys. */
it('lists 1,050 objects with mixed-case keys, each once and in order', async () => {
  const many = await buckets.create('many');
  const digest = (n: number): string => createHash('sha1').update(`${n}`).digest('base64url');
  const keys = Array.from({ length: 1_050 }, (_, n) => `logs/${digest(n)}_${n % 7 === 0 ? 'é+ %' : ''}.gz`);
  await eachOf(keys, 32, (Key) =>
    buckets.client.send(new PutObjectCommand({ Bucket: many, Key, Body: Buffer.from('x') })),
  );
  const listed = (await collect(source.list({ bucket: many, prefix: 'logs/' }))).map(({ key }) => key);
  const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(listed).toEqual(sorted);
  const after = source.list({ bucket: many, startAfter: sorted[400]!, pageSize: 300 });
  expect((await collect(after)).map(({ key }) => key)).toEqual(sorted.slice(401));
});

describe('in a feed', () => {
  const bytes: Parser<Uint8Array, number> = {
    kind: 'parser',
    name: 'lengths',
    start: () => ({ push: (chunk) => [chunk.length] }),
  };

  it('carries an object of 16 MB, and stops when it is told to', async () => {
    const size = 16 * 1024 * 1024;
    const block = Buffer.alloc(1024 * 1024, 'millrace ');
    const Body = Readable.from(Array.from({ length: 16 }, () => block));
    const params = { Bucket: bucket, Key: 'big', Body };
    await new Upload({ client: buckets.client, params, partSize: 8 * 1024 * 1024 }).done();

    let total = 0;
    const sink: Sink<number> = {
      name: 'sum',
      write: async (entries) => {
        for (const { value } of entries) total += value;
      },
    };
    const lengths = feed('lengths').from(source).through(bytes).to(sink);
    const report = await lengths.run(source.list({ bucket, prefix: 'big' }));
    expect(report.totals.bytesIn).toBe(size);
    expect(total).toBe(size);

    const abort = new AbortController();
    const stopping: Sink<number> = { name: 'stop', limits: { count: 1 }, write: async () => abort.abort() };
    const stopped = feed('stopped').from(source).through(bytes).to(stopping);
    const aborted = await stopped.run([{ bucket, key: 'big' }], { signal: abort.signal });
    expect(aborted.outcome).toBe('aborted');
    expect(aborted.totals.bytesIn).toBeLessThan(size);
  });

  it('names the object and the stage of a failure', async () => {
    const sink: Sink<number> = { name: 'none', write: async () => {} };
    const report = await feed('failing')
      .from(source)
      .through(bytes)
      .to(sink)
      .run([{ bucket, key: 'none' }], { onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({
      ref: `s3://${bucket}/none`,
      error: { code: 'S3_OBJECT_NOT_FOUND', stage: 's3' },
    });
  });
});

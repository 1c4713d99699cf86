import { gunzipSync, gzipSync } from 'node:zlib';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ReadableQuarantine } from '@millrace/core';
import { rejectionToJson } from '@millrace/core/plugin';
import { quarantineCases } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Quarantine, s3Source } from '../src/index.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { rejectingFeed, rejection, write } from './rejections.ts';
import { errorAnswer, stubS3 } from './stub-s3.ts';
import { type TestBuckets, testBuckets } from './test-buckets.ts';

let buckets: TestBuckets;
let client: S3Client;
let bucket: string;

beforeAll(async () => {
  buckets = await testBuckets();
  client = buckets.client;
  bucket = await buckets.create('quarantine');
});
afterAll(() => buckets[Symbol.asyncDispose]());

let places = 0;
/** A quarantine in a place of its own, and what lies there. */
function fresh(): { quarantine: ReadableQuarantine; prefix: string; keys: () => Promise<string[]> } {
  const prefix = `place ${(places += 1)}/`;
  const keys = async (): Promise<string[]> =>
    (await collect(s3Source({ client }).list({ bucket, prefix, quarantine: 'include' }))).map(({ key }) =>
      key.slice(prefix.length),
    );
  return { quarantine: s3Quarantine({ bucket, prefix, client }), prefix, keys };
}

describe('s3Quarantine', () => {
  for (const { clause, name, run } of quarantineCases({ create: () => fresh().quarantine })) {
    it(`${name} (${clause})`, run);
  }

  it('keeps a batch as an object of gzipped lines, whose metadata tells feed and URI', async () => {
    const { quarantine, prefix, keys } = fresh();
    await write(quarantine, rejection(12), rejection(7));
    const [key, ...others] = await keys();
    expect(others).toEqual([]);
    expect(key).toMatch(/^prices\/[0-9a-f]{16}-[0-9a-f]{16}\/000000000007-[0-9a-f]{32}\.ndjson\.gz$/);
    const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + key }));
    expect(object.ContentType).toBe('application/gzip');
    expect(object.Metadata).toMatchObject({ 'millrace-feed': 'prices', 'millrace-uri': 's3%3A//drop/p%C3%A9.ndjson' });
    const text = gunzipSync((await object.Body?.transformToByteArray()) ?? '').toString();
    expect(text).toBe([rejection(7), rejection(12)].map((one) => `${rejectionToJson(one)}\n`).join(''));
  });

  it('knows its own objects by their place, and no others', async () => {
    const { quarantine, prefix, keys } = fresh();
    await write(quarantine, rejection(0), rejection(1));
    await quarantine.settle([rejection(0)]);
    const kept = (await keys()).map((key) => `s3://${bucket}/${prefix}${key}`);
    expect(kept).toHaveLength(2);
    for (const uri of kept) expect(quarantine.holds?.(uri)).toBe(true);
    const own = kept[0]!;
    const others = [
      own.replace(bucket, `${bucket}-other`),
      own.replace(prefix, 'elsewhere/'),
      own.replace('.gz', ''),
      own.replace('.ndjson', '.csv'),
      `s3://${bucket}/${prefix}prices/2026-11-22.ndjson.gz`,
      `s3://${bucket}/data.ndjson.gz`,
    ];
    for (const uri of others) expect(quarantine.holds?.(uri)).toBe(false);
  });

  it('does not appear in a listing of its bucket, unless it is asked for', async () => {
    const { quarantine, prefix } = fresh();
    const data = `${prefix}prices.ndjson`;
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: data, Body: 'x' }));
    await write(quarantine, rejection(0));
    await quarantine.settle([rejection(0)]);
    const listed = async (more: object): Promise<string[]> =>
      (await collect(s3Source({ client }).list({ bucket, prefix, ...more }))).map(({ key }) => key);
    expect(await listed({})).toEqual([data]);
    expect(await listed({ quarantine: 'skip' })).toEqual([data]);
    expect(await listed({ quarantine: 'include' })).toHaveLength(3);
  });

  it('leaves a URI out of the metadata that would not fit', async () => {
    const { quarantine, prefix, keys } = fresh();
    const item = { id: 'long', uri: `s3://drop/${'é'.repeat(510)}` };
    await write(quarantine, rejection(0, { item }));
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: prefix + (await keys())[0] }));
    expect(Object.keys(head.Metadata ?? {}).toSorted()).toEqual(['millrace-feed', 'millrace-put-at']);
    expect(await collect(quarantine.rejections({ feed: 'prices', uri: item.uri }))).toEqual([rejection(0, { item })]);
  });

  it('settles by a marker beside what was kept, which stays as it is', async () => {
    const { quarantine, keys } = fresh();
    await write(quarantine, rejection(0), rejection(1));
    const before = await keys();
    await quarantine.settle([rejection(1), rejection(0)]);
    await quarantine.settle([rejection(0), rejection(1)]);
    const after = await keys();
    expect(after.slice(0, 1)).toEqual(before);
    expect(after.slice(1)).toEqual([expect.stringMatching(/^prices\/[0-9a-f-]{33}\/settled\/[0-9a-f]{32}\.json\.gz$/)]);
  });

  it('writes a run of many bad records in batches, and again over itself', async () => {
    const { quarantine, keys } = fresh();
    const { carried, refs } = rejectingFeed(2500);
    const options = { quarantine, maxRejections: { share: 1 }, allRejected: 'accept' } as const;
    const report = await carried.run(refs, options);
    expect(report.totals).toMatchObject({ read: 2500, rejected: 2500 });
    const kept = await keys();
    expect(kept.map((key) => Number(key.split('/')[2]?.slice(0, 12)))).toEqual([0, 1000, 2000]);
    await carried.run(refs, options);
    expect(await keys()).toEqual(kept);
    const back = await collect(quarantine.rejections({ feed: 'prices' }));
    expect(back.map(({ ordinal, raw }) => [ordinal, raw])).toEqual(
      Array.from({ length: 2500 }, (_, at) => [at, `${at}`]),
    );
  });

  it('leaves out what is not its own', async () => {
    const { quarantine, prefix } = fresh();
    await write(quarantine, rejection(0));
    for (const key of ['prices/readme.gz', 'prices/a/b/c/d.gz', 'prices/x']) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + key, Body: 'x' }));
    }
    expect(await collect(quarantine.rejections({ feed: 'prices' }))).toEqual([rejection(0)]);
  });

  it('refuses what was damaged, and lines that are no rejections', async () => {
    for (const [Body, code] of [
      [gzipSync(`${rejectionToJson(rejection(0))}\n`).subarray(0, -4), 'S3_QUARANTINE_DAMAGED'],
      [gzipSync('{}\n'), 'QUARANTINE_UNREADABLE'],
    ] as const) {
      const { quarantine, prefix, keys } = fresh();
      await write(quarantine, rejection(0));
      const Key = prefix + (await keys())[0];
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
      const error = await failureOf(collect(quarantine.rejections({ feed: 'prices' })));
      expect(error.code).toBe(code);
      expect(error.message).toContain('000000000000-');
    }
  });

  it('reads what was copied without its metadata', async () => {
    const { quarantine, prefix, keys } = fresh();
    await write(quarantine, rejection(0));
    const Key = prefix + (await keys())[0];
    const Body = gzipSync(`${rejectionToJson(rejection(0, { run: 'copied' }))}\n`);
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    expect(await collect(quarantine.rejections({ feed: 'prices' }))).toEqual([rejection(0, { run: 'copied' })]);
  });
});

describe('a quarantine that cannot be written', () => {
  it('fails the item where its bucket is missing', async () => {
    const { carried, refs } = rejectingFeed(3);
    const quarantine = s3Quarantine({ bucket: `${bucket}-gone`, client });
    const report = await carried.run(refs, { quarantine, onFailure: 'report' });
    const item = report.reports[0];
    expect(item).toMatchObject({ outcome: 'failed', rejected: 0, watermark: 0 });
    expect(item?.error).toMatchObject({ code: 'S3_BUCKET_NOT_FOUND', stage: 'quarantine:s3' });
    expect((await failureOf(collect(quarantine.rejections({ feed: 'prices' })))).code).toBe('S3_BUCKET_NOT_FOUND');
    expect((await failureOf(quarantine.settle([rejection(0)]))).code).toBe('S3_BUCKET_NOT_FOUND');
  });

  it('fails the item where access is denied, and says what is needed', async () => {
    await using stub = await stubS3(errorAnswer(403, 'AccessDenied'));
    const { carried, refs } = rejectingFeed(3);
    const quarantine = s3Quarantine({ bucket: 'bucket', client: stub.client });
    const { reports } = await carried.run(refs, { quarantine, onFailure: 'report' });
    expect(reports[0]?.error).toMatchObject({
      code: 'S3_ACCESS_DENIED',
      message: expect.stringContaining('s3:PutObject'),
    });
  });

  it('fails the write where S3 does not answer in time', async () => {
    await using stub = await stubS3(() => {});
    const quarantine = s3Quarantine({ bucket: 'bucket', client: stub.client, timeoutMs: 50 });
    expect((await failureOf(Promise.resolve(write(quarantine, rejection(0))))).code).toBe('S3_UNAVAILABLE');
  });

  it('is refused with options that it does not know', () => {
    expect(() => s3Quarantine({ bucket: '' })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => s3Quarantine({ bucket: 'b', table: 't' } as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_UNKNOWN' }),
    );
    expect(() => s3Quarantine({ bucket }).rejections({ feed: '' })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});

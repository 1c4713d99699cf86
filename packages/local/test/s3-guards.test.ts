import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../src/index.ts';

let aws: LocalAws;
let s3: S3Client;
let Bucket: string;
let number = 0;

beforeAll(async () => {
  aws = await startLocalAws();
  const { s3Endpoint: endpoint, region, credentials } = aws;
  s3 = new S3Client({ endpoint, region, credentials, maxAttempts: 1 });
}, 30_000);
afterAll(async () => {
  s3.destroy();
  await aws.stop();
});
beforeEach(async () => {
  Bucket = `guards-${(number += 1)}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
});

const put = (Key: string, body: string, conditions: { IfMatch?: string; IfNoneMatch?: string } = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(body), ...conditions }));
const text = async (Key: string) => (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

describe('a listing', () => {
  async function list(pageSize: number): Promise<string[]> {
    const keys: string[] = [];
    for await (const page of paginateListObjectsV2({ client: s3, pageSize }, { Bucket })) {
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key!));
    }
    return keys;
  }
  const agent = new Agent({ keepAlive: true });
  async function putEmpty(key: string): Promise<number | undefined> {
    const url = `${aws.s3Endpoint}/${Bucket}/${encodeURIComponent(key)}`;
    const [response] = (await once(request(url, { method: 'PUT', agent }).end(), 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    return response.statusCode;
  }
  afterAll(() => agent.destroy());

  const byUtf8 = (keys: Iterable<string>) => [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

  it('gives 10,000 mixed-case keys once each, in UTF-8 byte order', async () => {
    const alphabet = 'aAbBzZ019-_.é';
    const keys = new Set<string>();
    for (let seed = 1; keys.size < 10_000; seed += 1) {
      const word = Array.from(
        { length: 6 },
        (_, at) => alphabet[((seed * 2_654_435_761) >>> (at * 4)) % alphabet.length],
      );
      keys.add(`${word.join('')}/${seed % 7}${seed}`);
    }
    // Straight HTTP: the SDK would spend most of this test's time on 10,000 signatures, which nothing here checks.
    const queue = [...keys];
    const statuses = new Set<number | undefined>();
    const worker = async (): Promise<void> => {
      for (let key = queue.pop(); key !== undefined; key = queue.pop()) statuses.add(await putEmpty(key));
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    expect([...statuses]).toEqual([200]);
    expect(await list(1000)).toEqual(byUtf8(keys));
  }, 30_000);

  it('gives each common prefix and each object once, whatever the page size', async () => {
    const keys = ['a', 'b/1', 'b/2', 'B', 'c', 'c/', 'd/e/f', 'd/g', 'é/1', 'z'];
    for (const key of keys) await put(key, '');
    for (const pageSize of [1, 2, 3, 5, 1000]) {
      const objects: string[] = [];
      const prefixes: string[] = [];
      for await (const page of paginateListObjectsV2({ client: s3, pageSize }, { Bucket, Delimiter: '/' })) {
        expect(page.KeyCount).toBeLessThanOrEqual(pageSize);
        objects.push(...(page.Contents ?? []).map(({ Key }) => Key!));
        prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!));
      }
      expect(objects).toEqual(['B', 'a', 'c', 'z']);
      expect(prefixes).toEqual(['b/', 'c/', 'd/', 'é/']);
    }
    const below = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'd/', Delimiter: '/', StartAfter: 'd/e' }));
    expect(below.CommonPrefixes).toEqual([{ Prefix: 'd/e/' }]);
    expect(below.Contents?.map(({ Key }) => Key)).toEqual(['d/g']);
  });

  it('orders keys beyond the basic plane by bytes, not by UTF-16 units', async () => {
    const keys = ['\u{1F600}', '\uFF21', 'z', 'Z', 'é'];
    for (const key of keys) await put(key, '');
    expect(await list(2)).toEqual(byUtf8(keys));
  });
});

describe('a conditional write', () => {
  it('creates an object once, however many try', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) => put('once', `${at}`, { IfNoneMatch: '*' })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const tried of tries) {
      if (tried.status === 'rejected') expect(tried.reason).toMatchObject({ name: 'PreconditionFailed' });
    }
    expect(await text('once')).toBe(String(tries.findIndex(({ status }) => status === 'fulfilled')));
  });

  it('replaces the version that it names and no other', async () => {
    await expect(put('versioned', '0', { IfMatch: '"0"' })).rejects.toMatchObject({ name: 'NoSuchKey' });
    const { ETag } = await put('versioned', '1');
    await put('versioned', '2', { IfMatch: ETag! });
    await expect(put('versioned', '3', { IfMatch: ETag! })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await text('versioned')).toBe('2');
  });

  it('knows only * for what must not be there', async () => {
    await expect(put('any', '1', { IfNoneMatch: '"abc"' })).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  it('copies only the version that it names', async () => {
    const { ETag } = await put('a b+é', '1');
    const copy = { Bucket, Key: 'copy', CopySource: encodeURIComponent(`${Bucket}/a b+é`) };
    await s3.send(new CopyObjectCommand({ ...copy, CopySourceIfMatch: ETag }));
    expect(await text('copy')).toBe('1');
    await put('a b+é', '2');
    const late = s3.send(new CopyObjectCommand({ ...copy, CopySourceIfMatch: ETag }));
    await expect(late).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await text('copy')).toBe('1');
  });
});

describe('what the server cannot do', () => {
  it('is refused instead of taken for the object', async () => {
    await put('tagged', 'body');
    const tagging = s3.send(
      new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }),
    );
    await expect(tagging).rejects.toMatchObject({ name: 'NotImplemented' });
    expect(await text('tagged')).toBe('body');
  });

  it('is no empty object: that is stored', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: Buffer.alloc(0) }));
    expect(await text('empty')).toBe('');
    const bare = await fetch(`${aws.s3Endpoint}/${Bucket}/bare`, { method: 'PUT' });
    expect(bare.status).toBe(200);
    expect(await text('bare')).toBe('');
  });

  it('is named where a single PUT is too large, and parts do it', async () => {
    const Body = Buffer.alloc(12 * 1024 * 1024, 7);
    const single = s3.send(new PutObjectCommand({ Bucket, Key: 'large', Body }));
    await expect(single).rejects.toMatchObject({ name: 'EntityTooLarge' });
    await new Upload({ client: s3, params: { Bucket, Key: 'large', Body } }).done();
    const { ContentLength, Body: stored } = await s3.send(new GetObjectCommand({ Bucket, Key: 'large' }));
    expect(ContentLength).toBe(Body.length);
    expect(Buffer.from(await stored!.transformToByteArray()).equals(Body)).toBe(true);
  });
});

import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type LocalAws, type S3Event, startLocalAws } from '../src/index.ts';

const AWKWARD = 'a b+c/é,;=.gz';
let aws: LocalAws;
let s3: S3Client;
let bucket: string;
let number = 0;

beforeAll(async () => {
  aws = await startLocalAws();
  s3 = new S3Client({ endpoint: aws.s3Endpoint, region: aws.region, credentials: aws.credentials });
}, 30_000);
afterAll(async () => {
  s3.destroy();
  await aws.stop();
});
beforeEach(async () => {
  bucket = `events-${(number += 1)}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
});

const put = (key: string, body = 'hello') =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: Buffer.from(body) }));
const decoded = (event: S3Event) => decodeURIComponent(event.Records[0]!.s3.object.key.replaceAll('+', ' '));

/** Collects the events of this test's bucket. */
function listen(): S3Event[] {
  const events: S3Event[] = [];
  aws.onObjectCreated({ bucket, handler: (event) => events.push(event) });
  return events;
}

it('an event has the shape that S3 documents', async () => {
  const events = listen();
  const answer = await put(AWKWARD);
  await aws.idle();
  expect(events).toEqual([
    {
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          awsRegion: 'us-east-1',
          eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
          eventName: 'ObjectCreated:Put',
          userIdentity: { principalId: expect.any(String) },
          requestParameters: { sourceIPAddress: '127.0.0.1' },
          responseElements: { 'x-amz-request-id': answer.$metadata.requestId, 'x-amz-id-2': expect.any(String) },
          s3: {
            s3SchemaVersion: '1.0',
            configurationId: expect.any(String),
            bucket: {
              name: bucket,
              ownerIdentity: { principalId: expect.any(String) },
              arn: `arn:aws:s3:::${bucket}`,
            },
            object: {
              key: 'a+b%2Bc/%C3%A9%2C%3B%3D.gz',
              size: 5,
              eTag: answer.ETag!.replaceAll('"', ''),
              sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
            },
          },
        },
      ],
    },
  ]);
});

it.each([AWKWARD, "(~!'*)", '?&#%25%', 'two//slashes', '日本/😀.gz', '.', 'ends/'])(
  'carries the key %s',
  async (key) => {
    const events = listen();
    await put(key);
    await aws.idle();
    expect(events.map(decoded)).toEqual([key]);
    expect(aws.deliveries.at(-1)).toMatchObject({ bucket, key });
  },
);

it('an event follows a copy', async () => {
  await put('source', 'twelve bytes');
  const events = listen();
  await s3.send(new CopyObjectCommand({ Bucket: bucket, Key: AWKWARD, CopySource: `${bucket}/source` }));
  await aws.idle();
  expect(events).toHaveLength(1);
  expect(events[0]!.Records[0]!.eventName).toBe('ObjectCreated:Copy');
  expect(events[0]!.Records[0]!.s3.object.size).toBe(12);
  expect(decoded(events[0]!)).toBe(AWKWARD);
});

it('an event follows a multipart upload once, when it is complete', async () => {
  const events = listen();
  const at = { Bucket: bucket, Key: AWKWARD };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
  const sizes = [5 * 1024 * 1024, 7];
  const Parts = [];
  for (const [index, size] of sizes.entries()) {
    const part = { ...at, UploadId, PartNumber: index + 1 };
    const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body: Buffer.alloc(size, index) }));
    Parts.push({ PartNumber: index + 1, ETag });
  }
  await aws.idle();
  expect(events).toEqual([]);
  const done = await s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }));
  await aws.idle();
  expect(events).toHaveLength(1);
  expect(events[0]!.Records[0]!.eventName).toBe('ObjectCreated:CompleteMultipartUpload');
  expect(events[0]!.Records[0]!.s3.object).toMatchObject({
    size: sizes[0]! + sizes[1]!,
    eTag: done.ETag!.replaceAll('"', ''),
  });
  expect(done.ETag).toMatch(/-2"$/);
});

it('an event follows a browser upload', async () => {
  const events = listen();
  const form = new FormData();
  form.append('key', 'up loads/${filename}');
  form.append('file', new Blob(['by form']), 'a+é.txt');
  const answer = await fetch(`${aws.s3Endpoint}/${bucket}`, { method: 'POST', body: form });
  expect(answer.status).toBe(204);
  await aws.idle();
  expect(events[0]!.Records[0]!.eventName).toBe('ObjectCreated:Post');
  expect(decoded(events[0]!)).toBe('up loads/a+é.txt');
  expect(events[0]!.Records[0]!.s3.object.size).toBe(7);
});

it('an event does not follow reads, deletions and failed writes', async () => {
  await put('there');
  const events = listen();
  await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'there' }));
  await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'there' }));
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'there' }));
  await expect(
    s3.send(new CopyObjectCommand({ Bucket: bucket, Key: 'x', CopySource: `${bucket}/there` })),
  ).rejects.toThrow();
  await aws.idle();
  expect(events).toEqual([]);
});

it('an event has a sequencer that grows with each write of a key', async () => {
  const events = listen();
  for (const body of ['1', '22', '333']) await put('same', body);
  await aws.idle();
  const sequencers = events.map((event) => event.Records[0]!.s3.object.sequencer);
  expect(new Set(sequencers).size).toBe(3);
  expect(sequencers).toEqual([...sequencers].sort());
  expect(events.map((event) => event.Records[0]!.s3.object.size)).toEqual([1, 2, 3]);
});

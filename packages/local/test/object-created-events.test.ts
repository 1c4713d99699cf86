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
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type InvocationContext, type LocalAws, type S3Event, startLocalAws } from '../src/index.ts';

const AWKWARD = 'a b+c/é,;=.gz';
let aws: LocalAws;
let s3: S3Client;
let bucket: string;
let number = 0;

beforeAll(async () => {
  aws = await startLocalAws();
  s3 = new S3Client({ endpoint: aws.s3Endpoint, region: aws.region, credentials: aws.credentials });
});
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
function listen(options: { prefix?: string; suffix?: string; deliveries?: number } = {}): {
  events: S3Event[];
  contexts: InvocationContext[];
} {
  const events: S3Event[] = [];
  const contexts: InvocationContext[] = [];
  aws.onObjectCreated({
    bucket,
    ...options,
    handler: (event, context) => {
      events.push(event);
      contexts.push(context);
    },
  });
  return { events, contexts };
}

describe('an event', () => {
  it('has the shape that S3 documents', async () => {
    const { events } = listen();
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
      const { events } = listen();
      await put(key);
      await aws.idle();
      expect(events.map(decoded)).toEqual([key]);
      expect(aws.deliveries.at(-1)).toMatchObject({ bucket, key });
    },
  );

  it('follows a copy', async () => {
    await put('source', 'twelve bytes');
    const { events } = listen();
    await s3.send(new CopyObjectCommand({ Bucket: bucket, Key: AWKWARD, CopySource: `${bucket}/source` }));
    await aws.idle();
    expect(events).toHaveLength(1);
    expect(events[0]!.Records[0]!.eventName).toBe('ObjectCreated:Copy');
    expect(events[0]!.Records[0]!.s3.object.size).toBe(12);
    expect(decoded(events[0]!)).toBe(AWKWARD);
  });

  it('follows a multipart upload once, when it is complete', async () => {
    const { events } = listen();
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

  it('follows a browser upload', async () => {
    const { events } = listen();
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

  it('does not follow reads, deletions and failed writes', async () => {
    await put('there');
    const { events } = listen();
    await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'there' }));
    await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'there' }));
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'there' }));
    await expect(
      s3.send(new CopyObjectCommand({ Bucket: bucket, Key: 'x', CopySource: `${bucket}/there` })),
    ).rejects.toThrow();
    await aws.idle();
    expect(events).toEqual([]);
  });

  it('has a sequencer that grows with each write of a key', async () => {
    const { events } = listen();
    for (const body of ['1', '22', '333']) await put('same', body);
    await aws.idle();
    const sequencers = events.map((event) => event.Records[0]!.s3.object.sequencer);
    expect(new Set(sequencers).size).toBe(3);
    expect(sequencers).toEqual([...sequencers].sort());
    expect(events.map((event) => event.Records[0]!.s3.object.size)).toEqual([1, 2, 3]);
  });
});

describe('a subscription', () => {
  it('takes keys by bucket, prefix and suffix', async () => {
    const { events } = listen({ prefix: 'in/', suffix: '.gz' });
    for (const key of ['in/1.gz', 'in/2.txt', 'out/3.gz', 'in/4.gz']) await put(key);
    await aws.idle();
    expect(events.map(decoded).sort()).toEqual(['in/1.gz', 'in/4.gz']);
  });

  it('ends when it is told to', async () => {
    const keys: string[] = [];
    const end = aws.onObjectCreated({ bucket, handler: (event) => keys.push(decoded(event)) });
    await put('first');
    await aws.idle();
    end();
    await put('second');
    await aws.idle();
    expect(keys).toEqual(['first']);
  });

  it('may deliver each event more than once, with the same content', async () => {
    const { events, contexts } = listen({ deliveries: 2 });
    await put('twice');
    await aws.idle();
    expect(events).toHaveLength(2);
    expect(events[1]).toEqual(events[0]);
    expect(contexts[1]!.awsRequestId).not.toBe(contexts[0]!.awsRequestId);
  });

  it('keeps to its concurrency', async () => {
    let running = 0;
    let most = 0;
    aws.onObjectCreated({
      bucket,
      concurrency: 2,
      handler: async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
      },
    });
    await Promise.all(Array.from({ length: 8 }, (_, index) => put(`key-${index}`)));
    await aws.idle();
    expect(most).toBe(2);
  });

  it.each([
    [{ bucket: '' }, 'OPTION_INVALID'],
    [{ retries: -1 }, 'OPTION_INVALID'],
    [{ prefixes: 'a' }, 'OPTION_UNKNOWN'],
  ])('refuses %j', (wrong, code) => {
    expect(() => aws.onObjectCreated({ bucket: 'b', handler: () => {}, ...wrong })).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe('a delivery', () => {
  it('is tried again after a throw, as the same invocation', async () => {
    const requests: string[] = [];
    aws.onObjectCreated({
      bucket,
      retryDelayMs: 1,
      handler: (event, context) => {
        requests.push(context.awsRequestId);
        (event.Records as unknown[]).length = 0;
        if (requests.length < 3) throw new Error(`attempt ${requests.length}`);
        return { loaded: 1 };
      },
    });
    await put('stubborn');
    await aws.idle();
    expect(new Set(requests).size).toBe(1);
    const delivery = aws.deliveries.at(-1)!;
    expect(delivery).toMatchObject({ status: 'succeeded', attempts: 3, result: { loaded: 1 }, requestId: requests[0] });
    expect(delivery.errors.map(String)).toEqual(['Error: attempt 1', 'Error: attempt 2']);
    expect(delivery.event.Records).toHaveLength(1);
  });

  it('fails for good after three attempts, and is kept', async () => {
    aws.onObjectCreated({ bucket, retryDelayMs: 1, handler: () => Promise.reject(new Error('never')) });
    await put('hopeless');
    await aws.idle();
    const failed = aws.failedDeliveries.filter((delivery) => delivery.bucket === bucket);
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({ key: 'hopeless', status: 'failed', attempts: 3 });
    expect(failed[0]!.errors).toHaveLength(3);
  });

  it('can be repeated, with the very same event', async () => {
    const { events } = listen();
    await put('one');
    await put('two');
    await aws.idle();
    const mine = aws.deliveries.filter((delivery) => delivery.bucket === bucket);
    expect(aws.redeliver(mine)).toHaveLength(2);
    await aws.idle();
    expect(events).toHaveLength(4);
    expect(events.slice(2)).toEqual(events.slice(0, 2));
    expect(aws.deliveries.filter((delivery) => delivery.bucket === bucket).map(({ repeated }) => repeated)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('knows the function that it invokes', async () => {
    const { contexts } = listen();
    await put('x');
    await aws.idle();
    expect(contexts[0]).toMatchObject({
      functionName: 'local',
      functionVersion: '$LATEST',
      memoryLimitInMB: expect.any(String),
    });
    expect(contexts[0]!.getRemainingTimeInMillis()).toBeGreaterThan(800_000);
    expect(contexts[0]!.getRemainingTimeInMillis()).toBeLessThanOrEqual(900_000);
  });
});

it('is idle only when the events that handlers caused are handled, too', async () => {
  const landed: string[] = [];
  aws.onObjectCreated({
    bucket,
    prefix: 'in/',
    handler: async (event) => {
      const key = decoded(event);
      await s3.send(
        new CopyObjectCommand({
          Bucket: bucket,
          Key: key.replace('in/', 'landing/'),
          CopySource: encodeURI(`${bucket}/${key}`),
        }),
      );
    },
  });
  aws.onObjectCreated({ bucket, prefix: 'landing/', handler: (event) => landed.push(decoded(event)) });
  await Promise.all(Array.from({ length: 20 }, (_, index) => put(`in/${index}`)));
  await aws.idle();
  expect(landed).toHaveLength(20);
});

it('repeats by default every event that was delivered so far, once each', async () => {
  await using own = await startLocalAws();
  const client = new S3Client({ endpoint: own.s3Endpoint, region: own.region, credentials: own.credentials });
  await client.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  let calls = 0;
  own.onObjectCreated({ bucket: 'bucket', deliveries: 2, handler: () => (calls += 1) });
  await client.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: Buffer.from('x') }));
  await own.idle();
  own.redeliver();
  own.redeliver();
  await own.idle();
  expect(calls).toBe(4);
});

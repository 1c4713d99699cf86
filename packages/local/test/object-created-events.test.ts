import { CopyObjectCommand, CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { turns } from '../../../test/support/turns.ts';
import { type InvocationContext, type LocalAws, type S3Event, startLocalAws } from '../src/index.ts';

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
    const two = Promise.withResolvers<void>();
    aws.onObjectCreated({
      bucket,
      concurrency: 2,
      handler: async () => {
        most = Math.max(most, (running += 1));
        // The first waits for a second, and then a third would come before either ends.
        if (running === 2) void turns().then(() => two.resolve());
        await two.promise;
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

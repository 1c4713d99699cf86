import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type LocalAws, startLocalAws } from '@millrace/local';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Fault, type FaultProxy, startFaultProxy } from '../src/index.ts';

const KEY = 'a b+c/é,;=.gz';
const SIZE = 300_000;
const BODY = Buffer.from(Array.from({ length: SIZE }, (_, index) => (index * 7) % 251));

let aws: LocalAws;
let proxy: FaultProxy;
let dynamodbProxy: FaultProxy;
/** With the SDK's own retries. */
let s3: S3Client;
/** Without retries: a fault is what the caller gets. */
let once: S3Client;
let dynamodb: DynamoDBClient;
let number = 0;
let Bucket: string;
let TableName: string;

beforeAll(async () => {
  aws = await startLocalAws();
  proxy = await startFaultProxy(aws.s3Endpoint);
  dynamodbProxy = await startFaultProxy(aws.dynamodbEndpoint);
  const { region, credentials } = aws;
  s3 = new S3Client({ endpoint: proxy.url, region, credentials });
  once = new S3Client({
    endpoint: proxy.url,
    region,
    credentials,
    maxAttempts: 1,
    requestHandler: { socketTimeout: 300 },
  });
  dynamodb = new DynamoDBClient({ endpoint: dynamodbProxy.url, region, credentials });
}, 30_000);
afterAll(async () => {
  for (const client of [s3, once, dynamodb]) client.destroy();
  await Promise.all([proxy.stop(), dynamodbProxy.stop()]);
  await aws.stop();
});
beforeEach(async () => {
  number += 1;
  Bucket = `faults-${number}`;
  TableName = `faults-${number}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key: KEY, Body: BODY }));
});
afterEach(() => {
  proxy.clear();
  dynamodbProxy.clear();
});

/** Reads the object to its end, or to the error that breaks it. */
async function read(client: S3Client, range?: string): Promise<{ bytes: Buffer; error?: Error & { code?: string } }> {
  const { Body } = await client.send(
    new GetObjectCommand({ Bucket, Key: KEY, ...(range === undefined ? {} : { Range: range }) }),
  );
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of Body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error: error as Error };
  }
  return { bytes: Buffer.concat(chunks) };
}

/** How often a kind has happened while `work` was done. */
async function countOf(kind: Fault['kind'], at: FaultProxy, work: () => Promise<unknown>): Promise<number> {
  const before = at.injected[kind] ?? 0;
  await work();
  return (at.injected[kind] ?? 0) - before;
}

describe('without faults', () => {
  it('passes everything through unchanged', async () => {
    const { bytes } = await read(s3);
    expect(bytes.equals(BODY)).toBe(true);
    const part = await read(s3, 'bytes=5-9');
    expect(part.bytes.equals(BODY.subarray(5, 10))).toBe(true);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: KEY }));
    expect(head.ContentLength).toBe(SIZE);
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'missing' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    const stale = s3.send(new GetObjectCommand({ Bucket, Key: KEY, IfMatch: '"0"' }));
    await expect(stale).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
  });

  it('logs what each call is', async () => {
    const from = proxy.calls.length;
    const upload = { Bucket, Key: KEY };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: BODY }));
    const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: encodeURIComponent(`${Bucket}/${KEY}`) }));
    await s3.send(new ListObjectsV2Command({ Bucket }));
    await s3.send(new HeadObjectCommand(upload));
    await s3.send(new GetObjectCommand(upload));
    const calls = proxy.calls.slice(from);
    expect(calls.map(({ op }) => op)).toEqual([
      'CreateMultipartUpload',
      'UploadPart',
      'CompleteMultipartUpload',
      'CopyObject',
      'ListObjectsV2',
      'HeadObject',
      'GetObject',
    ]);
    expect(calls[0]).toMatchObject({
      service: 's3',
      bucket: Bucket,
      key: KEY,
      number: from + 1,
      method: 'POST',
      fault: undefined,
    });
    expect(calls[4]).toMatchObject({ bucket: Bucket, key: undefined });
    expect(calls[1]!.body.length).toBeGreaterThanOrEqual(SIZE);
  });
});

describe('a fault', () => {
  it('happens as often as it says, to the calls it matches, and is logged', async () => {
    proxy.add({ kind: 'resetBeforeResponse', times: 2, match: ({ op, key }) => op === 'HeadObject' && key === KEY });
    const from = proxy.calls.length;
    const times = await countOf('resetBeforeResponse', proxy, async () => {
      await read(s3);
      await s3.send(new HeadObjectCommand({ Bucket, Key: KEY }));
    });
    expect(times).toBe(2);
    expect(proxy.calls.slice(from).map(({ fault }) => fault)).toEqual([
      undefined,
      'resetBeforeResponse',
      'resetBeforeResponse',
      undefined,
    ]);
  });

  it('happens always where it says so, until it is removed', async () => {
    const remove = proxy.add({ kind: 's3Error', code: 'InternalError', status: 500, times: Infinity });
    for (let call = 0; call < 3; call += 1) {
      await expect(read(once)).rejects.toMatchObject({ name: 'InternalError' });
    }
    remove();
    expect((await read(once)).bytes).toHaveLength(SIZE);
  });

  it('comes in the order of adding, and is still to come where it did not come to it', async () => {
    proxy.add({ kind: 'flipByte', at: SIZE });
    proxy.add({ kind: 's3Error', code: 'SlowDown', status: 503 });
    const times = await countOf('flipByte', proxy, async () => {
      expect((await read(once)).bytes).toHaveLength(SIZE);
    });
    expect(times).toBe(0);
    proxy.add({ kind: 'resetBeforeResponse' });
    await s3.send(new PutObjectCommand({ Bucket, Key: KEY, Body: Buffer.alloc(SIZE + 1) }));
    expect(proxy.calls.at(-1)!.fault).toBeUndefined();
    const { bytes } = await read(s3, `bytes=0-${SIZE}`);
    expect(bytes.at(-1)).toBe(0xff);
  });

  it.each([
    [{ kind: 'nonsense' }, 'FAULT_UNKNOWN'],
    [{ kind: 'toString' }, 'FAULT_UNKNOWN'],
    [{ kind: 'stall' }, 'OPTION_INVALID'],
    [{ kind: 'loseAnswer', times: 0 }, 'OPTION_INVALID'],
    [{ kind: 'slow', delay: 5 }, 'OPTION_UNKNOWN'],
    [{ kind: 'unprocessed', pick: 3 }, 'OPTION_INVALID'],
    [{ kind: 'dynamodbError', code: 'X', reasons: 'Y' }, 'OPTION_INVALID'],
  ])('is refused as %j', (fault, code) => {
    expect(() => proxy.add(fault as Fault)).toThrow(expect.objectContaining({ code }));
  });
});

describe('on the way to S3', () => {
  it('resetBeforeResponse: the SDK tries again, and the call was not applied', async () => {
    proxy.add({ kind: 'resetBeforeResponse', match: ({ op }) => op === 'PutObject' });
    await expect(once.send(new PutObjectCommand({ Bucket, Key: 'new', Body: Buffer.from('x') }))).rejects.toMatchObject(
      { code: 'ECONNRESET' },
    );
    await expect(once.send(new HeadObjectCommand({ Bucket, Key: 'new' }))).rejects.toMatchObject({ name: 'NotFound' });
    proxy.add({ kind: 'resetBeforeResponse' });
    const { $metadata } = await s3.send(new PutObjectCommand({ Bucket, Key: 'new', Body: Buffer.from('x') }));
    expect($metadata.attempts).toBe(2);
  });

  it.each([0, 1, 100_000])('resetMidBody: the stream fails after %i bytes, and the tail can be fetched', async (at) => {
    proxy.add({ kind: 'resetMidBody', at });
    const { bytes, error } = await read(s3);
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    expect(bytes.equals(BODY.subarray(0, at))).toBe(true);
    const tail = await read(s3, `bytes=${at}-`);
    expect(tail.bytes.equals(BODY.subarray(at))).toBe(true);
  });

  it.each([0, 1, 100_000])('endMidBody: the stream fails after %i bytes, and is not taken for whole', async (at) => {
    proxy.add({ kind: 'endMidBody', at });
    const { bytes, error } = await read(s3);
    expect(error).toBeDefined();
    expect(bytes.equals(BODY.subarray(0, at))).toBe(true);
  });

  it('stall: nothing more comes until the client gives up', async () => {
    proxy.add({ kind: 'stall', at: 1000 });
    const { bytes, error } = await read(once);
    expect(error).toMatchObject({ name: 'TimeoutError' });
    expect(bytes).toHaveLength(1000);
  });

  it('stall: the rest comes after the pause', async () => {
    proxy.add({ kind: 'stall', at: 1000, forMs: 20 });
    const { bytes } = await read(s3);
    expect(bytes.equals(BODY)).toBe(true);
    expect(proxy.calls.at(-1)!.fault).toBe('stall');
  });

  it('flipByte: a whole body fails its checksum, a ranged one does not', async () => {
    proxy.add({ kind: 'flipByte', at: 4321, times: 2 });
    const whole = await read(s3);
    expect(whole.error?.message).toMatch(/checksum/i);
    const { bytes } = await read(s3, 'bytes=0-9999');
    expect(bytes).toHaveLength(10_000);
    expect(bytes[4321]).toBe(BODY[4321]! ^ 0xff);
    bytes[4321]! ^= 0xff;
    expect(bytes.equals(BODY.subarray(0, 10_000))).toBe(true);
  });

  it('slow: the answer comes late and in small pieces, but whole', async () => {
    proxy.add({ kind: 'slow', delayMs: 30, bytesPerSecond: SIZE * 10 });
    const start = performance.now();
    const { bytes } = await read(s3);
    expect(bytes.equals(BODY)).toBe(true);
    expect(performance.now() - start).toBeGreaterThanOrEqual(100);
    proxy.add({ kind: 'slow' });
    expect((await read(s3)).bytes).toHaveLength(SIZE);
  });

  it('s3Error: the SDK sees code and status, also where there is no body', async () => {
    proxy.add({ kind: 's3Error', code: 'AccessDenied', status: 403, message: 'not for you', times: 2 });
    await expect(read(once)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'not for you',
      $metadata: { httpStatusCode: 403 },
    });
    const head = once.send(new HeadObjectCommand({ Bucket, Key: KEY }));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    proxy.add({ kind: 's3Error', code: 'SlowDown', status: 503 });
    const { $metadata } = await s3.send(new HeadObjectCommand({ Bucket, Key: KEY }));
    expect($metadata.attempts).toBe(2);
  });

  it('loseAnswer: the call was applied', async () => {
    proxy.add({ kind: 'loseAnswer', match: ({ op }) => op === 'PutObject' });
    await expect(once.send(new PutObjectCommand({ Bucket, Key: 'new', Body: Buffer.from('x') }))).rejects.toMatchObject(
      { code: 'ECONNRESET' },
    );
    expect((await once.send(new HeadObjectCommand({ Bucket, Key: 'new' }))).ContentLength).toBe(1);
  });
});

describe('on the way to DynamoDB', () => {
  beforeEach(async () => {
    await dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
  });
  const put = (id: string, ConditionExpression?: string) =>
    dynamodb.send(
      new PutItemCommand({
        TableName,
        Item: { id: { S: id } },
        ...(ConditionExpression ? { ConditionExpression } : {}),
      }),
    );
  const writeBatch = (count: number) =>
    dynamodb.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: Array.from({ length: count }, (_, index) => ({
            PutRequest: { Item: { id: { S: String(index) } } },
          })),
        },
      }),
    );
  const ids = async () => {
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName }));
    return Items.map(({ id }) => Number(id!.S)).sort((a, b) => a - b);
  };

  it.each(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'])(
    'dynamodbError: %s is tried again, and tells its reasons',
    async (code) => {
      const reasons = [
        { reason: 'TableWriteKeyRangeThroughputExceeded', resource: 'arn:aws:dynamodb:us-east-1:0:table/t' },
      ];
      dynamodbProxy.add({ kind: 'dynamodbError', code, reasons });
      expect((await put('1')).$metadata.attempts).toBe(2);
      dynamodbProxy.add({ kind: 'dynamodbError', code, reasons, message: 'slower', times: Infinity });
      const impatient = new DynamoDBClient({
        endpoint: dynamodbProxy.url,
        region: aws.region,
        credentials: aws.credentials,
        maxAttempts: 1,
      });
      const error: unknown = await impatient
        .send(new GetItemCommand({ TableName, Key: { id: { S: '1' } } }))
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: code, message: 'slower', $metadata: { httpStatusCode: 400 } });
      const told = error as { ThrottlingReasons?: unknown; throttlingReasons?: unknown };
      expect(told.ThrottlingReasons ?? told.throttlingReasons).toEqual(reasons);
      impatient.destroy();
    },
  );

  it.each([
    ['InternalServerError', 500, 2],
    ['ServiceUnavailable', 503, 2],
  ])('dynamodbError: %s has status %i', async (code, status, attempts) => {
    dynamodbProxy.add({ kind: 'dynamodbError', code });
    expect((await put('1')).$metadata.attempts).toBe(attempts);
    dynamodbProxy.add({ kind: 'dynamodbError', code, times: Infinity });
    const answer = await fetch(dynamodbProxy.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.PutItem' },
    });
    expect(answer.status).toBe(status);
  });

  it('unprocessed: the picked part comes back, the rest is applied', async () => {
    dynamodbProxy.add({ kind: 'unprocessed', pick: (index) => index % 5 === 0 });
    const { UnprocessedItems, $metadata } = await writeBatch(25);
    expect($metadata.attempts).toBe(1);
    expect(UnprocessedItems![TableName]!.map(({ PutRequest }) => PutRequest!.Item!.id!.S)).toEqual([
      '0',
      '5',
      '10',
      '15',
      '20',
    ]);
    expect(await ids()).toEqual(Array.from({ length: 25 }, (_, index) => index).filter((index) => index % 5 !== 0));
    dynamodbProxy.add({ kind: 'unprocessed', pick: () => false });
    expect((await writeBatch(25)).UnprocessedItems).toEqual({});
    expect(await ids()).toHaveLength(25);
  });

  it('unprocessed: by default the whole batch comes back', async () => {
    dynamodbProxy.add({ kind: 'unprocessed' });
    await put('99');
    const { UnprocessedItems } = await writeBatch(25);
    expect(UnprocessedItems![TableName]).toHaveLength(25);
    expect(await ids()).toEqual([99]);
  });

  it('unprocessed: an error of the rest is passed on', async () => {
    dynamodbProxy.add({ kind: 'unprocessed', pick: (index) => index === 0 });
    await expect(writeBatch(27)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('loseAnswer: a conditional write finds itself', async () => {
    dynamodbProxy.add({ kind: 'loseAnswer', match: ({ op }) => op === 'PutItem' });
    await expect(put('1', 'attribute_not_exists(id)')).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
    });
    expect(await ids()).toEqual([1]);
  });

  it('resetBeforeResponse and flipByte: the SDK or the caller notices', async () => {
    dynamodbProxy.add({ kind: 'resetBeforeResponse' });
    expect((await put('1')).$metadata.attempts).toBe(2);
    dynamodbProxy.add({ kind: 'flipByte', at: 0, match: ({ op }) => op === 'Scan' });
    await expect(ids()).rejects.toThrow();
  });

  it('s3Error is not for DynamoDB, nor dynamodbError and unprocessed for S3', async () => {
    dynamodbProxy.add({ kind: 's3Error', code: 'SlowDown', status: 503, times: Infinity });
    expect((await put('1')).$metadata.attempts).toBe(1);
    proxy.add({ kind: 'dynamodbError', code: 'ThrottlingException', times: Infinity });
    proxy.add({ kind: 'unprocessed', times: Infinity });
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: KEY }))).$metadata.attempts).toBe(1);
  });
});

describe('the proxy', () => {
  it('refuses connections as if nothing listened, and takes them again', async () => {
    await proxy.refuseConnections();
    await proxy.refuseConnections();
    // A client of its own: one with an open connection would first see that reset.
    const { region, credentials } = aws;
    const client = new S3Client({ endpoint: proxy.url, region, credentials, maxAttempts: 1 });
    const refused = client.send(new HeadObjectCommand({ Bucket, Key: KEY }));
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.acceptConnections();
    await proxy.acceptConnections();
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: KEY }))).ContentLength).toBe(SIZE);
    client.destroy();
  });

  it('stops in the middle of a stalled answer, and stopping again is the same as once', async () => {
    const own = await startFaultProxy(aws.s3Endpoint);
    const client = new S3Client({
      endpoint: own.url,
      region: aws.region,
      credentials: aws.credentials,
      maxAttempts: 1,
    });
    own.add({ kind: 'stall', at: 10 });
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: KEY }));
    const reading = Body!.transformToByteArray();
    const failed = expect(reading).rejects.toThrow();
    await Promise.all([own.stop(), own[Symbol.asyncDispose]()]);
    await own.stop();
    await failed;
    await expect(fetch(own.url)).rejects.toThrow();
    client.destroy();
  });

  it('shows a target that is gone as a reset connection', async () => {
    await using own = await startFaultProxy('http://127.0.0.1:1');
    const client = new S3Client({
      endpoint: own.url,
      region: aws.region,
      credentials: aws.credentials,
      maxAttempts: 1,
    });
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: KEY }))).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    client.destroy();
  });

  it.each(['https://s3.amazonaws.com', 'nonsense', ''])('does not take the target %j', async (target) => {
    await expect(startFaultProxy(target)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});

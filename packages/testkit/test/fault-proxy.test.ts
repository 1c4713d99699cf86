import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { type Fault, startFaultProxy } from '../src/index.ts';
import { BODY, clientOf, KEY, read, s3BehindProxy, SIZE } from './s3-behind-proxy.ts';

const behind = s3BehindProxy();

/** How often a kind has happened while `work` was done. */
async function countOf(kind: Fault['kind'], work: () => Promise<unknown>): Promise<number> {
  const before = behind.proxy.injected[kind] ?? 0;
  await work();
  return (behind.proxy.injected[kind] ?? 0) - before;
}

describe('without faults', () => {
  it('passes everything through unchanged', async () => {
    const { bytes } = await read(behind.s3, behind.Bucket);
    expect(bytes.equals(BODY)).toBe(true);
    const part = await read(behind.s3, behind.Bucket, 'bytes=5-9');
    expect(part.bytes.equals(BODY.subarray(5, 10))).toBe(true);
    const head = await behind.s3.send(new HeadObjectCommand({ Bucket: behind.Bucket, Key: KEY }));
    expect(head.ContentLength).toBe(SIZE);
    await expect(behind.s3.send(new GetObjectCommand({ Bucket: behind.Bucket, Key: 'missing' }))).rejects.toMatchObject(
      {
        name: 'NoSuchKey',
      },
    );
    const stale = behind.s3.send(new GetObjectCommand({ Bucket: behind.Bucket, Key: KEY, IfMatch: '"0"' }));
    await expect(stale).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
  });

  it('logs what each call is', async () => {
    const from = behind.proxy.calls.length;
    const upload = { Bucket: behind.Bucket, Key: KEY };
    const { UploadId } = await behind.s3.send(new CreateMultipartUploadCommand(upload));
    const { ETag } = await behind.s3.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: BODY }));
    const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
    await behind.s3.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
    await behind.s3.send(
      new CopyObjectCommand({
        Bucket: behind.Bucket,
        Key: 'copy',
        CopySource: encodeURIComponent(`${behind.Bucket}/${KEY}`),
      }),
    );
    await behind.s3.send(new ListObjectsV2Command({ Bucket: behind.Bucket }));
    await behind.s3.send(new HeadObjectCommand(upload));
    await behind.s3.send(new GetObjectCommand(upload));
    const calls = behind.proxy.calls.slice(from);
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
      bucket: behind.Bucket,
      key: KEY,
      number: from + 1,
      method: 'POST',
      fault: undefined,
    });
    expect(calls[4]).toMatchObject({ bucket: behind.Bucket, key: undefined });
    expect(calls[1]!.body.length).toBeGreaterThanOrEqual(SIZE);
  });
});

describe('a fault', () => {
  it('happens as often as it says, to the calls it matches, and is logged', async () => {
    behind.proxy.add({
      kind: 'resetBeforeResponse',
      times: 2,
      match: ({ op, key }) => op === 'HeadObject' && key === KEY,
    });
    const from = behind.proxy.calls.length;
    const times = await countOf('resetBeforeResponse', async () => {
      await read(behind.s3, behind.Bucket);
      await behind.s3.send(new HeadObjectCommand({ Bucket: behind.Bucket, Key: KEY }));
    });
    expect(times).toBe(2);
    expect(behind.proxy.calls.slice(from).map(({ fault }) => fault)).toEqual([
      undefined,
      'resetBeforeResponse',
      'resetBeforeResponse',
      undefined,
    ]);
  });

  it('happens always where it says so, until it is removed', async () => {
    const remove = behind.proxy.add({ kind: 's3Error', code: 'InternalError', status: 500, times: Infinity });
    for (let call = 0; call < 3; call += 1) {
      await expect(read(behind.once, behind.Bucket)).rejects.toMatchObject({ name: 'InternalError' });
    }
    remove();
    expect((await read(behind.once, behind.Bucket)).bytes).toHaveLength(SIZE);
  });

  it('comes in the order of adding, and is still to come where it did not come to it', async () => {
    behind.proxy.add({ kind: 'flipByte', at: SIZE });
    behind.proxy.add({ kind: 's3Error', code: 'SlowDown', status: 503 });
    const times = await countOf('flipByte', async () => {
      expect((await read(behind.once, behind.Bucket)).bytes).toHaveLength(SIZE);
    });
    expect(times).toBe(0);
    behind.proxy.add({ kind: 'resetBeforeResponse' });
    await behind.s3.send(new PutObjectCommand({ Bucket: behind.Bucket, Key: KEY, Body: Buffer.alloc(SIZE + 1) }));
    expect(behind.proxy.calls.at(-1)!.fault).toBeUndefined();
    const { bytes } = await read(behind.s3, behind.Bucket, `bytes=0-${SIZE}`);
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
    expect(() => behind.proxy.add(fault as Fault)).toThrow(expect.objectContaining({ code }));
  });
});

describe('the proxy', () => {
  it('refuses connections as if nothing listened, and takes them again', async () => {
    await behind.proxy.refuseConnections();
    await behind.proxy.refuseConnections();
    // A client of its own: one with an open connection would first see that reset.
    const client = clientOf(behind, { maxAttempts: 1 });
    const refused = client.send(new HeadObjectCommand({ Bucket: behind.Bucket, Key: KEY }));
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await behind.proxy.acceptConnections();
    await behind.proxy.acceptConnections();
    expect((await client.send(new HeadObjectCommand({ Bucket: behind.Bucket, Key: KEY }))).ContentLength).toBe(SIZE);
    client.destroy();
  });

  it('stops in the middle of a stalled answer, and stopping again is the same as once', async () => {
    const own = await startFaultProxy(behind.aws.s3Endpoint);
    const client = clientOf(behind, { maxAttempts: 1 }, own.url);
    own.add({ kind: 'stall', at: 10 });
    const { Body } = await client.send(new GetObjectCommand({ Bucket: behind.Bucket, Key: KEY }));
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
    const client = clientOf(behind, { maxAttempts: 1 }, own.url);
    await expect(client.send(new HeadObjectCommand({ Bucket: behind.Bucket, Key: KEY }))).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    client.destroy();
  });

  it.each(['https://s3.amazonaws.com', 'nonsense', ''])('does not take the target %j', async (target) => {
    await expect(startFaultProxy(target)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});

import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { BODY, KEY, read, s3BehindProxy, SIZE } from './s3-behind-proxy.ts';

const behind = s3BehindProxy();

describe('on the way to S3', () => {
  it('dynamodbError and unprocessed do not happen', async () => {
    behind.proxy.add({ kind: 'dynamodbError', code: 'ThrottlingException', times: Infinity });
    behind.proxy.add({ kind: 'unprocessed', times: Infinity });
    const { $metadata } = await behind.s3.send(new HeadObjectCommand({ Bucket: behind.Bucket, Key: KEY }));
    expect($metadata.attempts).toBe(1);
  });

  it('resetBeforeResponse: the SDK tries again, and the call was not applied', async () => {
    behind.proxy.add({ kind: 'resetBeforeResponse', match: ({ op }) => op === 'PutObject' });
    await expect(
      behind.once.send(new PutObjectCommand({ Bucket: behind.Bucket, Key: 'new', Body: Buffer.from('x') })),
    ).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(behind.once.send(new HeadObjectCommand({ Bucket: behind.Bucket, Key: 'new' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    behind.proxy.add({ kind: 'resetBeforeResponse' });
    const { $metadata } = await behind.s3.send(
      new PutObjectCommand({ Bucket: behind.Bucket, Key: 'new', Body: Buffer.from('x') }),
    );
    expect($metadata.attempts).toBe(2);
  });

  it.each([0, 1, 100_000])('resetMidBody: the stream fails after %i bytes, and the tail can be fetched', async (at) => {
    behind.proxy.add({ kind: 'resetMidBody', at });
    const { bytes, error } = await read(behind.s3, behind.Bucket);
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    expect(bytes.equals(BODY.subarray(0, at))).toBe(true);
    const tail = await read(behind.s3, behind.Bucket, `bytes=${at}-`);
    expect(tail.bytes.equals(BODY.subarray(at))).toBe(true);
  });

  it.each([0, 1, 100_000])('endMidBody: the stream fails after %i bytes, and is not taken for whole', async (at) => {
    behind.proxy.add({ kind: 'endMidBody', at });
    const { bytes, error } = await read(behind.s3, behind.Bucket);
    expect(error).toBeDefined();
    expect(bytes.equals(BODY.subarray(0, at))).toBe(true);
  });

  it('stall: nothing more comes until the client gives up', async () => {
    behind.proxy.add({ kind: 'stall', at: 1000 });
    const { bytes, error } = await read(behind.once, behind.Bucket, undefined, 1000);
    expect(error).toMatchObject({ message: 'given up' });
    expect(bytes).toHaveLength(1000);
  });

  it('stall: the rest comes after the pause', async () => {
    behind.proxy.add({ kind: 'stall', at: 1000, forMs: 20 });
    const { bytes } = await read(behind.s3, behind.Bucket);
    expect(bytes.equals(BODY)).toBe(true);
    expect(behind.proxy.calls.at(-1)!.fault).toBe('stall');
  });

  it('flipByte: a whole body fails its checksum, a ranged one does not', async () => {
    behind.proxy.add({ kind: 'flipByte', at: 4321, times: 2 });
    const whole = await read(behind.s3, behind.Bucket);
    expect(whole.error?.message).toMatch(/checksum/i);
    const { bytes } = await read(behind.s3, behind.Bucket, 'bytes=0-9999');
    expect(bytes).toHaveLength(10_000);
    expect(bytes[4321]).toBe(BODY[4321]! ^ 0xff);
    bytes[4321]! ^= 0xff;
    expect(bytes.equals(BODY.subarray(0, 10_000))).toBe(true);
  });

  it('slow: the answer comes late and in small pieces, but whole', async () => {
    behind.proxy.add({ kind: 'slow', delayMs: 30, bytesPerSecond: SIZE * 10 });
    const start = performance.now();
    const { bytes } = await read(behind.s3, behind.Bucket);
    expect(bytes.equals(BODY)).toBe(true);
    expect(performance.now() - start).toBeGreaterThanOrEqual(100);
    behind.proxy.add({ kind: 'slow' });
    expect((await read(behind.s3, behind.Bucket)).bytes).toHaveLength(SIZE);
  });

  it('s3Error: the SDK sees code and status, also where there is no body', async () => {
    behind.proxy.add({ kind: 's3Error', code: 'AccessDenied', status: 403, message: 'not for you', times: 2 });
    await expect(read(behind.once, behind.Bucket)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'not for you',
      $metadata: { httpStatusCode: 403 },
    });
    const head = behind.once.send(new HeadObjectCommand({ Bucket: behind.Bucket, Key: KEY }));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    behind.proxy.add({ kind: 's3Error', code: 'SlowDown', status: 503 });
    const { $metadata } = await behind.s3.send(new HeadObjectCommand({ Bucket: behind.Bucket, Key: KEY }));
    expect($metadata.attempts).toBe(2);
  });

  it('loseAnswer: the call was applied', async () => {
    behind.proxy.add({ kind: 'loseAnswer', match: ({ op }) => op === 'PutObject' });
    await expect(
      behind.once.send(new PutObjectCommand({ Bucket: behind.Bucket, Key: 'new', Body: Buffer.from('x') })),
    ).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await behind.once.send(new HeadObjectCommand({ Bucket: behind.Bucket, Key: 'new' }))).ContentLength).toBe(
      1,
    );
  });
});

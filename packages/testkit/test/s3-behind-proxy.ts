import type { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { type LocalAws, startLocalAws } from '@millrace/local';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { turns } from '../../../test/support/turns.ts';
import { type FaultProxy, startFaultProxy } from '../src/index.ts';

export const KEY = 'a b+c/é,;=.gz';
export const SIZE = 300_000;
export const BODY: Buffer = Buffer.from(Array.from({ length: SIZE }, (_, index) => (index * 7) % 251));

/** A local S3 behind a fault proxy, with an object in a new bucket for each test. */
export interface S3BehindProxy {
  aws: LocalAws;
  proxy: FaultProxy;
  /** With the SDK's own retries. */
  s3: S3Client;
  /** Without retries: a fault is what the caller gets. */
  once: S3Client;
  Bucket: string;
}

/** Sets it up for the tests of a file; its members are there when a test runs. */
export function s3BehindProxy(): S3BehindProxy {
  const behind = {} as S3BehindProxy;
  let number = 0;
  beforeAll(async () => {
    behind.aws = await startLocalAws();
    behind.proxy = await startFaultProxy(behind.aws.s3Endpoint);
    behind.s3 = clientOf(behind, {});
    behind.once = clientOf(behind, { maxAttempts: 1 });
  }, 30_000);
  beforeEach(async () => {
    behind.Bucket = `faults-${(number += 1)}`;
    await behind.s3.send(new CreateBucketCommand({ Bucket: behind.Bucket }));
    await behind.s3.send(new PutObjectCommand({ Bucket: behind.Bucket, Key: KEY, Body: BODY }));
  });
  afterEach(() => behind.proxy.clear());
  afterAll(async () => {
    behind.s3.destroy();
    behind.once.destroy();
    await behind.proxy.stop();
    await behind.aws.stop();
  });
  return behind;
}

export function clientOf(
  { aws, proxy }: S3BehindProxy,
  config: S3ClientConfig,
  endpoint: string = proxy.url,
): S3Client {
  return new S3Client({ endpoint, region: aws.region, credentials: aws.credentials, ...config });
}

/** Reads the object to its end, to the error that breaks it, or until nothing follows the first `giveUpAt` bytes. */
export async function read(
  client: S3Client,
  Bucket: string,
  range?: string,
  giveUpAt?: number,
): Promise<{ bytes: Buffer; error?: Error }> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: KEY, ...(range ? { Range: range } : {}) }));
  const body = Body as Readable;
  const chunks: Uint8Array[] = [];
  let received = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      received += chunk.length;
      // What else had been sent would arrive within a few turns.
      if (received === giveUpAt) void turns().then(() => body.destroy(new Error('given up')));
    }
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error: error as Error };
  }
  return { bytes: Buffer.concat(chunks) };
}

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StubAws, startStubAws } from '../stub-aws.ts';
import type { Row } from './row.ts';

/** What the processes of a row talk to. */
export interface Servers extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  readonly bucket: string;
  readonly table: string;
  /** Brings an object to where the row's variants find it, and answers by which key. */
  readonly provide: (key: string) => Promise<string>;
  /** Absent where the row talks to no stub. */
  readonly stub?: StubAws;
}

export async function startServers(row: Row, verify: boolean): Promise<Servers> {
  const { delayMs, bytesPerSecond } = row;
  const stub = await startStubAws({ delayMs, verify, ...(bytesPerSecond !== undefined && { bytesPerSecond }) });
  if (row.from === 'local') return localServers(stub);
  if (row.from === 'disk') return files(stub);
  return {
    env: stub.env,
    bucket: 'bench',
    table: 'stub',
    // The stub makes an object when it is first asked for, which must not be while a variant is measured.
    provide: async (key) => {
      await fetch(`${stub.env['AWS_ENDPOINT_URL_S3']}/bench/${key}`, { method: 'HEAD' });
      return key;
    },
    stub,
    [Symbol.asyncDispose]: async () => stub.stop(),
  };
}

function files(stub: StubAws): Servers {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  return {
    env: stub.env,
    bucket: 'bench',
    table: 'stub',
    provide: async (key) => {
      const path = join(folder, key.replaceAll('/', '_'));
      await writeFile(path, await download(stub, key));
      return path;
    },
    [Symbol.asyncDispose]: async () => {
      stub.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The local servers, which only this row needs, so nobody else waits for them to load. */
async function localServers(stub: StubAws): Promise<Servers> {
  const { startLocalAws } = await import('@millrace/local');
  const { CreateBucketCommand, PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const { createLandingTable } = await import('@millrace/dynamodb');
  const aws = await startLocalAws({ startTimeoutMs: 30_000 });
  const settings = { region: aws.region, credentials: { ...aws.credentials } };
  const s3 = new S3Client({ ...settings, endpoint: aws.s3Endpoint, forcePathStyle: true });
  const dynamodb = new DynamoDBClient({ ...settings, endpoint: aws.dynamodbEndpoint });
  const bucket = `bench-${randomUUID().slice(0, 8)}`;
  const table = `bench-${randomUUID().slice(0, 8)}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await createLandingTable({ table, client: dynamodb });
  return {
    env: { ...aws.env },
    bucket,
    table,
    provide: async (key) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: await download(stub, key) }));
      return key;
    },
    [Symbol.asyncDispose]: async () => {
      s3.destroy();
      dynamodb.destroy();
      stub.stop();
      await aws.stop();
    },
  };
}

async function download(stub: StubAws, key: string): Promise<Uint8Array> {
  const response = await fetch(`${stub.env['AWS_ENDPOINT_URL_S3']}/bench/${key}`);
  return new Uint8Array(await response.arrayBuffer());
}

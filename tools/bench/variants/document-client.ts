import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { v5 } from 'uuid';
import { LANDING_NAMESPACE } from '../../stub-aws/landing-namespace.ts';
import type { Job, OpenCarrier } from '../carrier.ts';

/** The loop that a good engineer writes: a stream, the document client, batches of 25, a pool of requests, and retries. */
export const open: OpenCarrier = (job) => {
  const s3 = new S3Client({ forcePathStyle: true });
  const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  return {
    carry: async (keys) => {
      let count = 0;
      for (const key of keys) count += await load(s3, dynamodb, job, key);
      return count;
    },
    close: () => {
      s3.destroy();
      dynamodb.destroy();
    },
  };
};

async function load(s3: S3Client, dynamodb: DynamoDBDocumentClient, job: Job, key: string): Promise<number> {
  const { Body, ETag = '', LastModified } = await s3.send(new GetObjectCommand({ Bucket: job.bucket, Key: key }));
  const source = `s3://${job.bucket}/${key}`;
  const namespace = v5(`item:${source}?etag=${ETag.replaceAll('"', '')}`, LANDING_NAMESPACE);
  const version = namespace.replaceAll('-', '');
  const uploadDate = LastModified?.toISOString();
  const pool = new Set<Promise<void>>();
  let batch: object[] = [];
  let ordinal = 0;
  const send = async (): Promise<void> => {
    const request = writeBatch(dynamodb, job.table, batch);
    batch = [];
    const done = request.finally(() => pool.delete(done));
    pool.add(done);
    if (pool.size >= job.inFlight) await Promise.race(pool);
  };
  for await (const line of createInterface({ input: (Body as Readable).pipe(createGunzip()), crlfDelay: Infinity })) {
    const uuid = v5(String(ordinal), namespace);
    const record = JSON.parse(line) as unknown;
    batch.push({ uuid, upload_date: uploadDate, feed: job.feed, source, source_version: version, ordinal, record });
    ordinal += 1;
    if (batch.length === 25) await send();
  }
  if (batch.length > 0) await send();
  await Promise.all(pool);
  return ordinal;
}

async function writeBatch(client: DynamoDBDocumentClient, table: string, items: readonly object[]): Promise<void> {
  let requests: object[] = items.map((Item) => ({ PutRequest: { Item } }));
  for (let attempt = 0; requests.length > 0; attempt += 1) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** attempt));
    const { UnprocessedItems } = await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
    requests = UnprocessedItems?.[table] ?? [];
  }
}

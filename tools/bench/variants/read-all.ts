import { gunzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BatchWriteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { v5 } from 'uuid';
import { LANDING_NAMESPACE } from '../../stub-aws/landing-namespace.ts';
import type { OpenCarrier } from '../carrier.ts';

/**
 * The loader of many blog posts: it reads the whole object, and awaits one put after another, or, with option `batches`, one
 * batch of 25 after another.
 */
export const open: OpenCarrier = (job, { batches }) => {
  const s3 = new S3Client({ forcePathStyle: true });
  const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const load = async (key: string): Promise<number> => {
    const { Body, ETag = '', LastModified } = await s3.send(new GetObjectCommand({ Bucket: job.bucket, Key: key }));
    const text = gunzipSync(await Body!.transformToByteArray()).toString('utf8');
    const source = `s3://${job.bucket}/${key}`;
    const namespace = v5(`item:${source}?etag=${ETag.replaceAll('"', '')}`, LANDING_NAMESPACE);
    const items = text
      .trim()
      .split('\n')
      .map((line, ordinal) => ({
        uuid: v5(String(ordinal), namespace),
        upload_date: LastModified?.toISOString(),
        feed: job.feed,
        source,
        source_version: namespace.replaceAll('-', ''),
        ordinal,
        record: JSON.parse(line) as unknown,
      }));
    if (batches === true) {
      for (let at = 0; at < items.length; at += 25) {
        const puts = items.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } }));
        await dynamodb.send(new BatchWriteCommand({ RequestItems: { [job.table]: puts } }));
      }
    } else {
      for (const Item of items) await dynamodb.send(new PutCommand({ TableName: job.table, Item }));
    }
    return items.length;
  };
  return {
    carry: async (keys) => {
      let count = 0;
      for (const key of keys) count += await load(key);
      return count;
    },
    close: () => {
      s3.destroy();
      dynamodb.destroy();
    },
  };
};

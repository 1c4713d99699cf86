import { randomUUID } from 'node:crypto';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createLandingTable, createLedgerTable } from '@millrace/dynamodb';
import { type LocalAws, startLocalAws } from '@millrace/local';

/** Local servers with a bucket and a ledger table, and clients that reach them directly, past every fault. */
export interface Stage extends AsyncDisposable {
  readonly aws: LocalAws;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly bucket: string;
  readonly ledgerTable: string;
  /** Stores an object and returns its ETag, without quotes. */
  readonly put: (key: string, body: Uint8Array) => Promise<string>;
  /** Asks S3 when the object that is there now was written, as ISO 8601 in UTC. */
  readonly lastModified: (key: string) => Promise<string>;
  /** Makes a landing table for one scenario. */
  readonly table: () => Promise<string>;
  readonly dropTable: (table: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const aws = await startLocalAws({ startTimeoutMs: 30_000 });
  const { region } = aws;
  const s3 = new S3Client({
    endpoint: aws.s3Endpoint,
    region,
    credentials: { ...aws.credentials },
    forcePathStyle: true,
  });
  const dynamodb = new DynamoDBClient({ endpoint: aws.dynamodbEndpoint, region, credentials: { ...aws.credentials } });
  const bucket = `reliability-${randomUUID().slice(0, 8)}`;
  const ledgerTable = `ledger-${randomUUID().slice(0, 8)}`;
  const stop = async (): Promise<void> => {
    s3.destroy();
    dynamodb.destroy();
    await aws.stop();
  };
  try {
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    await createLedgerTable({ table: ledgerTable, client: dynamodb });
  } catch (error) {
    await stop();
    throw error;
  }
  return Object.freeze({
    aws,
    s3,
    dynamodb,
    bucket,
    ledgerTable,
    put: async (key: string, body: Uint8Array) => {
      const { ETag = '' } = await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
      return ETag.replaceAll('"', '');
    },
    lastModified: async (key: string) => {
      const { LastModified } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      if (LastModified === undefined) throw new Error(`S3 does not say when ${key} was written.`);
      return LastModified.toISOString();
    },
    table: async () => {
      const table = `landing-${randomUUID().slice(0, 8)}`;
      await createLandingTable({ table, client: dynamodb });
      return table;
    },
    dropTable: async (table: string) => {
      await dynamodb.send(new DeleteTableCommand({ TableName: table }));
    },
    stop,
    [Symbol.asyncDispose]: stop,
  });
}

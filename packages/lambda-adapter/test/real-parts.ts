import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { DeleteTableCommand, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type Feed, feed, type Ledger } from '@millrace/core';
import { createLandingTable, createLedgerTable, dynamodbLedger, dynamodbSink, landingItem } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { gunzip } from '@millrace/gzip';
import { endpointsForTests } from '@millrace/local';
import { s3Source } from '@millrace/s3';
import type { ObjectRef } from '../src/index.ts';

/** A feed from a real bucket to a real table, with a ledger, and what there is to look at. */
export interface RealParts extends AsyncDisposable {
  readonly feed: Feed<ObjectRef>;
  readonly ledger: Ledger;
  readonly bucket: string;
  /** For a function in a process of its own: where both services are, credentials, and the names of the tables. */
  readonly env: Readonly<Record<string, string>>;
  /** Stores an object and answers its ETag. */
  readonly put: (key: string, body: Uint8Array) => Promise<string>;
  /** The landed rows. */
  readonly rows: () => Promise<readonly { readonly object: string; readonly ordinal: number }[]>;
}

/** Names differ in every call, and all is removed at the end, so that the tests may run against an account. */
export async function realParts(): Promise<RealParts> {
  const at = await endpointsForTests();
  const s3 = new S3Client(at.s3);
  const dynamodb = new DynamoDBClient(at.dynamodb);
  const id = randomUUID().slice(0, 8);
  const [bucket, table, ledgerTable] = ['bucket', 'landing', 'ledger'].map((use) => `millrace-lambda-${use}-${id}`) as [
    string,
    string,
    string,
  ];
  const { region } = at.s3;
  // S3 wants every region named except its first.
  const elsewhere =
    region === 'us-east-1'
      ? {}
      : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
  await s3.send(new CreateBucketCommand({ Bucket: bucket, ...elsewhere }));
  await createLandingTable({ table, client: dynamodb });
  await createLedgerTable({ table: ledgerTable, client: dynamodb });
  // A function has one set of credentials. Local servers take any; a service that the environment names takes its own.
  const strict = at.dynamodb.credentials === undefined ? dynamodb : s3;
  const { accessKeyId, secretAccessKey, sessionToken } = await strict.config.credentials();
  return Object.freeze({
    feed: feed('prices')
      .from(s3Source({ client: s3 }))
      .through(gunzip())
      .through(decodeText('utf-8'))
      .through(parseNdjson<{ readonly sku: string }>())
      .through(landingItem())
      .to(dynamodbSink({ table, client: dynamodb })),
    ledger: dynamodbLedger({ table: ledgerTable, client: dynamodb }),
    bucket,
    env: {
      AWS_REGION: region,
      AWS_ENDPOINT_URL_S3: at.s3.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: at.dynamodb.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
      PATH_STYLE: String(at.s3.forcePathStyle),
      LANDING_TABLE: table,
      LEDGER_TABLE: ledgerTable,
    },
    put: async (key: string, body: Uint8Array) => {
      const { ETag = '' } = await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
      return ETag;
    },
    rows: async () => {
      const found: { object: string; ordinal: number }[] = [];
      for await (const { Items = [] } of paginateScan(
        { client: dynamodb },
        { TableName: table, ConsistentRead: true },
      )) {
        found.push(...Items.map((item) => ({ object: item['source']?.S ?? '', ordinal: Number(item['ordinal']?.N) })));
      }
      return found;
    },
    [Symbol.asyncDispose]: async () => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
      const Objects = Contents.map(({ Key }) => ({ Key }));
      if (Objects.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
      await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
      for (const TableName of [table, ledgerTable]) await dynamodb.send(new DeleteTableCommand({ TableName }));
      s3.destroy();
      dynamodb.destroy();
      await at.stop();
    },
  });
}

/** A gzipped file of so many prices. */
export function pricesFile(records: number): Uint8Array {
  return gzipSync(
    Array.from({ length: records }, (_, n) => `${JSON.stringify({ sku: `sku-${n}`, amount: n })}\n`).join(''),
  );
}

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ItemReport, Observer } from '@millrace/core';
import { createLandingTable, createLedgerTable, dynamodbLedger } from '@millrace/dynamodb';
import { type LandingCopy, type S3HandlerOptions, toLandingHandler, toS3Handler } from '@millrace/lambda-adapter';
import { type Delivery, type LocalAws, startLocalAws } from '@millrace/local';
import { copyToLanding, s3Quarantine } from '@millrace/s3';
import { feedsInto } from './feeds.ts';
import type { SupplierFile } from './supplier-files.ts';

export const TABLE = 'landing_table';
export const SUPPLIERS: readonly string[] = ['skyway', 'atlas', 'reel'];

/** S3, DynamoDB and two functions on this machine, as they would be deployed in an account. */
export interface LocalStack extends AsyncDisposable {
  readonly aws: LocalAws;
  readonly dynamodb: DynamoDBClient;
  readonly quarantine: ReturnType<typeof s3Quarantine>;
  /** Puts a file into its supplier's bucket. Events do the rest. */
  readonly put: (file: SupplierFile) => Promise<void>;
  /** Delivers these events once more, to a function with or without a ledger. */
  readonly redeliver: (deliveries: readonly Delivery[], to: 'with ledger' | 'without ledger') => void;
  /** Waits until every event was handled, and returns what became of the objects since the last call. */
  readonly settled: () => Promise<readonly ItemReport[]>;
}

/** @param progress sees what the loading function does */
export async function startLocalStack(progress: Observer): Promise<LocalStack> {
  const aws = await startLocalAws();
  const { region, credentials } = aws;
  const s3 = new S3Client({ endpoint: aws.s3Endpoint, region, credentials: { ...credentials } });
  const dynamodb = new DynamoDBClient({ endpoint: aws.dynamodbEndpoint, region, credentials: { ...credentials } });
  for (const bucket of [...SUPPLIERS.map(bucketOf), 'landing', 'quarantine']) {
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  }
  await createLandingTable({ table: TABLE, client: dynamodb });
  await createLedgerTable({ table: 'ledger', client: dynamodb });

  // The first function copies each supplier's objects to the landing bucket, under the feed's prefix.
  const copies = new Map(
    SUPPLIERS.map((feed) => [bucketOf(feed), copyToLanding({ feed, target: { bucket: 'landing' }, client: s3 })]),
  );
  const copyOfSupplier: LandingCopy = (ref, options) => copies.get(ref.bucket)!(ref, options);
  const landing = toLandingHandler(copyOfSupplier, { log: () => {} });

  // The second function carries what arrives in the landing bucket through its feed. The ledger remembers what was carried.
  const quarantine = s3Quarantine({ bucket: 'quarantine', client: s3 });
  let reports: ItemReport[] = [];
  const itemFinished = (report: ItemReport): void => {
    reports.push(report);
    progress.itemFinished?.(report);
  };
  const options: S3HandlerOptions = { quarantine, observer: { ...progress, itemFinished }, log: () => {} };
  const feeds = feedsInto(TABLE, s3, dynamodb);
  const withLedger = toS3Handler(feeds, { ...options, ledger: dynamodbLedger({ table: 'ledger', client: dynamodb }) });
  const withoutLedger = toS3Handler(feeds, options);
  let deployed = withLedger;

  for (const bucket of copies.keys()) aws.onObjectCreated({ bucket, handler: landing });
  aws.onObjectCreated({ bucket: 'landing', handler: (event, context) => deployed(event, context), concurrency: 2 });

  return {
    aws,
    dynamodb,
    quarantine,
    put: async ({ bucket, key, body }) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
    redeliver: (deliveries, to) => {
      deployed = to === 'with ledger' ? withLedger : withoutLedger;
      aws.redeliver(deliveries);
    },
    settled: async () => {
      await aws.idle();
      failOnLostEvents(aws);
      const settled = reports;
      reports = [];
      deployed = withLedger;
      return settled;
    },
    [Symbol.asyncDispose]: () => aws[Symbol.asyncDispose](),
  };
}

function bucketOf(supplier: string): string {
  return `supplier-${supplier}`;
}

/** An event whose handler failed three times would be on the function's dead-letter queue; here it ends the demo. */
function failOnLostEvents(aws: LocalAws): void {
  const [lost] = aws.failedDeliveries;
  if (lost === undefined) return;
  throw new Error(`The event of ${lost.key} failed ${lost.attempts} times.`, { cause: lost.errors.at(-1) });
}

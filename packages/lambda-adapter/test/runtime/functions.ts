import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { feed, map } from '@millrace/core';
import { dynamodbLedger, dynamodbSink, landingItem } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { gunzip } from '@millrace/gzip';
import { s3Source } from '@millrace/s3';
import {
  type MapHandler,
  type S3BatchHandler,
  type S3Handler,
  type SqsHandler,
  toMapHandler,
  toS3BatchHandler,
  toS3Handler,
  toSqsHandler,
} from '../../src/index.ts';

/**
 * The functions that the test deploys, as a user would write them. A record with `waitMs` takes its time, one with
 * `waitFor` waits until that file is there.
 */

interface Price {
  readonly sku: string;
  readonly waitMs?: number;
  readonly waitFor?: string;
}

const { PATH_STYLE, LANDING_TABLE = '', LEDGER_TABLE = '' } = process.env;
const prices = feed('prices')
  .from(s3Source({ client: new S3Client({ forcePathStyle: PATH_STYLE === 'true' }) }))
  .through(gunzip())
  .through(decodeText('utf-8'))
  .through(parseNdjson<Price>())
  .through(
    map(async (price: Price) => {
      if (price.waitMs !== undefined) await sleep(price.waitMs);
      while (price.waitFor !== undefined && !existsSync(price.waitFor)) await sleep(10);
      return price;
    }),
  )
  .through(landingItem())
  .to(dynamodbSink({ table: LANDING_TABLE }));
const options = { ledger: dynamodbLedger({ table: LEDGER_TABLE }), leaseMs: 2_000 };

export const s3: S3Handler = toS3Handler(prices, options);
export const sqs: SqsHandler = toSqsHandler(prices, options);
export const s3Batch: S3BatchHandler = toS3BatchHandler(prices, options);
export const distributedMap: MapHandler = toMapHandler(prices, options);

import { feed } from '@millrace/core';
import { dynamodbLedger, dynamodbSink, landingItem } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { gunzip } from '@millrace/gzip';
import {
  emfObserver,
  type MapHandler,
  type S3BatchHandler,
  type SqsHandler,
  toMapHandler,
  toS3BatchHandler,
  toSqsHandler,
} from '@millrace/lambda-adapter';
import { s3Quarantine, s3Source } from '@millrace/s3';

/** One pipeline value, and a function for each carrier. The names come from the stack, as environment variables. */

interface Price {
  readonly sku: string;
  readonly amount: number;
}

const prices = feed('prices')
  .from(s3Source())
  .through(gunzip())
  .through(decodeText('utf-8'))
  .through(parseNdjson<Price>())
  .through(landingItem())
  .to(dynamodbSink({ table: named('LANDING_TABLE') }));

const options = {
  ledger: dynamodbLedger({ table: named('LEDGER_TABLE') }),
  quarantine: s3Quarantine({ bucket: named('QUARANTINE_BUCKET') }),
  observer: emfObserver(),
};

/** New objects, as the queue delivers them. */
export const fromQueue: SqsHandler = toSqsHandler(prices, options);
/** A backlog: the children of a Distributed Map over a prefix of the landing bucket. */
export const fromMap: MapHandler = toMapHandler(prices, { ...options, bucket: named('LANDING_BUCKET') });
/** A backlog: the tasks of a job of S3 Batch Operations. */
export const fromBatch: S3BatchHandler = toS3BatchHandler(prices, options);

function named(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set; the stack sets it.`);
  return value;
}

import { feed } from '@millrace/core';
import { dynamodbLedger, dynamodbSink } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { gunzip } from '@millrace/gzip';
import { type S3Handler, toS3Handler } from '@millrace/lambda-adapter';
import { s3Source } from '@millrace/s3';

const prices = feed('prices')
  .from(s3Source())
  .through(gunzip())
  .through(decodeText('utf-8'))
  .through(parseNdjson<{ readonly uuid: string }>())
  .to(dynamodbSink({ table: 'landing' }));

export const handler: S3Handler = toS3Handler(prices, { ledger: dynamodbLedger({ table: 'ledger' }) });

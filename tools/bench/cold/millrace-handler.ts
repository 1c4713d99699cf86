import { S3Client } from '@aws-sdk/client-s3';
import { feed } from '@millrace/core';
import { dynamodbSink, landingItem } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { gunzip } from '@millrace/gzip';
import { toS3Handler, type S3Handler } from '@millrace/lambda-adapter';
import { s3Source } from '@millrace/s3';

const landing = feed('bench')
  .from(s3Source({ client: new S3Client({ forcePathStyle: true }) }))
  .through(gunzip())
  .through(decodeText('utf-8'))
  .through(parseNdjson())
  .through(landingItem())
  .to(dynamodbSink({ table: 'stub' }));

export const handler: S3Handler = toS3Handler(landing, { log: () => undefined });

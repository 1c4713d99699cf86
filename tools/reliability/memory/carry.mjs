// The process that is measured: it loads the built packages, carries one generated object, and tells its peak memory. It is
// JavaScript because Node's type stripping alone would take 17 MB.
import { S3Client } from '@aws-sdk/client-s3';
import { feed } from '@millrace/core';
import { dynamodbSink, landingItem } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { gunzip } from '@millrace/gzip';
import { s3Source } from '@millrace/s3';

const key = `${process.argv[2]}.ndjson.gz`;
const carrying = feed('memory')
  .from(s3Source({ client: new S3Client({ forcePathStyle: true }) }))
  .through(gunzip())
  .through(decodeText('utf-8'))
  .through(parseNdjson())
  .through(landingItem())
  .to(dynamodbSink({ table: 'stub' }));

const started = performance.now();
const { totals } = await carrying.run([{ bucket: 'stub', key }]);
const seconds = (performance.now() - started) / 1000;
await carrying.close();
// Kilobytes on every platform. Linux counts the parent's pages at the fork in: the parent is smaller than this process.
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ peakBytes, seconds, totals }));

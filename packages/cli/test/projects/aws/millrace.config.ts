import { defineConfig } from '@millrace/cli';
import { feed } from '@millrace/core';
import { dynamodbLedger, dynamodbSink, landingItem } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseCsv } from '@millrace/formats';
import { gunzip } from '@millrace/gzip';
import { s3Quarantine, s3Source } from '@millrace/s3';

/** Ends the names of all buckets and tables of a test. */
const suffix = process.env['MILLRACE_TEST_SUFFIX'] ?? 'none';

const prices = feed('prices')
  .from(s3Source())
  .through(gunzip())
  .through(decodeText('utf-8'))
  .through(parseCsv({ types: { amount: 'decimal' } }))
  .through(landingItem())
  .to(dynamodbSink({ table: `millrace-landing-${suffix}` }));

export default defineConfig({
  feeds: [prices],
  ledger: dynamodbLedger({ table: `millrace-ledger-${suffix}` }),
  quarantine: s3Quarantine({ bucket: `millrace-kept-${suffix}` }),
  sources: { prices: { bucket: `millrace-drop-${suffix}`, prefix: 'prices/' } },
});

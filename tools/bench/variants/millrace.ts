import { createReadStream } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import { feed, isMillraceError, type Sink, type Source } from '@millrace/core';
import {
  dynamodbSink,
  type DynamodbRecord,
  type DynamodbSinkOptions,
  landingItem,
  packed,
  type PackOptions,
} from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseCsv, parseNdjson } from '@millrace/formats';
import { gunzip } from '@millrace/gzip';
import { s3Source, type S3Ref } from '@millrace/s3';
import { type Job, type OpenCarrier, VariantAbsent } from '../carrier.ts';

/** What differs between the variants of Millrace. */
interface MillraceOptions {
  /** Options of the sink, which not every version has. */
  readonly sink?: object;
  /** Land records together. */
  readonly pack?: PackOptions;
  /** Do without those options where the sink does not know them; otherwise the variant is absent. */
  readonly orDefault?: boolean;
  /** Count the records instead of landing them. */
  readonly count?: boolean;
  /** Read from the disk. */
  readonly files?: boolean;
}

/** Millrace as a user writes it. */
export const open: OpenCarrier = (job, variantOptions) => {
  const options: MillraceOptions = variantOptions;
  const source = options.files === true ? fileSource() : s3Source({ client: new S3Client({ forcePathStyle: true }) });
  const start = feed(job.feed).from(source as Source<S3Ref, Uint8Array>);
  const records = (job.gzipped ? start.through(gunzip()) : start)
    .through(decodeText(job.charset))
    .through(job.format === 'csv' ? parseCsv<unknown>() : parseNdjson<unknown>());
  const pipeline =
    options.count === true ? records.to(countingSink()) : records.through(landingItem()).to(landingSink(job, options));
  return {
    carry: async (keys) => {
      const refs = keys.map((key) => ({ bucket: job.bucket, key }));
      const { totals } = await pipeline.run(refs, { concurrency: job.itemsAtOnce });
      return totals.written;
    },
    close: pipeline.close,
  };
};

function landingSink(job: Job, { sink, pack, orDefault }: MillraceOptions): Sink<DynamodbRecord<'uuid'>> {
  const options: DynamodbSinkOptions = {
    table: job.table,
    concurrency: job.inFlight,
    ...(pack && { pack: packed(pack) }),
  };
  try {
    return dynamodbSink({ ...options, ...sink });
  } catch (error) {
    if (!isMillraceError(error) || error.code !== 'OPTION_UNKNOWN') throw error;
    if (orDefault === true) return dynamodbSink(options);
    throw new VariantAbsent(error.message);
  }
}

/** Takes everything and does nothing, in batches of the default size. */
function countingSink(): Sink<unknown> {
  return { name: 'nothing', write: () => Promise.resolve() };
}

function fileSource(): Source<S3Ref, Uint8Array> {
  return {
    name: 'file',
    describe: ({ key }) => `file:${key}`,
    open: ({ key }) =>
      Promise.resolve({
        origin: { id: `file:${key}`, uri: `file:${key}` },
        chunks: () => createReadStream(key, { highWaterMark: 256 * 1024 }),
      }),
  };
}

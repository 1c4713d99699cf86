import type { S3Client } from '@aws-sdk/client-s3';
import type { Sink } from '@millrace/core';
import { check, checkOptions, type Context, type Entry, type Refusal } from '@millrace/core/plugin';
import { holdClient } from './client-holder.ts';
import { lineMaker, type S3Csv } from './sink/line-maker.ts';
import { type ObjectStore, objectStore } from './sink/object-store.ts';
import { planParts, type PlannedGroup } from './sink/part-plan.ts';
import type { PartitionOf } from './sink/partition-path.ts';
import { partWriter } from './sink/part-writer.ts';

export interface S3SinkOptions<T> {
  /** Where the records are written: the name of a bucket, or the ARN of an access point. It must exist. */
  readonly bucket: string;
  /** Stands in front of every key as it is, so it mostly ends with `/`. @default '' */
  readonly prefix?: string;
  /** Stands in front of the keys of manifests, which no reader of the records may take for records. @default `<prefix>_manifests/` */
  readonly manifestPrefix?: string;
  /** Newline-delimited JSON, or CSV with these columns. @default 'ndjson' */
  readonly format?: 'ndjson' | { readonly csv: S3Csv<T> };
  /** @default 'gzip' */
  readonly compress?: 'gzip' | 'none';
  /**
   * Says where a record belongs: `({ feed, day }) => ({ feed, date: day })` puts it under `feed=…/date=…/`. It must be a function
   * of the record and its context alone. @default one folder
   */
  readonly partition?: PartitionOf<T>;
  /**
   * Records of an item that are written together, before fan-out: one object for each of their partitions. They are in memory
   * as long, up to `concurrency` + 1 times. Never change it for a prefix that is in use. @default 50000
   */
  readonly recordsPerPart?: number;
  /** Bytes of one object before compression; what is more goes to further objects. @default 268435456 */
  readonly maxPartBytes?: number;
  /** Bytes of one record's line; a larger one is refused. @default 16777216, what Snowflake takes by default */
  readonly maxRecordBytes?: number;
  /** Writes in flight at once; each puts up to four objects at once. @default 2 */
  readonly concurrency?: number;
  /** How long one request may take, in milliseconds. @default 60000 */
  readonly timeoutMs?: number;
  /** How long the sink goes on where S3 is unavailable or throttles, beyond the client's own retries, in milliseconds. @default 60000 */
  readonly retryForMs?: number;
  /** Client to write with. @default `new S3Client({})`, made at first use: region and credentials from the environment */
  readonly client?: S3Client;
}

/**
 * Makes a sink that writes records to objects of NDJSON or CSV, gzipped, for warehouses and query engines. For each group of
 * 50,000 ordinals of an item, and for each partition of their records, an object:
 * `<prefix><partition><digest of feed and item>-<first ordinal>-<number>.ndjson.gz`. All of the key follows from the records
 * and their places: a second delivery, a resumed run and a retry write the same objects again.
 *
 * A manifest for each group tells its objects and the places of their records. What a replay brings goes to objects of its own,
 * `…-<first ordinal>+<position>.ndjson.gz`, until its group is written anew with it.
 *
 * A record is refused with `JSON_VALUE_UNSUPPORTED`, `S3_RECORD_INVALID`, `S3_RECORD_TOO_LARGE` or `S3_PARTITION_INVALID`. A write rejects with the codes
 * of S3's answers, such as `S3_BUCKET_NOT_FOUND`, `S3_ACCESS_DENIED`, `S3_UNAVAILABLE`. It needs `s3:PutObject`,
 * `s3:ListBucket`, and for replays `s3:GetObject` and `s3:DeleteObject`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function s3Sink<T>(options: S3SinkOptions<T>): Sink<T> {
  checkS3SinkOptions(options);
  const { bucket, prefix = '', compress = 'gzip', partition, recordsPerPart: group = 50_000 } = options;
  const {
    maxPartBytes = 256 * 2 ** 20,
    maxRecordBytes = 16 * 2 ** 20,
    timeoutMs = 60_000,
    retryForMs = 60_000,
  } = options;
  const lines = lineMaker(options.format ?? 'ndjson');
  const client = holdClient(options.client);
  const extension = `${lines.extension}${compress === 'gzip' ? '.gz' : ''}`;
  const plan = { prefix, lines, partition, group, maxPartBytes, maxRecordBytes };
  const writer = partWriter({
    bucket,
    client,
    compress,
    extension,
    head: lines.head,
    manifestPrefix: options.manifestPrefix ?? `${prefix}_manifests/`,
  });

  const write = async (
    entries: readonly Entry<T>[],
    context: Context,
    act: (group: PlannedGroup, store: ObjectStore) => Promise<void>,
  ): Promise<readonly Refusal[]> => {
    context.signal.throwIfAborted();
    const store = objectStore({ bucket, client, timeoutMs, retryForMs }, context);
    const { groups, refusals } = planParts(entries, plan);
    for (const planned of groups) await act(planned, store);
    return refusals;
  };

  return Object.freeze<Sink<T>>({
    name: 's3',
    limits: { count: group },
    group,
    concurrency: options.concurrency ?? 2,
    write: (entries, context) => write(entries, context, writer.write),
    writeSingly: async (entries, context) => {
      const refusals: Refusal[] = [];
      for (const [position, entry] of entries.entries()) {
        const refused = await write([entry], context, writer.writeSingle);
        refusals.push(...refused.map((refusal) => ({ ...refusal, position })));
      }
      return refusals;
    },
    close: client.release,
  });
}

function checkS3SinkOptions<T>(options: S3SinkOptions<T>): void {
  const string = (value: unknown): string | undefined => (typeof value === 'string' ? undefined : 'a string');
  checkOptions<S3SinkOptions<T>>('s3Sink', options, {
    bucket: check.text,
    prefix: check.optional(string),
    manifestPrefix: check.optional(string),
    format: check.optional((value) =>
      value === 'ndjson' || (typeof value === 'object' && value !== null) ? undefined : '"ndjson" or { csv }',
    ),
    compress: check.optional(check.oneOf('gzip', 'none')),
    partition: check.optional(check.callback),
    recordsPerPart: check.optional(check.integer(2, 10_000_000)),
    maxPartBytes: check.optional(check.integer(1)),
    maxRecordBytes: check.optional(check.integer(1)),
    concurrency: check.optional(check.integer(1, 64)),
    timeoutMs: check.optional(check.integer(1, 2 ** 31 - 1)),
    retryForMs: check.optional(check.integer(0)),
    client: check.optional(check.object),
  });
}

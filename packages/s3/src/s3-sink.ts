import type { S3Client } from '@aws-sdk/client-s3';
import type { Encoder, Sink } from '@millrace/core';
import { check, checkEncoder, checkOptions, type PartitionOf, partSink } from '@millrace/core/plugin';
import { holdClient } from './client-holder.ts';
import { withPlace } from './own-place.ts';
import { s3PartStore } from './sink/part-store.ts';

export interface S3SinkOptions<T> {
  /** Bucket for the records: its name, or the ARN of an access point. It must exist. */
  readonly bucket: string;
  /** Prepended to every key unchanged, so it usually ends with `/`. @default '' */
  readonly prefix?: string;
  /** Prepended to the keys of manifests, which readers of the records must not read as records. @default `<prefix>_manifests/` */
  readonly manifestPrefix?: string;
  /** Turns records into the text of objects, such as `encodeCsv({ columns })`. @default `encodeNdjson()` */
  readonly encode?: Encoder<T>;
  /** Compression of the objects. @default 'gzip' */
  readonly compress?: 'gzip' | 'none';
  /**
   * Returns the partition of a record: `({ feed, day }) => ({ feed, date: day })` puts it under `feed=…/date=…/`. The result must
   * depend on the record and its context alone. @default one folder
   */
  readonly partition?: PartitionOf<T>;
  /**
   * Records of an object that are written together, before fan-out, to one object per partition. Memory holds up to
   * `concurrency` + 1 such groups. Never change it for a prefix in use. @default 50000
   */
  readonly recordsPerPart?: number;
  /** Maximum bytes of one object before compression, up to 64 GiB; the rest goes to further objects. @default 268435456 */
  readonly maxPartBytes?: number;
  /** Maximum bytes of one record's text with its line end; a larger record is refused. @default 16777216, Snowflake's default limit */
  readonly maxRecordBytes?: number;
  /** Concurrent writes; each puts up to four objects concurrently. @default 2 */
  readonly concurrency?: number;
  /** Maximum time for one request, in milliseconds. @default 60000 */
  readonly timeoutMs?: number;
  /** How long to retry if S3 is unavailable or throttles, in addition to the client's own retries, in milliseconds. @default 60000 */
  readonly retryForMs?: number;
  /** Client for writing. @default `new S3Client({})`, made at first use: region and credentials from the environment */
  readonly client?: S3Client;
}

/**
 * Makes a sink that writes records to gzipped objects, for warehouses and query engines, as newline-delimited JSON or in the
 * format of `encode`. For each group of 50,000 ordinals of an object and each partition, it writes one object:
 * `<prefix><partition><digest of feed and object>-<first ordinal>-<number>.ndjson.gz`. The key depends
 * only on the records and their ordinals, so a second delivery, a resumed run and a retry write the same objects again.
 *
 * A manifest for each group lists its objects and the ordinals of their records. Replayed records go to objects of their own,
 * `…-<first ordinal>+<position>.ndjson.gz`, until their group is written again.
 *
 * A record is refused with the encoder's codes, such as `JSON_VALUE_UNSUPPORTED`, or with `ENCODER_THREW`,
 * `ENCODER_OUTPUT_INVALID`, `PART_RECORD_TOO_LARGE`, `PARTITION_INVALID`. A write rejects with the codes of S3's responses,
 * such as `S3_BUCKET_NOT_FOUND`, `S3_ACCESS_DENIED`, `S3_UNAVAILABLE`, or with `PART_MANIFEST_INVALID`. It needs
 * `s3:PutObject`, `s3:ListBucket`, and for replays `s3:GetObject` and `s3:DeleteObject`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const sink = s3Sink<Price>({ bucket: 'warehouse', prefix: 'prices/', encode: encodeCsv({ columns: ['sku', 'day'] }) });
 */
export function s3Sink<T>(options: S3SinkOptions<T>): Sink<T> {
  checkS3SinkOptions(options);
  const { bucket, prefix = '', timeoutMs = 60_000, retryForMs = 60_000 } = options;
  const manifestPrefix = options.manifestPrefix ?? `${prefix}_manifests/`;
  const client = holdClient(options.client);
  const parts = partSink<T>(s3PartStore({ bucket, client, timeoutMs, retryForMs, prefix, manifestPrefix }), {
    encode: options.encode,
    compress: options.compress ?? 'gzip',
    partition: options.partition,
    recordsPerPart: options.recordsPerPart ?? 50_000,
    maxPartBytes: options.maxPartBytes,
    maxRecordBytes: options.maxRecordBytes ?? 16 * 2 ** 20,
    concurrency: options.concurrency,
  });
  return Object.freeze<Sink<T>>({ ...parts, ...withPlace({ client, target: { bucket, prefix } }) });
}

function checkS3SinkOptions<T>(options: S3SinkOptions<T>): void {
  const string = (value: unknown): string | undefined => (typeof value === 'string' ? undefined : 'a string');
  checkOptions<S3SinkOptions<T>>('s3Sink', options, {
    bucket: check.text,
    prefix: check.optional(string),
    manifestPrefix: check.optional(string),
    encode: check.optional(checkEncoder),
    compress: check.optional(check.oneOf('gzip', 'none')),
    partition: check.optional(check.callback),
    recordsPerPart: check.optional(check.integer(2, 10_000_000)),
    maxPartBytes: check.optional(check.integer(1, 64 * 2 ** 30)),
    maxRecordBytes: check.optional(check.integer(1)),
    concurrency: check.optional(check.integer(1, 64)),
    timeoutMs: check.optional(check.integer(1, 2 ** 31 - 1)),
    retryForMs: check.optional(check.integer(0)),
    client: check.optional(check.object),
  });
}

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { feed, type Feed, filter } from '@millrace/core';
import { dynamodbSink, type DynamodbSinkOptions, landingItem, packed } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { gunzip } from '@millrace/gzip';
import { s3Source, type S3Ref } from '@millrace/s3';
import type { SampleRecord } from './sample-object.ts';

export type SenderKind = NonNullable<DynamodbSinkOptions['sender']>;

export interface LandingFeedOptions {
  readonly name: string;
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly table: string;
  readonly gzipped: boolean;
  /** @default 16, as the sink has it */
  readonly concurrency?: number;
  /** How long S3 may deliver nothing, in milliseconds. @default 10000 */
  readonly idleTimeoutMs?: number;
  /** Records of a pack. @default each record is an item */
  readonly pack?: number | undefined;
  /** How the sink sends. @default what the environment variable RELIABILITY_SENDER says, else `auto` */
  readonly sender?: SenderKind;
  /** @default by place */
  readonly key?: ((record: SampleRecord) => string) | undefined;
}

/** The natural key of a sample record. */
export function naturalKeyOf({ id }: SampleRecord): string {
  return String(id);
}

/** The feed that the scenarios carry sample objects through, with short retry budgets. */
export function landingFeed(options: LandingFeedOptions): Feed<S3Ref> {
  const { name, s3, dynamodb, table, gzipped, concurrency, idleTimeoutMs = 10_000, pack, key } = options;
  // Some sample objects are empty.
  const source = feed(name, { expect: { records: { min: 0 } } }).from(s3Source({ client: s3, idleTimeoutMs }));
  const sender = options.sender ?? ((process.env['RELIABILITY_SENDER'] ?? 'auto') as SenderKind);
  const retry = { attempts: 3, timeMs: 5000, baseMs: 2, capMs: 20 };
  return (gzipped ? source.through(gunzip()) : source)
    .through(decodeText('utf-8'))
    .through(parseNdjson<SampleRecord>())
    .through(filter((record) => record.skip !== true))
    .through(landingItem(key === undefined ? {} : { key }))
    .to(
      dynamodbSink({
        table,
        client: dynamodb,
        retry,
        sender,
        ...(concurrency !== undefined && { concurrency }),
        ...(pack !== undefined && { pack: packed({ records: pack }) }),
      }),
    );
}

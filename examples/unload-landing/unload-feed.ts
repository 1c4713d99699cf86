import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { feed, type Feed } from '@millrace/core';
import { dynamodbSource, jsonItem, type LandingItem, parseItems, type TableSegment } from '@millrace/dynamodb';
import { s3Sink } from '@millrace/s3';

/** A record as it was landed. */
export type Landed = LandingItem<Readonly<Record<string, unknown>>>;

export interface UnloadPlace {
  readonly bucket: string;
  /** One prefix for each unload of a table that is written to: see the README. */
  readonly prefix: string;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  /** Records of a segment that are written together. @default 50000 */
  readonly recordsPerPart?: number;
}

/** From the landing table to `<prefix>feed=…/date=…/*.ndjson.gz`. Packed and single items come alike. */
export function unloadFeed({ bucket, prefix, dynamodb, s3, recordsPerPart = 50_000 }: UnloadPlace): Feed<TableSegment> {
  return feed('unload-landing')
    .from(dynamodbSource({ client: dynamodb }))
    .through(parseItems<Landed>())
    .through(jsonItem())
    .to(
      s3Sink<Landed>({
        bucket,
        prefix,
        client: s3,
        recordsPerPart,
        partition: (landed) => ({ feed: landed.feed, date: landed.upload_date.slice(0, 10) }),
      }),
    );
}

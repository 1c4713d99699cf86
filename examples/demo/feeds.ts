import type { S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { feed } from '@millrace/core';
import { dynamodbSink, landingItem } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseCsv, parseNdjson } from '@millrace/formats';
import { gunzip } from '@millrace/gzip';
import { routes, type RouteTable } from '@millrace/lambda-adapter';
import { s3Source } from '@millrace/s3';

interface Flight {
  readonly delay: number;
  readonly distance: number;
  readonly time: number;
}

interface Movie {
  readonly Title: string | null;
  readonly Director: string | null;
}

/** One feed for each supplier: they differ in charset and format, and land in one table. */
export function feedsInto(table: string, s3: S3Client, dynamodb: DynamoDBClient): RouteTable {
  const source = s3Source({ client: s3 });
  const sink = dynamodbSink({ table, client: dynamodb });

  const skyway = feed('skyway')
    .from(source)
    .through(gunzip())
    .through(decodeText('utf-8'))
    .through(parseNdjson<Flight>())
    .through(landingItem())
    .to(sink);

  const atlas = feed('atlas')
    .from(source)
    .through(gunzip())
    .through(decodeText('windows-1252'))
    .through(parseCsv())
    .through(landingItem())
    .to(sink);

  const reel = feed('reel')
    .from(source)
    .through(gunzip())
    .through(decodeText('utf-16le'))
    .through(parseNdjson<Movie>())
    .through(landingItem())
    .to(sink);

  return routes(
    [
      { prefix: 'skyway/', feed: skyway },
      { prefix: 'atlas/', feed: atlas },
      { prefix: 'reel/', feed: reel },
    ],
    { unmatched: 'fail' },
  );
}

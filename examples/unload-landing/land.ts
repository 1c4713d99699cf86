import { readFile } from 'node:fs/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { feed, tap } from '@millrace/core';
import { createLandingTable, dynamodbSink, landingItem } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseCsv, parseJson } from '@millrace/formats';
import { s3Source } from '@millrace/s3';
import type { Landed } from './unload-feed.ts';

export interface LandingPlace {
  readonly table: string;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
}

/** The package exports no file of its data, so they are found beside its main module, `build/index.js`. */
const dataset = (name: string): Promise<Buffer> =>
  readFile(new URL(`../data/${name}`, import.meta.resolve('vega-datasets')));

/** Lands two real files: one as single items, one in packs of 50. Answers what was landed, by uuid. */
export async function land({ table, dynamodb, s3 }: LandingPlace): Promise<ReadonlyMap<string, Landed>> {
  const bucket = 'inbox';
  await createLandingTable({ table, client: dynamodb });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  for (const name of ['movies.json', 'birdstrikes.csv']) {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: await dataset(name) }));
  }
  const landed = new Map<string, Landed>();
  const remember = tap<Landed>((record) => void landed.set(record.uuid, record));
  const source = s3Source({ client: s3 });
  const movies = feed('movies')
    .from(source)
    .through(decodeText('utf-8'))
    .through(parseJson<Landed['record']>())
    .through(landingItem())
    .through(remember)
    .to(dynamodbSink({ table, client: dynamodb }));
  const birdstrikes = feed('birdstrikes')
    .from(source)
    .through(decodeText('utf-8'))
    .through(parseCsv())
    .through(landingItem())
    .through(remember)
    .to(dynamodbSink({ table, client: dynamodb, pack: { records: 50 } }));
  await movies.run([{ bucket, key: 'movies.json' }]);
  await birdstrikes.run([{ bucket, key: 'birdstrikes.csv' }]);
  return landed;
}

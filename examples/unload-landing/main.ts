/*
 * Unloads the landing table. Two real files are landed, one as single items and one in packs; four segments of the table are
 * read side by side, and go to S3 as gzipped NDJSON by feed and date. Then the objects are read back: every record is there
 * once. A second unload writes the same objects, and one that is stopped goes on where it was. S3 and DynamoDB run on this
 * machine.
 */
import { isDeepStrictEqual } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { memoryLedger } from '@millrace/core';
import { dynamodbSource } from '@millrace/dynamodb';
import { startLocalAws } from '@millrace/local';
import { land } from './land.ts';
import { type Landed, unloadFeed } from './unload-feed.ts';
import { type UnloadedPart, unloadedParts } from './unloaded-parts.ts';

const TABLE = 'landing_table';
const BUCKET = 'warehouse';
const PREFIX = 'unload/2026-11-23/';

await using aws = await startLocalAws({ startTimeoutMs: 60_000 });
const credentials = { ...aws.credentials };
const s3 = new S3Client({ endpoint: aws.s3Endpoint, region: aws.region, credentials, forcePathStyle: true });
const dynamodb = new DynamoDBClient({ endpoint: aws.dynamodbEndpoint, region: aws.region, credentials });
await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));

const landed = await land({ table: TABLE, dynamodb, s3 });
console.log(`${landed.size} records landed in ${TABLE}, as single items and in packs.`);

const unload = unloadFeed({ bucket: BUCKET, prefix: PREFIX, dynamodb, s3 });
const segments = dynamodbSource().segments({ table: TABLE, totalSegments: 4 });
const runs: (readonly UnloadedPart[])[] = [];
for (const run of ['first', 'second']) {
  const { totals, durationMs } = await unload.run(segments, { concurrency: 4 });
  runs.push(await unloadedParts(s3, BUCKET, PREFIX));
  console.log(`${run} unload: ${totals.written} records in ${runs.at(-1)!.length} objects, ${durationMs} ms`);
}
const [first = [], second = []] = runs;

// A third one is stopped once a thousand records are written. With a ledger, the next run goes on there.
const STOPPED = 'unload/stopped/';
const small = unloadFeed({ bucket: BUCKET, prefix: STOPPED, dynamodb, s3, recordsPerPart: 500 });
const ledger = memoryLedger();
const stop = new AbortController();
const observer = {
  progress: ({ counts }: { readonly counts: { readonly written: number } }): void => {
    if (counts.written >= 1000) stop.abort(new Error('stopped'));
  },
};
const stopped = await small.run(segments, { ledger, observer, signal: stop.signal, checkpointRecords: 100 });
const resumed = await small.run(segments, { ledger, concurrency: 4 });
console.log(
  `stopped unload: ${stopped.outcome} after ${stopped.totals.written} records; then ${resumed.outcome}: ` +
    `${resumed.totals.skipped} passed over, ${resumed.totals.written} written`,
);
const afterStop = (await unloadedParts(s3, BUCKET, STOPPED)).flatMap(({ records }) => records);

console.table(
  first.map(({ key, bytes, records }) => ({
    partition: key.slice(PREFIX.length, key.lastIndexOf('/')),
    records: records.length,
    bytes,
  })),
);
const found = first.flatMap(({ records }) => records);
const uuids = (records: readonly Landed[]): readonly string[] => records.map(({ uuid }) => uuid).toSorted();
const proof = {
  landed: landed.size,
  unloaded: found.length,
  distinct: new Set(found.map(({ uuid }) => uuid)).size,
  equal: found.filter((record) => isDeepStrictEqual(record, asJson(landed.get(record.uuid)))).length,
  inTheirPartition: first.every(isPartitioned),
  sameObjects: isDeepStrictEqual(
    first.map(({ key, etag }) => [key, etag]),
    second.map(({ key, etag }) => [key, etag]),
  ),
  passedOverAfterStop: resumed.totals.skipped > 0,
  sameAfterStop: isDeepStrictEqual(uuids(afterStop), uuids(found)),
};
s3.destroy();
dynamodb.destroy();
console.log(JSON.stringify(proof));

/** What a record is once it was JSON. */
function asJson(record: Landed | undefined): unknown {
  return JSON.parse(JSON.stringify(record ?? null));
}

function isPartitioned({ key, records }: UnloadedPart): boolean {
  return records.every(({ feed, upload_date: date }) => key.includes(`/feed=${feed}/date=${date.slice(0, 10)}/`));
}

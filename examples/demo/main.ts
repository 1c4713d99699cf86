/*
 * Real files from three suppliers travel from S3 to DynamoDB. A supplier puts a file into its bucket; that event copies it
 * to the landing bucket; that event loads the landing table. S3 and DynamoDB run on this machine, and the handlers are the
 * ones that Lambda would call: nothing here calls a pipeline, events do.
 */
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Counts, ItemReport } from '@millrace/core';
import { createLandingTable, createLedgerTable, dynamodbLedger } from '@millrace/dynamodb';
import { type LandingCopy, type S3HandlerOptions, toLandingHandler, toS3Handler } from '@millrace/lambda-adapter';
import { startLocalAws } from '@millrace/local';
import { copyToLanding, s3Quarantine } from '@millrace/s3';
import { feedsInto } from './feeds.ts';
import { countItems, itemsOfFeed } from './landing-table.ts';
import { brokenFile, type SupplierFile, supplierFiles } from './supplier-files.ts';
import { heading, printTable, progressLine } from './terminal.ts';

const TABLE = 'landing_table';
const SUPPLIERS = ['skyway', 'atlas', 'reel'];

await using aws = await startLocalAws();
const s3 = new S3Client({ endpoint: aws.s3Endpoint, region: aws.region, credentials: { ...aws.credentials } });
const dynamodb = new DynamoDBClient({
  endpoint: aws.dynamodbEndpoint,
  region: aws.region,
  credentials: { ...aws.credentials },
});

heading('S3 and DynamoDB are up on this machine');
for (const bucket of [...SUPPLIERS.map((name) => `supplier-${name}`), 'landing', 'quarantine']) {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
}
await createLandingTable({ table: TABLE, client: dynamodb });
await createLedgerTable({ table: 'ledger', client: dynamodb });
console.log(
  `  ${aws.s3Endpoint} and ${aws.dynamodbEndpoint}; tables ${TABLE} and ledger, buckets landing, quarantine, supplier-*`,
);

// The first function: each supplier's objects are copied to the landing bucket, under the feed's prefix.
const copies = new Map(
  SUPPLIERS.map((name) => [
    `supplier-${name}`,
    copyToLanding({ feed: name, target: { bucket: 'landing' }, client: s3 }),
  ]),
);
const copyOfSupplier: LandingCopy = (ref, options) => copies.get(ref.bucket)!(ref, options);
const landing = toLandingHandler(copyOfSupplier, { log: () => {} });

// The second function: what arrives in the landing bucket goes through its feed. The ledger remembers what became of it.
const reports: ItemReport[] = [];
const progress = progressLine();
const feeds = feedsInto(TABLE, s3, dynamodb);
const options: S3HandlerOptions = {
  quarantine: s3Quarantine({ bucket: 'quarantine', client: s3 }),
  observer: { ...progress.observer, itemFinished: (report) => void reports.push(report) },
  log: () => {},
};
const ledger = dynamodbLedger({ table: 'ledger', client: dynamodb });
const loading = toS3Handler(feeds, { ...options, ledger });
const forgetful = toS3Handler(feeds, options);
let deployed = loading;

for (const bucket of copies.keys()) aws.onObjectCreated({ bucket, handler: landing });
aws.onObjectCreated({ bucket: 'landing', handler: (event, context) => deployed(event, context), concurrency: 2 });

heading('Three suppliers deliver; S3 events do the rest');
const started = performance.now();
const files = await supplierFiles();
await Promise.all(files.map(put));
await settled();
printReports(reports);
const seconds = (performance.now() - started) / 1000;
const written = sum(reports, 'written');
console.log(`\n  ${written.toLocaleString('en-US')} records in ${seconds.toFixed(1)} s, from event to table.`);

heading('Every record is accounted for');
proveEquation(reports);
const before = await countItems(dynamodb, TABLE);
console.log(`  items in ${TABLE}: ${before.toLocaleString('en-US')}`);
if (before !== written) throw new Error(`The table holds ${before} items, but ${written} were written.`);

heading('The same events come a second time');
reports.length = 0;
aws.redeliver();
await settled();
const skipped = reports.filter(({ outcome }) => outcome === 'duplicate').length;
console.log(
  `  the ledger knows them: ${skipped} of ${reports.length} objects skipped, ${sum(reports, 'written')} records written`,
);
await assertUnchanged(before);

heading('And once more, to a function that has no ledger');
reports.length = 0;
deployed = forgetful;
aws.redeliver(aws.deliveries.filter(({ key }) => /^(reel|atlas).*(movies|matches|airports)/.test(key)));
await settled();
deployed = loading;
console.log(
  `  ${reports.length} objects carried again: ${sum(reports, 'written').toLocaleString('en-US')} records written, each onto itself`,
);
await assertUnchanged(before);

heading('A supplier sends a file with broken lines');
reports.length = 0;
await put(await brokenFile());
await settled();
printReports(reports);
proveEquation(reports);
console.log('\n  In the quarantine, with raw text and reason:');
const quarantine = s3Quarantine({ bucket: 'quarantine', client: s3 });
for await (const { item, line, code, raw } of quarantine.rejections({ feed: 'reel' })) {
  console.log(`  ${item.uri} line ${line}  ${code}  ${JSON.stringify(String(raw).slice(0, 44))}`);
}

heading('A query by feed');
for (const feed of SUPPLIERS) {
  const { count } = await itemsOfFeed(dynamodb, TABLE, { feed, source: '', limit: 0 });
  console.log(`  ${feed.padEnd(7)} ${count.toLocaleString('en-US')} items`);
}
const { some } = await itemsOfFeed(dynamodb, TABLE, { feed: 'atlas', source: 'football', limit: 2 });
for (const item of some) console.log(JSON.stringify(item, undefined, 2).replaceAll(/^/gm, '  '));
heading('Done');

async function put({ bucket, key, body }: SupplierFile): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
}

/** Waits until every event has been handled. */
async function settled(): Promise<void> {
  await aws.idle();
  progress.end();
  failOnLostEvents();
}

/** What was delivered again must not have added an item. */
async function assertUnchanged(count: number): Promise<void> {
  const now = await countItems(dynamodb, TABLE);
  console.log(`  items in ${TABLE}: ${now.toLocaleString('en-US')}, ${now === count ? 'unchanged' : 'CHANGED'}`);
  if (now !== count) throw new Error('A second delivery changed the number of items.');
}

/** An event whose handler failed three times would be on the function's dead-letter queue; here it ends the demo. */
function failOnLostEvents(): void {
  const [lost] = aws.failedDeliveries;
  if (lost !== undefined)
    throw new Error(`The event of ${lost.key} failed ${lost.attempts} times.`, { cause: lost.errors.at(-1) });
}

function printReports(of: readonly ItemReport[]): void {
  printTable(
    ['object', 'bytes in', 'decoded', 'read', 'written', 'rejected', 'seconds', 'records/s'],
    of.map(({ origin, bytesIn, bytesDecoded, read, written: kept, rejected, durationMs }) => [
      origin?.uri ?? '',
      bytesIn,
      bytesDecoded,
      read,
      kept,
      rejected,
      Number((durationMs / 1000).toFixed(2)),
      Math.round(read / (durationMs / 1000)),
    ]),
  );
}

function proveEquation(of: readonly ItemReport[]): void {
  const [read, kept, rejected, dropped, skipped] = (['read', 'written', 'rejected', 'dropped', 'skipped'] as const).map(
    (name) => sum(of, name),
  ) as [number, number, number, number, number];
  const holds = read === kept + rejected + dropped + skipped;
  console.log(
    `  read ${read} = written ${kept} + rejected ${rejected} + dropped ${dropped} + skipped ${skipped}  ${holds ? 'holds' : 'DOES NOT HOLD'}`,
  );
  if (!holds) throw new Error('The counts do not add up.');
}

function sum(of: readonly ItemReport[], name: keyof Counts): number {
  return of.reduce((total, report) => total + report[name], 0);
}

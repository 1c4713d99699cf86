/*
 * Four suppliers send the same customers in four shapes. Four feeds make one record type of them, in one landing table, and
 * a query tells what each of them sent. S3 and DynamoDB run on this machine.
 */
import { deepStrictEqual } from 'node:assert';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { createLandingTable } from '@millrace/dynamodb';
import { startLocalAws } from '@millrace/local';
import { type Customer, CustomerSchema } from './customer.ts';
import { feedsInto } from './feeds.ts';
import { CUSTOMERS, supplierFiles } from './supplier-files.ts';

const BUCKET = 'landing';
const TABLE = 'landing_table';

await using aws = await startLocalAws();
const at = { region: aws.region, credentials: { ...aws.credentials } };
const s3 = new S3Client({ ...at, endpoint: aws.s3Endpoint });
const dynamodb = new DynamoDBClient({ ...at, endpoint: aws.dynamodbEndpoint });
await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
await createLandingTable({ table: TABLE, client: dynamodb });

const files = supplierFiles();
const feeds = feedsInto(TABLE, s3, dynamodb);
for (const [supplier, { key, body, format }] of Object.entries(files)) {
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
  const report = await feeds[supplier]!.run([{ bucket: BUCKET, key }]);
  const { read, written, rejected } = report.totals;
  const encoding = report.reports[0]?.notes?.['decodeText']?.['encoding'];
  const found = encoding === undefined ? '' : `; the encoding that was found: ${encoding}`;
  console.log(`${supplier.padEnd(7)} ${format}: read ${read} = written ${written} + rejected ${rejected}${found}`);
}

console.log('\nBy source:');
for (const [supplier, { key }] of Object.entries(files)) {
  const customers = await customersFrom(`s3://${BUCKET}/${key}`);
  deepStrictEqual(customers, CUSTOMERS, `${supplier} sent other customers`);
  console.log(`${supplier.padEnd(7)} ${customers.length} customers, such as ${JSON.stringify(customers[1])}`);
}
console.log('\nAll four sent the same customers.');

/** What came from one object: each landing item names its source. */
async function customersFrom(source: string): Promise<readonly Customer[]> {
  const client = DynamoDBDocumentClient.from(dynamodb);
  const found: Customer[] = [];
  for await (const { Items = [] } of paginateScan(
    { client },
    {
      TableName: TABLE,
      FilterExpression: 'begins_with(#source, :source)',
      ExpressionAttributeNames: { '#source': 'source' },
      ExpressionAttributeValues: { ':source': source },
    },
  )) {
    found.push(...Items.map(({ record }) => CustomerSchema.parse(record)));
  }
  return found.toSorted((a, b) => (a.customer < b.customer ? -1 : 1));
}

import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { type LocalAws, startLocalAws } from '@millrace/local';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../src/index.ts';

let aws: LocalAws;
let proxy: FaultProxy;
let dynamodb: DynamoDBClient;
let number = 0;
let TableName: string;

beforeAll(async () => {
  aws = await startLocalAws();
  proxy = await startFaultProxy(aws.dynamodbEndpoint);
  dynamodb = new DynamoDBClient({ endpoint: proxy.url, region: aws.region, credentials: aws.credentials });
}, 30_000);
afterAll(async () => {
  dynamodb.destroy();
  await proxy.stop();
  await aws.stop();
});
afterEach(() => proxy.clear());

beforeEach(async () => {
  TableName = `faults-${(number += 1)}`;
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
});
const put = (id: string, ConditionExpression?: string) =>
  dynamodb.send(
    new PutItemCommand({
      TableName,
      Item: { id: { S: id } },
      ...(ConditionExpression ? { ConditionExpression } : {}),
    }),
  );
const writeBatch = (count: number) =>
  dynamodb.send(
    new BatchWriteItemCommand({
      RequestItems: {
        [TableName]: Array.from({ length: count }, (_, index) => ({
          PutRequest: { Item: { id: { S: String(index) } } },
        })),
      },
    }),
  );
const ids = async () => {
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName }));
  return Items.map(({ id }) => Number(id!.S)).sort((a, b) => a - b);
};

it.each(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'])(
  'dynamodbError: %s is tried again, and tells its reasons',
  async (code) => {
    const reasons = [
      { reason: 'TableWriteKeyRangeThroughputExceeded', resource: 'arn:aws:dynamodb:us-east-1:0:table/t' },
    ];
    proxy.add({ kind: 'dynamodbError', code, reasons });
    expect((await put('1')).$metadata.attempts).toBe(2);
    proxy.add({ kind: 'dynamodbError', code, reasons, message: 'slower', times: Infinity });
    const impatient = new DynamoDBClient({
      endpoint: proxy.url,
      region: aws.region,
      credentials: aws.credentials,
      maxAttempts: 1,
    });
    const error: unknown = await impatient
      .send(new GetItemCommand({ TableName, Key: { id: { S: '1' } } }))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: code, message: 'slower', $metadata: { httpStatusCode: 400 } });
    const told = error as { ThrottlingReasons?: unknown; throttlingReasons?: unknown };
    expect(told.ThrottlingReasons ?? told.throttlingReasons).toEqual(reasons);
    impatient.destroy();
  },
);

it.each([
  ['InternalServerError', 500, 2],
  ['ServiceUnavailable', 503, 2],
])('dynamodbError: %s has status %i', async (code, status, attempts) => {
  proxy.add({ kind: 'dynamodbError', code });
  expect((await put('1')).$metadata.attempts).toBe(attempts);
  proxy.add({ kind: 'dynamodbError', code, times: Infinity });
  const answer = await fetch(proxy.url, {
    method: 'POST',
    headers: { 'x-amz-target': 'DynamoDB_20120810.PutItem' },
  });
  expect(answer.status).toBe(status);
});

it('unprocessed: the picked part comes back, the rest is applied', async () => {
  proxy.add({ kind: 'unprocessed', pick: (index) => index % 5 === 0 });
  const { UnprocessedItems, $metadata } = await writeBatch(25);
  expect($metadata.attempts).toBe(1);
  expect(UnprocessedItems![TableName]!.map(({ PutRequest }) => PutRequest!.Item!.id!.S)).toEqual([
    '0',
    '5',
    '10',
    '15',
    '20',
  ]);
  expect(await ids()).toEqual(Array.from({ length: 25 }, (_, index) => index).filter((index) => index % 5 !== 0));
  proxy.add({ kind: 'unprocessed', pick: () => false });
  expect((await writeBatch(25)).UnprocessedItems).toEqual({});
  expect(await ids()).toHaveLength(25);
});

it('unprocessed: by default the whole batch comes back', async () => {
  proxy.add({ kind: 'unprocessed' });
  await put('99');
  const { UnprocessedItems } = await writeBatch(25);
  expect(UnprocessedItems![TableName]).toHaveLength(25);
  expect(await ids()).toEqual([99]);
});

it('unprocessed: an error of the rest is passed on', async () => {
  proxy.add({ kind: 'unprocessed', pick: (index) => index === 0 });
  await expect(writeBatch(27)).rejects.toMatchObject({ name: 'ValidationException' });
});

it('loseAnswer: a conditional write finds itself', async () => {
  proxy.add({ kind: 'loseAnswer', match: ({ op }) => op === 'PutItem' });
  await expect(put('1', 'attribute_not_exists(id)')).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
  });
  expect(await ids()).toEqual([1]);
});

it('resetBeforeResponse and flipByte: the SDK or the caller notices', async () => {
  proxy.add({ kind: 'resetBeforeResponse' });
  expect((await put('1')).$metadata.attempts).toBe(2);
  proxy.add({ kind: 'flipByte', at: 0, match: ({ op }) => op === 'Scan' });
  await expect(ids()).rejects.toThrow();
});

it('s3Error does not happen', async () => {
  proxy.add({ kind: 's3Error', code: 'SlowDown', status: 503, times: Infinity });
  expect((await put('1')).$metadata.attempts).toBe(1);
});

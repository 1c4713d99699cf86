import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../src/index.ts';

let aws: LocalAws;
let dynamodb: DynamoDBClient;

beforeAll(async () => {
  aws = await startLocalAws({ region: 'eu-west-1' });
  dynamodb = clientOf(aws);
}, 30_000);
afterAll(async () => {
  dynamodb.destroy();
  await aws.stop();
});

function clientOf({ dynamodbEndpoint: endpoint, region, credentials }: LocalAws): DynamoDBClient {
  return new DynamoDBClient({ endpoint, region, credentials, maxAttempts: 1 });
}

const create = (client: DynamoDBClient, TableName: string) =>
  client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );

it('a table is there, and gone, when the answer says so', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { TableDescription } = await create(dynamodb, 'quick');
    expect(TableDescription?.TableArn).toMatch(/^arn:aws:dynamodb:eu-west-1:\d+:table\/quick$/);
    await dynamodb.send(new PutItemCommand({ TableName: 'quick', Item: { id: { S: '1' } } }));
    await dynamodb.send(new DeleteTableCommand({ TableName: 'quick' }));
  }
  await expect(dynamodb.send(new DeleteTableCommand({ TableName: 'quick' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

it('an index is there when the answer says so', async () => {
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'indexed',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['id', 'feed'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-feed',
          KeySchema: [{ AttributeName: 'feed', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'indexed' }));
  expect(Table?.TableStatus).toBe('ACTIVE');
  expect(Table?.GlobalSecondaryIndexes?.map(({ IndexStatus }) => IndexStatus)).toEqual(['ACTIVE']);
});

it('takes its time where it is told to', async () => {
  await using slow = await startLocalAws({ tableDelayMs: 60_000 });
  const client = clientOf(slow);
  await create(client, 'slow');
  const { Table } = await client.send(new DescribeTableCommand({ TableName: 'slow' }));
  expect(Table?.TableStatus).toBe('CREATING');
  client.destroy();
}, 30_000);

import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, it, vi } from 'vitest';
import { startLocalAws } from '../src/index.ts';

vi.setConfig({ testTimeout: 30_000 });

it('answers the real SDK, configured by nothing but its endpoint, region and credentials', async () => {
  await using aws = await startLocalAws({ region: 'eu-central-1' });
  expect(aws.env.AWS_REGION).toBe('eu-central-1');
  const s3 = new S3Client({ endpoint: aws.s3Endpoint, region: aws.region, credentials: aws.credentials });
  await s3.send(new CreateBucketCommand({ Bucket: 'inbox' }));
  await s3.send(new PutObjectCommand({ Bucket: 'inbox', Key: 'a b+c/é,;=.gz', Body: Buffer.from('hello') }));
  const got = await s3.send(new GetObjectCommand({ Bucket: 'inbox', Key: 'a b+c/é,;=.gz', Range: 'bytes=1-3' }));
  expect(await got.Body?.transformToString()).toBe('ell');

  const dynamodb = new DynamoDBClient({
    endpoint: aws.dynamodbEndpoint,
    region: aws.region,
    credentials: aws.credentials,
  });
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'landing',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await dynamodb.send(
    new PutItemCommand({ TableName: 'landing', Item: { id: { S: '1' }, n: { N: '12345678901234567890' } } }),
  );
  const item = await dynamodb.send(new GetItemCommand({ TableName: 'landing', Key: { id: { S: '1' } } }));
  expect(item.Item?.n).toEqual({ N: '12345678901234567890' });
});

it('listens on the loopback interface only, each in its own process', async () => {
  await using aws = await startLocalAws();
  expect(new URL(aws.s3Endpoint).hostname).toBe('127.0.0.1');
  expect(new URL(aws.dynamodbEndpoint).hostname).toBe('127.0.0.1');
  expect(new Set([aws.pids.s3, aws.pids.dynamodb, process.pid]).size).toBe(3);
});

import { ListTablesCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, it, vi } from 'vitest';
import { endpointsForTests, startLocalAws } from '../src/index.ts';

vi.setConfig({ testTimeout: 30_000 });

it('starts the local servers where the environment names none', async () => {
  await using at = await endpointsForTests({});
  expect((await new S3Client(at.s3).send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
  expect((await new DynamoDBClient(at.dynamodb).send(new ListTablesCommand({}))).TableNames).toEqual([]);
});

it('takes what the environment names, and leaves credentials to the SDK', async () => {
  await using at = await endpointsForTests({
    AWS_ENDPOINT_URL_S3: 'https://s3.eu-central-1.amazonaws.com',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:8000',
    AWS_REGION: 'eu-central-1',
  });
  expect(at.s3).toEqual({
    endpoint: 'https://s3.eu-central-1.amazonaws.com',
    region: 'eu-central-1',
    forcePathStyle: false,
  });
  expect(at.dynamodb).toEqual({ endpoint: 'http://localhost:8000', region: 'eu-central-1' });
  await at.stop();
});

it('mixes a named endpoint with a local one', async () => {
  await using other = await startLocalAws();
  await using at = await endpointsForTests({ AWS_ENDPOINT_URL_DYNAMODB: other.dynamodbEndpoint });
  expect(at.dynamodb).toEqual({ endpoint: other.dynamodbEndpoint, region: 'us-east-1' });
  expect(at.s3.endpoint).not.toBe(other.s3Endpoint);
  expect(at.s3).toMatchObject({ forcePathStyle: true, credentials: { accessKeyId: 'local' } });
});

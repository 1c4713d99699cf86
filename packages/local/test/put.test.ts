import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../src/index.ts';

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.stop());

it('creates a bucket, again too, and puts an object under any key, which causes an event', async () => {
  await aws.createBucket('inbox');
  await aws.createBucket('inbox');
  const keys: string[] = [];
  aws.onObjectCreated({
    bucket: 'inbox',
    handler: async (event) => void keys.push(event.Records[0]!.s3.object.key),
  });
  const key = 'in/ä b+c%20#?.csv';
  await aws.put({ bucket: 'inbox', key, body: Buffer.from('sku\nA\n') });
  await aws.idle();
  expect(keys.map((one) => decodeURIComponent(one.replaceAll('+', ' ')))).toEqual([key]);
  const { region, credentials, s3Endpoint: endpoint } = aws;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'inbox', Key: key }));
  expect(await Body?.transformToString()).toBe('sku\nA\n');
  s3.destroy();
});

it('says so if the bucket does not exist', async () => {
  await expect(aws.put({ bucket: 'nowhere', key: 'a', body: new Uint8Array(1) })).rejects.toMatchObject({
    code: 'LOCAL_REQUEST_FAILED',
    message: 'The local S3 refused to create nowhere/a: NoSuchBucket.',
  });
});

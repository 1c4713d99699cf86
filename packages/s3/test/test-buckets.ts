import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { endpointsForTests } from '@millrace/local';

/** S3 for a test file: the local one or the one that the environment names. What a test creates goes with it. */
export interface TestBuckets extends AsyncDisposable {
  readonly client: S3Client;
  /** Creates a bucket with a name of its own. */
  readonly create: (purpose: string) => Promise<string>;
}

export async function testBuckets(): Promise<TestBuckets> {
  const endpoints = await endpointsForTests();
  const client = new S3Client(endpoints.s3);
  const buckets: string[] = [];
  return {
    client,
    create: async (purpose) => {
      const bucket = `millrace-${purpose}-${randomUUID().slice(-12)}`;
      const { region } = endpoints.s3;
      const elsewhere =
        region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as never } };
      await client.send(new CreateBucketCommand({ Bucket: bucket, ...elsewhere }));
      buckets.push(bucket);
      return bucket;
    },
    [Symbol.asyncDispose]: async () => {
      // The local servers hold all in memory; only a store that stays has to be cleaned.
      if (process.env['AWS_ENDPOINT_URL_S3']) for (const bucket of buckets) await remove(client, bucket);
      client.destroy();
      await endpoints.stop();
    },
  };
}

async function remove(client: S3Client, bucket: string): Promise<void> {
  let token: string | undefined;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }));
    const objects = (page.Contents ?? []).map(({ Key }) => ({ Key }));
    if (objects.length > 0) {
      const all = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } });
      // Some stores demand a checksum for this that the SDK does not send.
      await client
        .send(all)
        .catch(() => eachOf(objects, 32, ({ Key }) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))));
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  await client.send(new DeleteBucketCommand({ Bucket: bucket }));
}

/** Does something for each value, a few at once. */
export async function eachOf<T>(
  values: readonly T[],
  concurrency: number,
  act: (value: T, index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < values.length; index = next++) await act(values[index]!, index);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

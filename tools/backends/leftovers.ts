import { DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import type { Service } from './backend.ts';

interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Lists the buckets and tables that tests have left at an endpoint. */
export async function leftovers(services: readonly Service[], config: ClientConfig): Promise<readonly string[]> {
  const left: string[] = [];
  if (services.includes('dynamodb')) {
    const client = new DynamoDBClient(config);
    for await (const { TableNames = [] } of paginateListTables({ client }, {})) {
      left.push(...TableNames.map((name) => `table ${name}`));
    }
    client.destroy();
  }
  if (services.includes('s3')) {
    const client = new S3Client({ ...config, forcePathStyle: true });
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
    left.push(...Buckets.map(({ Name }) => `bucket ${Name}`));
    client.destroy();
  }
  return left;
}

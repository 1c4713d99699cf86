import { type DynamoDBClient, UpdateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateQuery, paginateScan } from '@aws-sdk/lib-dynamodb';

const INDEX = 'by_feed';

/** A secondary index for reading the table by feed and file. It doubles the write units, so a real table may do without. */
export async function addFeedIndex(client: DynamoDBClient, table: string): Promise<void> {
  await client.send(
    new UpdateTableCommand({
      TableName: table,
      AttributeDefinitions: [
        { AttributeName: 'feed', AttributeType: 'S' },
        { AttributeName: 'source', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: INDEX,
            KeySchema: [
              { AttributeName: 'feed', KeyType: 'HASH' },
              { AttributeName: 'source', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
            // The local DynamoDB insists on it; AWS takes none where the table is on-demand.
            ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
          },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName: table });
}

export async function countItems(client: DynamoDBClient, table: string): Promise<number> {
  let count = 0;
  for await (const page of paginateScan({ client: documents(client) }, { TableName: table, Select: 'COUNT' })) {
    count += page.Count ?? 0;
  }
  return count;
}

export async function countOfFeed(client: DynamoDBClient, table: string, feed: string): Promise<number> {
  let count = 0;
  const query = {
    TableName: table,
    IndexName: INDEX,
    KeyConditionExpression: 'feed = :feed',
    ExpressionAttributeValues: { ':feed': feed },
    Select: 'COUNT',
  } as const;
  for await (const page of paginateQuery({ client: documents(client) }, query)) count += page.Count ?? 0;
  return count;
}

/** The first items of a feed whose source starts with a text. */
export async function itemsOfFeed(
  client: DynamoDBClient,
  table: string,
  feed: string,
  source: string,
  limit: number,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const query = {
    TableName: table,
    IndexName: INDEX,
    KeyConditionExpression: 'feed = :feed AND begins_with(#source, :source)',
    ExpressionAttributeNames: { '#source': 'source' },
    ExpressionAttributeValues: { ':feed': feed, ':source': source },
    Limit: limit,
  };
  for await (const page of paginateQuery({ client: documents(client) }, query)) return page.Items ?? [];
  return [];
}

function documents(client: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client);
}

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';

type Item = Readonly<Record<string, unknown>>;

export async function countItems(client: DynamoDBClient, table: string): Promise<number> {
  let count = 0;
  for await (const page of paginateScan({ client: documents(client) }, { TableName: table, Select: 'COUNT' })) {
    count += page.Count ?? 0;
  }
  return count;
}

/** What a feed has landed: how many items, and the first few whose source holds a text. */
export interface FeedItems {
  readonly count: number;
  readonly some: readonly Item[];
}

/**
 * Reads one feed's items. It filters a scan: an index by feed would put all writes of a feed on one partition of the index,
 * which takes 1,000 write units a second and then holds the table back.
 */
export async function itemsOfFeed(
  client: DynamoDBClient,
  table: string,
  { feed, source, limit }: { readonly feed: string; readonly source: string; readonly limit: number },
): Promise<FeedItems> {
  const scan = {
    TableName: table,
    FilterExpression: 'feed = :feed',
    ExpressionAttributeValues: { ':feed': feed },
  };
  let count = 0;
  const some: Item[] = [];
  for await (const page of paginateScan({ client: documents(client) }, scan)) {
    count += page.Count ?? 0;
    const fitting = (page.Items ?? []).filter((item) => String(item['source']).includes(source));
    some.push(...fitting.slice(0, limit - some.length));
  }
  return { count, some };
}

function documents(client: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client);
}

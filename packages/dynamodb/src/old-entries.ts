import { type DynamoDBDocumentClient, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { versionRecord, type VersionItem } from './ledger-item.ts';
import { HEAD } from './ledger-key.ts';
import { listingAttributes } from './ledger-listing.ts';
import { serviceFault } from './service-fault.ts';

/**
 * Adds the entries of releases that knew no index to it, by one pass over the table. An entry that a run writes meanwhile is left
 * to that run, which adds it itself.
 *
 * @returns how many were added
 */
export async function listOldEntries(
  client: DynamoDBDocumentClient,
  TableName: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  let added = 0;
  try {
    const pages = paginateScan(
      { client },
      {
        TableName,
        ConsistentRead: true,
        FilterExpression: 'attribute_not_exists(#listedIn) AND #version <> :head',
        ExpressionAttributeNames: { '#listedIn': 'listedIn', '#version': 'version' },
        ExpressionAttributeValues: { ':head': HEAD },
      },
    );
    for await (const { Items = [] } of pages) {
      for (const item of Items as VersionItem[]) {
        signal?.throwIfAborted();
        if (await list(client, TableName, item)) added += 1;
      }
    }
  } catch (thrown) {
    signal?.throwIfAborted();
    throw serviceFault(thrown, TableName).error;
  }
  return added;
}

/** Leaves the stamp as it is: for a run that holds the entry nothing has changed. */
async function list(client: DynamoDBDocumentClient, TableName: string, item: VersionItem): Promise<boolean> {
  const { object, version, stamp } = item;
  const { listedIn, listing } = listingAttributes(versionRecord(item));
  try {
    await client.send(
      new UpdateCommand({
        TableName,
        Key: { object, version },
        UpdateExpression: `SET #listedIn = :listedIn${listing === undefined ? '' : ', #listing = :listing'}`,
        ConditionExpression: '#stamp = :stamp',
        ExpressionAttributeNames: {
          '#listedIn': 'listedIn',
          '#stamp': 'stamp',
          ...(listing !== undefined && { '#listing': 'listing' }),
        },
        ExpressionAttributeValues: {
          ':listedIn': listedIn,
          ':stamp': stamp,
          ...(listing !== undefined && { ':listing': listing }),
        },
      }),
    );
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ConditionalCheckFailedException') return false;
    throw thrown;
  }
}

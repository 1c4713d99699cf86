import {
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { MillraceError } from '@millrace/core';
import type { QuarantineKey } from './quarantine-key.ts';
import type { QuarantineRow } from './quarantine-row.ts';
import { isObject, shapedResponse } from './response.ts';
import { serviceFault } from './service-fault.ts';
import { verified } from './verified-command.ts';

/** The item that tells that an object of a feed has rejections. It never expires. */
export interface ObjectRow extends QuarantineKey {
  readonly feed: string;
  readonly uri: string;
  /** Where its rejections are. */
  readonly partition: string;
}

/** The table's reads and updates. Every read is strongly consistent, and every call rejects with a coded error. */
export interface QuarantineTable {
  readonly objects: (feed: string) => AsyncIterable<ObjectRow>;
  /** The rejections of an object, by version and position; without settled ones, where so asked. */
  readonly rows: (partition: string, settled: boolean) => AsyncIterable<QuarantineRow>;
  /** Marks a rejection, where it is there and of this run. Marking it again changes nothing. */
  readonly settle: (key: QuarantineKey, run: string) => Promise<void>;
}

export function quarantineTable(TableName: string, client: () => DynamoDBDocumentClient): QuarantineTable {
  async function* query<Row>(item: string, filter: Partial<QueryCommandInput> = {}): AsyncGenerator<Row, void> {
    let start: QueryCommandInput['ExclusiveStartKey'];
    do {
      const page = await pageOf(item, filter, start);
      yield* page.Items as Row[];
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }
  const pageOf = async (
    item: string,
    filter: Partial<QueryCommandInput>,
    start: QueryCommandInput['ExclusiveStartKey'],
  ): Promise<QueryCommandOutput> => {
    const command = new QueryCommand({
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: '#item = :item',
      ExpressionAttributeNames: { '#item': 'item' },
      ExpressionAttributeValues: { ':item': item },
      ...filter,
      ...(start && { ExclusiveStartKey: start }),
    });
    try {
      const page = await client().send(verified(command, client().config));
      return shapedResponse('Query', page, (output) => isQueryPage(output, start));
    } catch (thrown) {
      throw quarantineFault(thrown, TableName);
    }
  };
  return {
    objects: (feed) => query<ObjectRow>(feed),
    rows: (partition, settled) =>
      query<QuarantineRow>(partition, settled ? {} : { FilterExpression: 'attribute_not_exists(settled_at)' }),
    settle: async ({ item, position }, run) => {
      const update = new UpdateCommand({
        TableName,
        Key: { item, position },
        UpdateExpression: 'SET settled_at = if_not_exists(settled_at, :now)',
        ConditionExpression: '#run = :run',
        ExpressionAttributeNames: { '#run': 'run' },
        ExpressionAttributeValues: { ':run': run, ':now': new Date().toISOString() },
        // Without it an update returns nothing that shows that it was done.
        ReturnValues: 'UPDATED_NEW',
      });
      try {
        const updated = await client().send(verified(update, client().config));
        // moto leaves out an attribute whose value did not change.
        shapedResponse('UpdateItem', updated, ({ Attributes }) => isObject(Attributes));
      } catch (thrown) {
        // It has expired, or a later run has rejected the record again: that rejection is not settled.
        if (thrown instanceof Error && thrown.name === 'ConditionalCheckFailedException') return;
        throw quarantineFault(thrown, TableName);
      }
    },
  };
}

function isQueryPage(
  { Items, Count, ScannedCount, LastEvaluatedKey }: QueryCommandOutput,
  start: QueryCommandInput['ExclusiveStartKey'],
): boolean {
  const isCounted = Array.isArray(Items) && Items.length === Count && Count <= ScannedCount!;
  const isFurther = LastEvaluatedKey === undefined || JSON.stringify(LastEvaluatedKey) !== JSON.stringify(start);
  return isCounted && isFurther;
}

function quarantineFault(thrown: unknown, table: string): MillraceError {
  const { kind, error } = serviceFault(thrown, table);
  if (kind !== 'item') return error;
  const text = `Table ${table} refuses what the quarantine asks; it must be a table as createQuarantineTable() makes it. (${(thrown as Error).message})`;
  return new MillraceError('DYNAMODB_REQUEST_INVALID', text, { cause: thrown, details: { table } });
}

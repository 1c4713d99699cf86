import { type DynamoDBDocumentClient, GetCommand, paginateQuery, PutCommand } from '@aws-sdk/lib-dynamodb';
import { MillraceError } from '@millrace/core';
import type { LedgerItem, VersionItem } from './ledger-item.ts';
import { FIRST_VERSION, type LedgerKey } from './ledger-key.ts';
import { type IndexItem, LEDGER_INDEX, LEDGER_INDEX_KEY } from './ledger-listing.ts';
import { serviceFault } from './service-fault.ts';

/** The table, call by call. Every read but that of the index is strongly consistent, and every call rejects with a coded error. */
export interface LedgerTable {
  readonly get: (key: LedgerKey) => Promise<LedgerItem | undefined>;
  /**
   * Puts an item if the one in place has the stamp `seen`, or if there is none and `seen` is `undefined`. Resolves with
   * whether it is in place.
   *
   * A write whose answer was lost is ambiguous: sent again by the SDK it may be refused, by its condition or for any other
   * reason, although it is in place; and sent no more it may be in place or not. So after any failure the item is read, and
   * a write that is found in place has not failed.
   */
  readonly put: (item: LedgerItem, seen: string | undefined) => Promise<boolean>;
  readonly versions: (partition: string) => Promise<readonly VersionItem[]>;
  /** The items of the index in one of its partitions, page by page. */
  readonly listed: (partition: string) => AsyncIterable<readonly IndexItem[]>;
}

export function ledgerTable(TableName: string, client: () => DynamoDBDocumentClient): LedgerTable {
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw ledgerFault(thrown, TableName);
    }
  };
  const get: LedgerTable['get'] = (Key) =>
    call(async () => {
      const { Item } = await client().send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item as LedgerItem | undefined;
    });
  return {
    get,
    put: async (Item, seen) => {
      let failure: MillraceError | undefined;
      try {
        await client().send(new PutCommand({ TableName, Item, ...conditionOf(seen) }));
        return true;
      } catch (thrown) {
        if (!(thrown instanceof Error && thrown.name === 'ConditionalCheckFailedException'))
          failure = ledgerFault(thrown, TableName);
      }
      const { object, version, stamp } = Item;
      const found = await get({ object, version });
      if (found?.stamp === stamp) return true;
      if (failure !== undefined) throw failure;
      return false;
    },
    versions: (object) =>
      call(async () => {
        const items: VersionItem[] = [];
        const pages = paginateQuery(
          { client: client() },
          {
            TableName,
            ConsistentRead: true,
            KeyConditionExpression: '#object = :object AND #version >= :first',
            ExpressionAttributeNames: { '#object': 'object', '#version': 'version' },
            ExpressionAttributeValues: { ':object': object, ':first': FIRST_VERSION },
          },
        );
        for await (const { Items = [] } of pages) items.push(...(Items as VersionItem[]));
        return items;
      }),
    listed: async function* (partition) {
      const pages = paginateQuery(
        { client: client() },
        {
          TableName,
          IndexName: LEDGER_INDEX,
          KeyConditionExpression: '#listedIn = :partition',
          ExpressionAttributeNames: { '#listedIn': LEDGER_INDEX_KEY.partitionKey },
          ExpressionAttributeValues: { ':partition': partition },
        },
      )[Symbol.asyncIterator]();
      for (;;) {
        const page = await pages.next().catch((thrown: unknown) => {
          throw listingFault(thrown, TableName);
        });
        if (page.done === true) return;
        yield (page.value.Items ?? []) as IndexItem[];
      }
    },
  };
}

/** A table that has no such index, or one that is being made, refuses the query. */
function listingFault(thrown: unknown, table: string): MillraceError {
  if (!(thrown instanceof Error && thrown.name === 'ValidationException')) return ledgerFault(thrown, table);
  return new MillraceError(
    'DYNAMODB_INDEX_MISSING',
    `Table ${table} cannot be listed: it has no index "${LEDGER_INDEX}" yet, or DynamoDB is still making it. Add it with ` +
      `ensureLedgerTable({ table: '${table}' }). (${thrown.message})`,
    { cause: thrown, details: { table, index: LEDGER_INDEX } },
  );
}

function conditionOf(seen: string | undefined) {
  if (seen === undefined)
    return { ConditionExpression: 'attribute_not_exists(#object)', ExpressionAttributeNames: { '#object': 'object' } };
  return {
    ConditionExpression: '#stamp = :seen',
    ExpressionAttributeNames: { '#stamp': 'stamp' },
    ExpressionAttributeValues: { ':seen': seen },
  };
}

function ledgerFault(thrown: unknown, table: string): MillraceError {
  const { kind, error } = serviceFault(thrown, table);
  if (kind !== 'item') return error;
  const text =
    `Table ${table} refuses the ledger's request; it must be a table as createLedgerTable() makes it, and no ` +
    `entry may be over 400 KB. (${(thrown as Error).message})`;
  return new MillraceError('DYNAMODB_REQUEST_INVALID', text, { cause: thrown, details: { table } });
}

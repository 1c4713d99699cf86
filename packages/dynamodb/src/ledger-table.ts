import { type DynamoDBDocumentClient, GetCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { MillraceError } from '@millrace/core';
import { FIRST_VERSION, type LedgerKey } from './ledger-key.ts';
import type { LedgerItem, VersionItem } from './ledger-item.ts';
import { serviceFault } from './service-fault.ts';

/** The attributes that a write may change. */
type Attributes = Partial<Omit<LedgerItem, keyof LedgerKey>>;

/**
 * One conditional write of one item. `#name` in the condition is an attribute; `:name` is a value of `given`, or else the
 * one that the write sets.
 */
export interface LedgerWrite {
  readonly key: LedgerKey;
  readonly condition: string;
  readonly given?: Readonly<Record<string, unknown>>;
  /** Attributes to set; those that are `undefined` stay as they are. */
  readonly set: { readonly [K in keyof Attributes]: Attributes[K] | undefined };
  /** Attributes to set where the item does not have them. */
  readonly start?: { readonly [K in keyof Attributes]: Attributes[K] | undefined };
  readonly add?: Attributes;
  readonly remove?: readonly (keyof Attributes)[];
  /** Whether an item that was read shows that this write is in place. */
  readonly inPlace: (item: LedgerItem) => boolean;
}

/** The table, call by call. Every read is strongly consistent, and every call rejects with a coded error. */
export interface LedgerTable {
  readonly get: (key: LedgerKey) => Promise<LedgerItem | undefined>;
  /**
   * Answers what is in place then, of which at least what was written, or `undefined` where the condition refused it.
   *
   * A write whose answer was lost is ambiguous: sent again by the SDK it may be refused, by its condition or for any other
   * reason, although it is in place; and sent no more it may be in place or not. So whatever a failed write was told, the
   * item is read, and a write that is found in place has not failed.
   */
  readonly write: (write: LedgerWrite) => Promise<Partial<LedgerItem> | undefined>;
  readonly versions: (partition: string) => Promise<readonly VersionItem[]>;
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
    write: async (write) => {
      let failure: MillraceError | undefined;
      try {
        const { Attributes } = await client().send(new UpdateCommand({ TableName, ...updateInput(write) }));
        return Attributes as Partial<LedgerItem>;
      } catch (thrown) {
        if (!(thrown instanceof Error && thrown.name === 'ConditionalCheckFailedException')) {
          failure = ledgerFault(thrown, TableName);
        }
      }
      const item = await get(write.key);
      if (item !== undefined && write.inPlace(item)) return item;
      if (failure !== undefined) throw failure;
      return undefined;
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
  };
}

/** The expressions of a write. All names are placeholders, because some of them are reserved words. */
function updateInput({ key, condition, given = {}, set, start = {}, add = {}, remove = [] }: LedgerWrite) {
  const values: Record<string, unknown> = {};
  const clause = (word: string, parts: readonly string[]): string[] =>
    parts.length === 0 ? [] : [`${word} ${parts.join(', ')}`];
  const each = (attributes: object, part: (name: string) => string): string[] =>
    Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        values[`:${name}`] = value;
        return part(name);
      });
  const assignments = [
    ...each(set, (name) => `#${name} = :${name}`),
    ...each(start, (name) => `#${name} = if_not_exists(#${name}, :${name})`),
  ];
  const UpdateExpression = [
    ...clause('SET', assignments),
    ...clause(
      'ADD',
      each(add, (name) => `#${name} :${name}`),
    ),
    ...clause(
      'REMOVE',
      remove.map((name) => `#${name}`),
    ),
  ].join(' ');
  for (const [name, value] of Object.entries(given)) values[`:${name}`] = value;
  const names = `${UpdateExpression} ${condition}`.match(/#\w+/g) ?? [];
  return {
    Key: key,
    UpdateExpression,
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [name, name.slice(1)])),
    ExpressionAttributeValues: values,
    ReturnValues: 'UPDATED_NEW',
  } as const;
}

function ledgerFault(thrown: unknown, table: string): MillraceError {
  const { kind, error } = serviceFault(thrown, table);
  if (kind !== 'item') return error;
  const text =
    `Table ${table} refuses what the ledger asks; it must be a table as createLedgerTable() makes it, and no ` +
    `entry may be over 400 KB. (${(thrown as Error).message})`;
  return new MillraceError('DYNAMODB_REQUEST_INVALID', text, { cause: thrown, details: { table } });
}

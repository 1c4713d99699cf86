import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { MillraceError, type QuarantineQuery, type ReadableQuarantine, type Rejection } from '@millrace/core';
import { check, checkOptions, type Entry, rejectionToJson } from '@millrace/core/plugin';
import { type AnyDynamoDBClient, createClient, lowLevel, type OwnClient } from './client.ts';
import { dynamodbSink } from './dynamodb-sink.ts';
import { documentClient } from './ledger-client.ts';
import { MAX_BATCH_ITEMS } from './limits.ts';
import { withTable } from './own-table.ts';
import { objectKey, QUARANTINE_KEY, quarantineKey, quarantinePartition } from './quarantine-key.ts';
import { quarantineRow, rejectionOf } from './quarantine-row.ts';
import { type ObjectRow, type QuarantineTable, quarantineTable } from './quarantine-table.ts';
import type { DynamodbRetryOptions } from './retry-budget.ts';
import { tableName } from './table-name.ts';

export interface DynamodbQuarantineOptions {
  /** Name of the table, or its ARN. It must exist; see `createQuarantineTable`. Any number of feeds may share it. */
  readonly table: string;
  /**
   * The client to send with, a document client included. It is neither changed nor closed.
   *
   * @default clients made at first use from the environment's region, credentials and endpoint
   */
  readonly client?: AnyDynamoDBClient;
  /** Days after which DynamoDB may delete a rejection, settled or not, where the table has time to live on. @default kept for ever */
  readonly ttlDays?: number;
  /** How long to go on with rejections that DynamoDB does not take. */
  readonly retry?: DynamodbRetryOptions;
}

const DAY_SECONDS = 24 * 60 * 60;
const MAX_BYTES = 8 * 1024 * 1024;
const CONCURRENCY = 4;
/** Encrypted bytes do not shrink: in base64 and gzipped they take as many, beside the attributes. */
const MAX_SEALED_BYTES = 380_000;
/** Updates in flight while rejections are settled. */
const UPDATES = 16;

/**
 * Makes a quarantine that keeps each rejection as one item of a DynamoDB table. The key depends on the record's location, so a
 * retry overwrites its own items. An item has readable attributes and the whole rejection as JSON. A rejection over 400 KB is
 * gzipped and, if it is still too large, cut and marked. One more item for each object with rejections lists it by feed.
 *
 * It writes with `dynamodbSink` and its retries: a write consumes one write unit for each KB of a rejection, whose raw text is
 * stored twice, and one for each batch of 24. `rejections` queries the partition of one object if `uri` is given, otherwise
 * that of the feed and then of each of its objects: one read unit for each query and 4 KB, including settled rejections. It
 * needs neither a scan nor an index. `settle` updates each item, on the condition that it is still from the same run.
 *
 * Calls reject with the codes of `dynamodbSink`, such as `DYNAMODB_TABLE_NOT_FOUND`; reading also with
 * `QUARANTINE_UNREADABLE`. With `sealedQuarantine`, a rejection over about 370 KB is cut before it is sealed.
 *
 * @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID`
 * @example
 * const quarantine = dynamodbQuarantine({ table: 'quarantine' });
 * await prices.run(refs, { quarantine });
 * await replay(prices, quarantine.rejections({ feed: 'prices' }), { settled: quarantine.settle });
 */
export function dynamodbQuarantine(options: DynamodbQuarantineOptions): ReadableQuarantine {
  checkOptions('dynamodbQuarantine', options, {
    table: tableName,
    client: check.optional(check.object),
    ttlDays: check.optional(check.integer(1)),
    retry: check.optional(check.object),
  });
  const { client, ttlDays, ...rest } = options;
  const sink = dynamodbSink({
    ...rest,
    ...QUARANTINE_KEY,
    ...(client && { client }),
    concurrency: CONCURRENCY,
    sender: 'sdk',
  });
  let own: OwnClient | undefined;
  let documents: DynamoDBDocumentClient | undefined;
  const documentsOf = (): DynamoDBDocumentClient => documentClient(client ?? (own ??= createClient(UPDATES)).client);
  const table = quarantineTable(options.table, () => (documents ??= documentsOf()));
  const expiresAt = (): number | undefined =>
    ttlDays === undefined ? undefined : Math.floor(Date.now() / 1000) + ttlDays * DAY_SECONDS;

  return Object.freeze<ReadableQuarantine>({
    name: 'dynamodb',
    // The object's item is the last of a request's 25.
    limits: { count: MAX_BATCH_ITEMS - 1, bytes: MAX_BYTES },
    sizeOf: (rejection) => rejectionToJson(rejection).length,
    concurrency: CONCURRENCY,
    maxSealedBytes: MAX_SEALED_BYTES,
    ...withTable({
      table: options.table,
      key: QUARANTINE_KEY,
      kind: 'quarantine',
      client: () => lowLevel(client ?? (own ??= createClient(UPDATES)).client),
    }),
    write: async (entries, context) => {
      const rows = entries.map(async (entry) => {
        const { value } = entry;
        return withValue(entry, await quarantineRow(value, await quarantineKey(value), expiresAt()));
      });
      const object = withValue(entries[0]!, await objectRow(entries[0]!.value));
      const refusals = (await sink.write([...(await Promise.all(rows)), object], context)) ?? [];
      const unlisted = refusals.find(({ position }) => position === entries.length);
      if (unlisted === undefined) return refusals;
      const { code, message, cause } = unlisted;
      throw new MillraceError(code, `The item that lists the object's rejections: ${message}`, { cause });
    },
    rejections: (query) => {
      checkOptions('rejections', query, {
        feed: check.text,
        uri: check.optional(check.text),
        settled: check.optional(check.flag),
      });
      return { [Symbol.asyncIterator]: () => read(table, query) };
    },
    settle: (rejections) => settle(table, rejections),
    close: async () => {
      await sink.close?.();
      own?.client.destroy();
      own = documents = undefined;
    },
  });
}

function withValue<T>({ ordinal, branch, item, feed, run, signal }: Entry<unknown>, value: T): Entry<T> {
  return { ordinal, branch, item, feed, run, signal, value };
}

async function objectRow({ feed, item }: Rejection): Promise<ObjectRow> {
  const { uri } = item;
  return {
    ...(await objectKey(feed, uri)),
    feed,
    uri: uri.toWellFormed(),
    partition: await quarantinePartition(feed, uri),
  };
}

async function* read(
  table: QuarantineTable,
  { feed, uri, settled = false }: QuarantineQuery,
): AsyncGenerator<Rejection, void, undefined> {
  for await (const partition of partitions(table, feed, uri)) {
    for await (const row of table.rows(partition, settled)) {
      const rejection = rejectionOf(row);
      if (rejection.feed === feed && (uri === undefined || rejection.item.uri === uri)) yield rejection;
    }
  }
}

async function* partitions(
  table: QuarantineTable,
  feed: string,
  uri: string | undefined,
): AsyncGenerator<string, void, undefined> {
  if (uri !== undefined) return yield await quarantinePartition(feed, uri);
  // What is no feed's name may be the partition of an object; the items there name no other.
  for await (const { partition } of table.objects(feed)) if (partition !== undefined) yield partition;
}

async function settle(table: QuarantineTable, rejections: readonly Rejection[]): Promise<void> {
  const waiting = rejections.values();
  const work = async (): Promise<void> => {
    for (const rejection of waiting) await table.settle(await quarantineKey(rejection), rejection.run);
  };
  await Promise.all(Array.from({ length: Math.min(UPDATES, rejections.length) }, work));
}

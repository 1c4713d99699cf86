import { type Decimal, MillraceError, type Sink } from '@millrace/core';
import { check, checkOptions, type OptionCheck } from '@millrace/core/plugin';
import type { AnyDynamoDBClient } from './client.ts';
import { type KeepNewestOptions, newestNames } from './keep-newest.ts';
import { DEFAULT_PRICES, type DynamodbPrices } from './plan/prices.ts';
import { isWriteBudget, type WriteBudget, writeBudget } from './rate/write-budget.ts';
import { createWriteRate } from './rate/write-rate.ts';
import { withSettings } from './sink-settings.ts';
import { recordKey } from './key-identity.ts';
import { MAX_BATCH_ITEMS } from './limits.ts';
import type { ExactNumber } from './number.ts';
import { withTable } from './own-table.ts';
import { isPacked, type Packed, packedOver } from './pack/packed.ts';
import { type DynamodbRetryOptions, retryBudget } from './retry-budget.ts';
import { retireObstacle } from './retire/retired-keys.ts';
import { retireRows } from './retire/retire-rows.ts';
import { createSender } from './create-sender.ts';
import type { SenderKind } from './sender.ts';
import { tableName } from './table-name.ts';
import { recordWriter, spending } from './write-records.ts';

/** What a key attribute may hold. */
export type KeyValue = string | number | bigint | Uint8Array | Decimal | ExactNumber;

/** A record with the key attributes of its table. Other attributes may hold anything that DynamoDB has a type for. */
export type DynamodbRecord<P extends string, S extends string = never> = {
  readonly [K in NoInfer<P | S>]: KeyValue;
};

export interface DynamodbSinkOptions<P extends string = 'uuid', S extends string = never> {
  /** Name of the table, or its ARN. It must exist; see `ensureTable`. */
  readonly table: string;
  /**
   * Client for sending; may be a document client. The sink does not change or close it.
   *
   * @default a client made at the first write from the environment's region, credentials and endpoint
   */
  readonly client?: AnyDynamoDBClient;
  /** Name of the table's partition key. @default 'uuid' */
  readonly partitionKey?: P;
  /** Name of the table's sort key. @default none */
  readonly sortKey?: S;
  /** Maximum requests in flight, across all objects of a run; each holds up to 25 records in memory. @default 16 */
  readonly concurrency?: number;
  /**
   * What to do with a JavaScript number that is whole and beyond 2^53 - 1. Its parser may have lost digits already, so
   * it is refused by default. bigint and NumberValue are exact and always written. @default 'refuse'
   */
  readonly inexactNumbers?: 'refuse' | 'write';
  /**
   * Maximum write units per second, as DynamoDB reports them, spread evenly; a number for this sink alone, or a
   * `writeBudget` that several sinks share. @default the rate that the table accepts
   */
  readonly maxWriteUnitsPerSecond?: number | WriteBudget;
  /** Prices for the costs in reports. @default `DEFAULT_PRICES`: us-east-1, on-demand */
  readonly prices?: DynamodbPrices;
  /** How long to retry records that DynamoDB does not accept. After that, the write fails with a retryable error. */
  readonly retry?: DynamodbRetryOptions;
  /**
   * Writes each item with a PutItem on the condition that no newer version of the same object has written it, instead of up
   * to 25 items with a BatchWriteItem. A paused run or a late message then never replaces a newer row with an older one. It
   * needs natural keys and a ledger, and one request per item through the client, with the same write units. Pass the names
   * of the attributes if you pass other names to `landingItem`. A replay always writes in this way if its records have a
   * generation. @default false
   */
  readonly keepNewest?: boolean | KeepNewestOptions;
  /**
   * Allows `versions: 'replace'` and `purge` to retire rows with natural keys. Their keys cannot be computed, so each time a
   * strongly consistent scan reads the whole table, for one read unit per 4 KB. Rows are then deleted on the condition that
   * they still belong to the version to retire. Keys by ordinal do not need a scan. @default false
   */
  readonly retireByScan?: boolean;
  /**
   * `packed()` stores adjacent records of an object in one item, for a fraction of the write units; `unpack` of
   * `@millrace/dynamodb/unpack` reads them. It needs records of `landingItem` with the key `'place'`. @default each record is an item
   */
  readonly pack?: Packed;
  /**
   * How to send requests. `sdk`: each through the client. `lean`: the first through the client; then, while its credentials
   * are valid, matching requests are signed and sent over its connections without its pipeline. A request that is refused for
   * its signature, date or credentials goes through the client again. `auto`: `lean`, unless something on the client reads
   * or changes requests, such as middleware, a logger, a retry strategy or a custom request handler; then `sdk`, with one
   * process warning `DYNAMODB_SENDER_ORDINARY`. @default 'auto'
   */
  readonly sender?: SenderKind;
}

/**
 * Makes a sink that puts each record into a DynamoDB table as one item, with BatchWriteItem of up to 25 items and 16 MB.
 *
 * Records that DynamoDB would refuse are found and refused one by one before a request is sent; other items that it refuses
 * are isolated, so one bad record never fails its batch. If records in a write have the same key, the last is written and
 * the counter `duplicates` counts the others; `keyOf` lets the runner order writes of the same key. If the table throttles,
 * all of the sink's requests slow down to the rate it accepts; a hot key delays only itself. Other counters: `writeUnits`
 * consumed and their cost, such as `costUSD`; `throttles` received; `retries` made; and, with `keepNewest`, `superseded`.
 *
 * A write rejects, which fails its object, with a code. These are transient and `retryable`:
 * `DYNAMODB_UNPROCESSED`, `DYNAMODB_THROTTLED`, `DYNAMODB_KEY_RANGE_THROTTLED`, `DYNAMODB_MAX_ON_DEMAND_THROUGHPUT`,
 * `DYNAMODB_UNAVAILABLE`, `DYNAMODB_RESPONSE_INVALID`, `DYNAMODB_ABORTED`. These are permanent: `DYNAMODB_TABLE_NOT_FOUND`,
 * `DYNAMODB_ACCESS_DENIED`, `DYNAMODB_CREDENTIALS_INVALID`, `DYNAMODB_REQUEST_INVALID`, `DYNAMODB_REQUEST_FAILED`, with `pack`
 * `DYNAMODB_NOT_PACKABLE`, and with `keepNewest` `DYNAMODB_GENERATION_MISSING`. The codes of refused records are in the README.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`, or `DYNAMODB_ZSTD_MISSING`
 * @example
 * prices.through(landingItem()).to(dynamodbSink({ table: 'landing_table' }));
 */
export function dynamodbSink<const P extends string = 'uuid', const S extends string = never>(
  options: DynamodbSinkOptions<P, S>,
): Sink<DynamodbRecord<P, S>> {
  checkOptions('dynamodbSink', options, {
    table: tableName,
    client: check.optional(check.object),
    partitionKey: check.optional(check.text),
    sortKey: check.optional(check.text),
    concurrency: check.optional(check.integer(1, 1000)),
    inexactNumbers: check.optional(check.oneOf('refuse', 'write')),
    maxWriteUnitsPerSecond: check.optional(budgetOrRate),
    prices: check.optional(check.object),
    retry: check.optional(check.object),
    pack: check.optional(packedValue),
    sender: check.optional(check.oneOf('auto', 'sdk', 'lean')),
    keepNewest: check.optional(flagOrObject),
    retireByScan: check.optional(check.flag),
  });
  const { table, client, partitionKey = 'uuid', sortKey, concurrency = 16, prices = DEFAULT_PRICES } = options;
  const budget = retryBudget('dynamodbSink', options.retry);
  const keys = { partitionKey, sortKey };
  const preparation = { ...keys, allowUnsafe: options.inexactNumbers === 'write' };
  const newest = newestNames(options.keepNewest);
  if (newest !== undefined) checkTogether(options);
  const sender = createSender({ table, client, concurrency, kind: options.sender ?? 'auto' });
  const rate = createWriteRate(table, sharedBudget(options.maxWriteUnitsPerSecond));
  const writer = recordWriter({ table, preparation, sender, rate, budget, prices, newest, concurrency });

  const single = Object.freeze<Sink<DynamodbRecord<P, S>>>({
    name: 'dynamodb',
    limits: { count: MAX_BATCH_ITEMS },
    keyOf: (record) => recordKey(record, keys),
    concurrency,
    mixesItems: true,
    ...withSettings({ keys, allowUnsafe: preparation.allowUnsafe, pack: options.pack?.options }),
    ...writer,
    retire: (rows, context) =>
      retireRows(rows, { table, keys, client: sender.client, rate, budget, context, spent: spending(context, prices) }),
    retireObstacle: (landing) => retireObstacle(landing, keys, options.retireByScan === true),
    ...withTable({
      table,
      key: { partitionKey, ...(sortKey !== undefined && { sortKey }) },
      kind: 'records',
      client: () => sender.client(),
    }),
    close: () => sender.close(),
  });
  return options.pack === undefined ? single : packedOver(options.pack, single, preparation);
}

function checkTogether({ pack, sender }: Pick<DynamodbSinkOptions, 'pack' | 'sender'>): void {
  const other = pack === undefined ? (sender === 'lean' ? "sender: 'lean'" : undefined) : 'pack';
  if (other === undefined) return;
  const reason =
    other === 'pack' ? 'the keys of packs are unique' : 'conditional requests go through the client, one for each item';
  throw new MillraceError('OPTION_INVALID', `dynamodbSink: keepNewest and ${other} exclude each other: ${reason}.`, {
    details: { owner: 'dynamodbSink', option: 'keepNewest' },
  });
}

const flagOrObject: OptionCheck = (value) =>
  typeof value === 'boolean' || (typeof value === 'object' && value !== null)
    ? undefined
    : 'true, false or { source, generation, ordinal }';

const budgetOrRate: OptionCheck = (value) =>
  isWriteBudget(value) || (typeof value === 'number' && value >= 1)
    ? undefined
    : 'a number from 1 on, or a writeBudget';

const packedValue: OptionCheck = (value) =>
  isPacked(value) ? undefined : 'what packed() makes, such as packed({ records: 50 })';

function sharedBudget(budget: number | WriteBudget | undefined): WriteBudget | undefined {
  return typeof budget === 'number' ? writeBudget({ unitsPerSecond: budget }) : budget;
}

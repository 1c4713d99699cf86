import type { CreateTableCommandInput, TableDescription } from '@aws-sdk/client-dynamodb';
import { MillraceError } from '@millrace/core';
import { createClient, lowLevel } from './client.ts';
import { type TableCalls, tableCalls, unsupportedFeature } from './table-calls.ts';
import { ATTRIBUTE_TYPES, type TableDifference, tableDifferences } from './table-differences.ts';
import { checkTableOptions, type EnsureTableOptions, namedKey, type TableIndex } from './table-options.ts';
import { addIndex, indexAttributes, indexCreation } from './table-index.ts';
import { sleep } from './until-aborted.ts';

export interface EnsuredTable {
  readonly table: string;
  /** False where the table was there already. */
  readonly created: boolean;
}

/** Between looks at a table that is being made; each wait is longer than the one before. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/**
 * Creates a table and waits until it is usable, or checks that an existing table matches. It never changes an existing table;
 * it reports the differences.
 *
 * It needs the actions `dynamodb:DescribeTable` and `dynamodb:CreateTable`, and the describe and update actions of time to
 * live and continuous backups if these are requested.
 *
 * @throws MillraceError `DYNAMODB_TABLE_DIFFERS` with the list in `details.differences`; `DYNAMODB_TABLE_NOT_ACTIVE` after
 *   `timeoutMs`; `DYNAMODB_FEATURE_UNSUPPORTED` if an emulator lacks a requested feature; `DYNAMODB_ABORTED`;
 *   `OPTION_UNKNOWN` or `OPTION_INVALID`; and the request codes of `dynamodbSink`
 * @example
 * await ensureTable({ table: 'prices', partitionKey: { name: 'sku', type: 'string' } });
 */
export function ensureTable(options: EnsureTableOptions): Promise<EnsuredTable> {
  return ensureIndexedTable(options);
}

/**
 * {@link ensureTable} for a table with an index.
 *
 * @param index is made with a new table
 * @param isAdded whether it is added to an existing table that does not have it
 */
export async function ensureIndexedTable(
  options: EnsureTableOptions,
  index?: TableIndex,
  isAdded = false,
): Promise<EnsuredTable> {
  checkTableOptions('ensureTable', options);
  const own = options.client === undefined ? createClient(1) : undefined;
  const { timeoutMs = 300_000, signal = new AbortController().signal } = options;
  try {
    const calls = tableCalls(own?.client ?? lowLevel(options.client!), options.table, signal);
    const wait = waiter(options.table, timeoutMs, signal);
    const made = await make(options, calls, wait, index);
    if (index !== undefined && isAdded) await addIndex(options.table, index, calls, wait);
    return made;
  } finally {
    own?.client.destroy();
  }
}

/** Waits a little longer each time; rejects when the time is over. */
export type Wait = (state: string) => Promise<void>;

async function make(
  options: EnsureTableOptions,
  calls: TableCalls,
  wait: Wait,
  index: TableIndex | undefined,
): Promise<EnsuredTable> {
  const { table, timeToLive, pointInTimeRecovery } = options;
  const { description, created, fresh } = await activeTable(calls, wait, creation(options, index));
  if (fresh && timeToLive !== undefined) await calls.setTimeToLive(timeToLive);
  if (fresh && pointInTimeRecovery === true) {
    while (!(await calls.setPointInTimeRecovery())) await wait('active, its backups not ready');
  }
  const differences = await tableDifferences(description, options, calls);
  if (differences.length === 0) return { table, created };
  // A service that ignores a setting of a table it has just made does not know it.
  throw created
    ? unsupportedFeature(table, differences.map(({ setting }) => setting).join(', '))
    : differs(table, differences);
}

interface ActiveTable {
  readonly description: TableDescription;
  readonly created: boolean;
  /** It was made just now, by this call or another one: its settings may not be complete. */
  readonly fresh: boolean;
}

async function activeTable(calls: TableCalls, wait: Wait, input: CreateTableCommandInput): Promise<ActiveTable> {
  let created = false;
  let fresh = false;
  for (;;) {
    const description = await calls.describe();
    const status = description?.TableStatus ?? 'missing';
    if (description !== undefined && (status === 'ACTIVE' || status === 'UPDATING'))
      return { description, created, fresh };
    fresh ||= status === 'missing' || status === 'CREATING';
    // A table that was just made may be missing from the next answer; making it again does no harm.
    if (status === 'missing' && (await calls.create(input))) created = true;
    await wait(status);
  }
}

function creation(options: EnsureTableOptions, index: TableIndex | undefined): CreateTableCommandInput {
  const { table, partitionKey, sortKey, capacity = 'on-demand', deletionProtection } = options;
  const keys = [partitionKey, ...(sortKey === undefined ? [] : [sortKey])].map(namedKey);
  const throughput =
    capacity === 'on-demand' ? undefined : { ReadCapacityUnits: capacity.read, WriteCapacityUnits: capacity.write };
  const own = keys.map(({ name, type }) => ({ AttributeName: name, AttributeType: ATTRIBUTE_TYPES[type] }));
  const ofIndex = index === undefined ? [] : indexAttributes(index);
  return {
    TableName: table,
    AttributeDefinitions: [
      ...own,
      ...ofIndex.filter(({ AttributeName }) => keys.every(({ name }) => name !== AttributeName)),
    ],
    KeySchema: keys.map(({ name }, position) => ({ AttributeName: name, KeyType: position === 0 ? 'HASH' : 'RANGE' })),
    ...(index && { GlobalSecondaryIndexes: [indexCreation(index, throughput)] }),
    ...(throughput === undefined
      ? { BillingMode: 'PAY_PER_REQUEST' }
      : { BillingMode: 'PROVISIONED', ProvisionedThroughput: throughput }),
    ...(deletionProtection === undefined ? {} : { DeletionProtectionEnabled: deletionProtection }),
  };
}

function waiter(table: string, timeoutMs: number, signal: AbortSignal): Wait {
  const deadline = performance.now() + timeoutMs;
  let next = FIRST_WAIT_MS;
  return async (state) => {
    const left = deadline - performance.now();
    if (left <= 0) {
      throw new MillraceError(
        'DYNAMODB_TABLE_NOT_ACTIVE',
        `Table ${table} is still ${state} after ${timeoutMs} ms. Call again to go on waiting, or raise timeoutMs.`,
        { details: { table, state, timeoutMs } },
      );
    }
    await sleep(Math.min(next, left), signal);
    next = Math.min(next * 1.5, LONGEST_WAIT_MS);
  };
}

function differs(table: string, differences: readonly TableDifference[]): MillraceError {
  const list = differences
    .map(({ setting, expected, actual }) => `${setting} is ${actual}, not ${expected}`)
    .join('; ');
  return new MillraceError(
    'DYNAMODB_TABLE_DIFFERS',
    `Table ${table} is there but not as asked: ${list}. It was not changed: change it, the options, or the name.`,
    { details: { table, differences } },
  );
}

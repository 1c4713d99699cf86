import type { CreateTableCommandInput, TableDescription } from '@aws-sdk/client-dynamodb';
import { MillraceError } from '@millrace/core';
import { createClient, lowLevel } from './client.ts';
import { type TableCalls, tableCalls, unsupportedFeature } from './table-calls.ts';
import { ATTRIBUTE_TYPES, type TableDifference, tableDifferences } from './table-differences.ts';
import { checkTableOptions, type EnsureTableOptions, namedKey } from './table-options.ts';
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
export async function ensureTable(options: EnsureTableOptions): Promise<EnsuredTable> {
  checkTableOptions('ensureTable', options);
  const own = options.client === undefined ? createClient(1) : undefined;
  const { timeoutMs = 300_000, signal = new AbortController().signal } = options;
  try {
    const calls = tableCalls(own?.client ?? lowLevel(options.client!), options.table, signal);
    return await make(options, calls, waiter(options.table, timeoutMs, signal));
  } finally {
    own?.client.destroy();
  }
}

/** Waits a little longer each time; rejects when the time is over. */
type Wait = (state: string) => Promise<void>;

async function make(options: EnsureTableOptions, calls: TableCalls, wait: Wait): Promise<EnsuredTable> {
  const { table, timeToLive, pointInTimeRecovery } = options;
  const { description, created, fresh } = await activeTable(options, calls, wait);
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

async function activeTable(options: EnsureTableOptions, calls: TableCalls, wait: Wait): Promise<ActiveTable> {
  let created = false;
  let fresh = false;
  for (;;) {
    const description = await calls.describe();
    const status = description?.TableStatus ?? 'missing';
    if (description !== undefined && (status === 'ACTIVE' || status === 'UPDATING'))
      return { description, created, fresh };
    fresh ||= status === 'missing' || status === 'CREATING';
    // A table that was just made may be missing from the next answer; making it again does no harm.
    if (status === 'missing' && (await calls.create(creation(options)))) created = true;
    await wait(status);
  }
}

function creation(options: EnsureTableOptions): CreateTableCommandInput {
  const { table, partitionKey, sortKey, capacity = 'on-demand', deletionProtection } = options;
  const keys = [partitionKey, ...(sortKey === undefined ? [] : [sortKey])].map(namedKey);
  return {
    TableName: table,
    AttributeDefinitions: keys.map(({ name, type }) => ({ AttributeName: name, AttributeType: ATTRIBUTE_TYPES[type] })),
    KeySchema: keys.map(({ name }, index) => ({ AttributeName: name, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
    ...(capacity === 'on-demand'
      ? { BillingMode: 'PAY_PER_REQUEST' }
      : {
          BillingMode: 'PROVISIONED',
          ProvisionedThroughput: { ReadCapacityUnits: capacity.read, WriteCapacityUnits: capacity.write },
        }),
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

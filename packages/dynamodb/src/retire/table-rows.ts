import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import { isMillraceError, MillraceError } from '@millrace/core';
import type { Context } from '@millrace/core/plugin';
import { backoff } from '../backoff.ts';
import type { KeyNames } from '../key-identity.ts';
import { late } from '../late-body.ts';
import { logAsIs } from '../log-as-is.ts';
import type { WriteRate } from '../rate/write-rate.ts';
import { isObject, shapedResponse } from '../response.ts';
import type { RetryBudget } from '../retry-budget.ts';
import { serviceFault } from '../service-fault.ts';
import { checkAborted, sleep, untilAborted } from '../until-aborted.ts';
import { verified } from '../verified-command.ts';

/** A primary key as DynamoDB takes it. */
export type Key = Readonly<Record<string, AttributeValue>>;

/** What requests about rows to retire are sent with. */
export interface RowsSettings {
  readonly table: string;
  readonly keys: KeyNames;
  readonly client: () => DynamoDBClient;
  readonly rate: WriteRate;
  readonly budget: RetryBudget;
  readonly context: Context;
  /** The service has charged this many write units. */
  readonly spent: (units: number) => void;
}

/** A condition as DynamoDB takes it. */
export interface Condition {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** Keys that one BatchGetItem takes at most. */
export const MAX_GET_KEYS = 100;

/** Keys that one BatchWriteItem takes at most. */
const MAX_DELETE_KEYS = 25;

/** Finds which of at most {@link MAX_GET_KEYS} keys are in the table, by strongly consistent reads. */
export async function present(keys: readonly Key[], settings: RowsSettings): Promise<readonly Key[]> {
  const { table, client, context } = settings;
  const projection = projectionOf(settings.keys);
  const found: Key[] = [];
  await untilNoneIsLeft(keys, settings, async (left) => {
    const input = { Keys: left as Record<string, AttributeValue>[], ConsistentRead: true, ...projection };
    const command = new BatchGetItemCommand({ RequestItems: { [table]: input }, ReturnConsumedCapacity: 'TOTAL' });
    const output = await untilAborted(
      client().send(prepared(command, client(), context.signal), { abortSignal: context.signal }),
      context.signal,
    );
    const { Responses, UnprocessedKeys } = shapedResponse(
      'BatchGetItem',
      output,
      (one) => isObject(one.Responses) && isObject(one.UnprocessedKeys),
    );
    const items = Object.values(Responses!).flat();
    const unprocessed = Object.values(UnprocessedKeys!).flatMap(({ Keys = [] }) => Keys);
    shapedResponse('BatchGetItem', output, () => items.length + unprocessed.length <= left.length);
    found.push(...items);
    context.count('readUnits', sumOf(output.ConsumedCapacity));
    return unprocessed;
  });
  return found;
}

/** Deletes rows by their keys. */
export async function deleteRows(keys: readonly Key[], settings: RowsSettings): Promise<void> {
  const { table, client, context, rate, spent } = settings;
  const most = Math.max(1, Math.min(MAX_DELETE_KEYS, Math.floor(rate.maxUnits)));
  for (let at = 0; at < keys.length; at += most) {
    await untilNoneIsLeft(keys.slice(at, at + most), settings, async (left) => {
      const units = left.length;
      const waiting = rate.enter(units, context.signal);
      if (waiting !== undefined) await waiting;
      checkAborted(context.signal);
      const requests = left.map((Key) => ({ DeleteRequest: { Key } }));
      const command = new BatchWriteItemCommand({
        RequestItems: { [table]: requests },
        ReturnConsumedCapacity: 'TOTAL',
      });
      const output = await untilAborted(
        client().send(prepared(command, client(), context.signal), { abortSignal: context.signal }),
        context.signal,
      );
      const { UnprocessedItems } = shapedResponse('BatchWriteItem', output, (one) => isObject(one.UnprocessedItems));
      const unprocessed = Object.values(UnprocessedItems!).flatMap((some) =>
        some.flatMap(({ DeleteRequest }) => (DeleteRequest?.Key === undefined ? [] : [DeleteRequest.Key])),
      );
      shapedResponse('BatchWriteItem', output, () => unprocessed.length <= left.length);
      const consumed = sumOf(output.ConsumedCapacity);
      spent(consumed);
      rate.answered(units, consumed, unprocessed.length);
      return unprocessed;
    });
  }
}

/** Deletes one row if it still meets a condition. Returns whether it was there and did. */
export async function deleteRowIf(key: Key, condition: Condition, settings: RowsSettings): Promise<boolean> {
  const { table, client, context, rate, spent } = settings;
  let deleted = false;
  await untilNoneIsLeft([key], settings, async () => {
    const waiting = rate.enter(1, context.signal);
    if (waiting !== undefined) await waiting;
    checkAborted(context.signal);
    const command = new DeleteItemCommand({
      TableName: table,
      Key: { ...key },
      ConditionExpression: condition.expression,
      ExpressionAttributeNames: { ...condition.names },
      ExpressionAttributeValues: { ...condition.values },
      ReturnConsumedCapacity: 'TOTAL',
    });
    try {
      const sent = client().send(prepared(command, client(), context.signal), { abortSignal: context.signal });
      const output = await untilAborted(sent, context.signal);
      shapedResponse('DeleteItem', output, () => Number.isFinite(output.ConsumedCapacity?.CapacityUnits));
      const consumed = output.ConsumedCapacity!.CapacityUnits!;
      spent(consumed);
      rate.answered(1, consumed, 0);
      deleted = true;
    } catch (thrown) {
      // A newer version has taken it, or an earlier attempt deleted it and its response was lost.
      if (!(thrown instanceof ConditionalCheckFailedException)) throw thrown;
      rate.answered(1, 1, 0);
    }
    return [];
  });
  return deleted;
}

/** The keys of all rows that meet a condition, page by page: a strongly consistent scan of the whole table. */
export async function* scannedKeys(
  condition: Condition,
  settings: RowsSettings,
): AsyncGenerator<{ readonly scanned: number; readonly found: readonly Key[] }, void, undefined> {
  const { table, client, context } = settings;
  const { ProjectionExpression, ExpressionAttributeNames } = projectionOf(settings.keys);
  let start: ScanCommandInput['ExclusiveStartKey'];
  do {
    const page: { scanned: number; found: Key[] } = { scanned: 0, found: [] };
    await untilNoneIsLeft([{}], settings, async () => {
      const command = new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        ProjectionExpression,
        FilterExpression: condition.expression,
        ExpressionAttributeNames: { ...ExpressionAttributeNames, ...condition.names },
        ExpressionAttributeValues: { ...condition.values },
        ReturnConsumedCapacity: 'TOTAL',
        ...(start && { ExclusiveStartKey: start }),
      });
      const sent = client().send(prepared(command, client(), context.signal), { abortSignal: context.signal });
      const output = await untilAborted(sent, context.signal);
      shapedResponse('Scan', output, ({ Items, Count, ScannedCount, LastEvaluatedKey: last }) => {
        const isCounted = Array.isArray(Items) && Items.length === Count && Count <= ScannedCount!;
        return isCounted && (last === undefined || JSON.stringify(last) !== JSON.stringify(start));
      });
      page.scanned = output.ScannedCount!;
      page.found = output.Items!;
      context.count('readUnits', output.ConsumedCapacity?.CapacityUnits ?? 0);
      start = output.LastEvaluatedKey;
      return [];
    });
    yield page;
  } while (start !== undefined);
}

/** Repeats a request for the keys that it left over, within the retry budget. */
async function untilNoneIsLeft(
  keys: readonly Key[],
  { table, budget, context }: RowsSettings,
  request: (left: readonly Key[]) => Promise<readonly Key[]>,
): Promise<void> {
  let left = keys;
  let fruitless = 0;
  let since = performance.now();
  let error: MillraceError = unprocessed(table);
  while (left.length > 0) {
    const deadline = since + budget.timeMs - performance.now();
    const ms = Math.min(backoff(fruitless, budget), deadline);
    if (ms > 0) await sleep(ms, context.signal);
    checkAborted(context.signal);
    const before = left.length;
    try {
      left = await request(left);
      error = unprocessed(table);
    } catch (thrown) {
      checkAborted(context.signal);
      if (isMillraceError(thrown)) throw thrown;
      const fault = serviceFault(thrown, table);
      if (!fault.error.retryable) throw fault.error;
      error = fault.error;
    }
    if (left.length === 0) return;
    context.count('retries');
    if (left.length < before) {
      fruitless = 0;
      since = performance.now();
    } else fruitless += 1;
    if (fruitless >= budget.attempts || performance.now() - since >= budget.timeMs) throw error;
  }
}

function projectionOf({ partitionKey, sortKey }: KeyNames): {
  readonly ProjectionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
} {
  return {
    ProjectionExpression: sortKey === undefined ? '#p' : '#p, #s',
    ExpressionAttributeNames: { '#p': partitionKey, ...(sortKey !== undefined && { '#s': sortKey }) },
  };
}

function prepared<C extends { readonly middlewareStack: unknown }>(
  command: C,
  client: DynamoDBClient,
  signal: AbortSignal,
): C {
  late(verified(command, client.config), client, signal);
  logAsIs(command.middlewareStack as DynamoDBClient['middlewareStack']);
  return command;
}

function sumOf(consumed: readonly { readonly CapacityUnits?: number | undefined }[] | undefined): number {
  return (consumed ?? []).reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}

function unprocessed(table: string): MillraceError {
  return new MillraceError(
    'DYNAMODB_UNPROCESSED',
    `Table ${table} left keys unprocessed until the retry budget was used up. Raise its capacity, or the budget, and run again.`,
    { details: { table }, retryable: true },
  );
}

import {
  type DynamoDBClient,
  ScanCommand,
  type ScanCommandInput,
  type ScanCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { MillraceError } from '@millrace/core';
import type { Context } from '@millrace/core/plugin';
import { backoff } from '../backoff.ts';
import type { RetryBudget } from '../retry-budget.ts';
import { isObject, shapedResponse } from '../response.ts';
import { serviceFault } from '../service-fault.ts';
import { sleep, untilAborted } from '../until-aborted.ts';
import { verified } from '../verified-command.ts';
import { itemLine } from './item-line.ts';
import type { ReadPace } from './read-pace.ts';

/** What reading a segment needs. */
export interface ScanSettings {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly input: Omit<ScanCommandInput, 'TableName' | 'ExclusiveStartKey' | 'Limit'>;
  readonly pace: ReadPace;
  readonly budget: RetryBudget;
  /** How long one page may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly context: Context;
}

/**
 * The pages of a scan, one after another. A page that fails is asked for again from where it began: nothing comes twice and
 * nothing is left out. It ends at once where the signal fires, with the signal's reason.
 */
export async function* scanPages(settings: ScanSettings): AsyncGenerator<ScanCommandOutput, void, undefined> {
  const { context } = settings;
  let start: ScanCommandInput['ExclusiveStartKey'];
  do {
    const page = await pageFrom(start, settings);
    context.count('pages');
    context.count('scanned', page.ScannedCount ?? 0);
    context.count('readUnits', page.ConsumedCapacity?.CapacityUnits ?? 0);
    yield page;
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

async function pageFrom(
  start: ScanCommandInput['ExclusiveStartKey'],
  { client, table, input, pace, budget, timeoutMs, context }: ScanSettings,
): Promise<ScanCommandOutput> {
  const { signal } = context;
  const since = performance.now();
  for (let fruitless = 1; ; fruitless += 1) {
    const expected = await stoppable(pace.enter(signal), signal);
    const Limit = pace.limit();
    const scan = new ScanCommand({
      ...input,
      TableName: table,
      ReturnConsumedCapacity: 'TOTAL',
      ...(Limit !== undefined && { Limit }),
      ...(start && { ExclusiveStartKey: start }),
    });
    try {
      const sent = verified(scan, client.config);
      const received = await inTime((abortSignal) => client.send(sent, { abortSignal }), timeoutMs, signal);
      const page = shapedResponse('Scan', received, (output) => isPage(output, start));
      pace.answered(expected, page.ConsumedCapacity?.CapacityUnits, page.ScannedCount ?? 0);
      return page;
    } catch (thrown) {
      signal.throwIfAborted();
      pace.answered(expected, 0, 0);
      const { kind, error } = serviceFault(thrown, table, 'read');
      if (kind === 'item') throw requestInvalid(table, thrown);
      const wait = backoff(fruitless, budget);
      const left = since + budget.timeMs - performance.now() - wait;
      if (kind === 'fatal' || fruitless >= budget.attempts || left <= 0) throw error;
      context.count(kind === 'unavailable' ? 'retries' : 'throttles');
      await stoppable(sleep(wait, signal), signal);
    }
  }
}

/**
 * Whether this is a page of items: DynamoDB always says how many it holds and how many it looked at, and where the next one
 * begins, which is never where this one began.
 */
function isPage(
  {
    Items,
    Count,
    ScannedCount,
    LastEvaluatedKey,
  }: Pick<ScanCommandOutput, 'Items' | 'Count' | 'ScannedCount' | 'LastEvaluatedKey'>,
  start: ScanCommandInput['ExclusiveStartKey'],
): boolean {
  const isCounted = Array.isArray(Items) && Items.every(isObject) && Items.length === Count && Count <= ScannedCount!;
  if (!isCounted || LastEvaluatedKey === undefined) return isCounted;
  if (!isObject(LastEvaluatedKey) || Object.keys(LastEvaluatedKey).length === 0) return false;
  return start === undefined || itemLine(start) !== itemLine(LastEvaluatedKey);
}

/** The SDK's own time-outs do not see an answer that stalls in the middle. */
async function inTime<T>(request: (signal: AbortSignal) => Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  const late = new AbortController();
  const error = Object.assign(new Error(`no whole answer within ${ms} ms`), { name: 'TimeoutError' });
  const timer = setTimeout(() => late.abort(error), ms);
  const stop = (): void => late.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await untilAborted(request(late.signal), late.signal);
  } catch (thrown) {
    throw late.signal.reason === error ? error : thrown;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** What a wait of this package rejects with speaks of requests; here nothing was under way. */
async function stoppable<T>(wait: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await wait;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

function requestInvalid(table: string, cause: unknown): MillraceError {
  const text = `DynamoDB refuses the scan of table ${table}: ${cause instanceof Error ? cause.message : String(cause)}. Look at where, filter and attributes.`;
  return new MillraceError('DYNAMODB_REQUEST_INVALID', text, { cause, details: { table } });
}

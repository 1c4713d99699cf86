import { isMillraceError, MillraceError } from '@millrace/core';
import type { Context } from '@millrace/core/plugin';
import type { Item } from './attribute-values.ts';
import { backoff } from './backoff.ts';
import { keyIdentity, type KeyNames } from './key-identity.ts';
import { type Put, unitsOf } from './put.ts';
import type { WriteRate } from './rate/write-rate.ts';
import { refusedItem } from './refused-item.ts';
import { invalidResponse } from './response.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Answer, Sender } from './sender.ts';
import { type ServiceFault, serviceFault } from './service-fault.ts';
import type { CheckTableKey } from './table-key.ts';
import { checkAborted, checkMaySend, sleep, untilAborted } from './until-aborted.ts';

/** What delivering needs, and what it reports to. */
export interface Delivery {
  readonly table: string;
  readonly keys: KeyNames;
  readonly sender: Pick<Sender, 'send'>;
  readonly rate: WriteRate;
  readonly budget: RetryBudget;
  readonly context: Context;
  /** Rejects if the table refuses items because its key is not the one that the sink was given. */
  readonly checkKey: CheckTableKey;
  /** Where the record of a put is from, for errors. */
  readonly placeOf: (put: Put) => { readonly item: string; readonly ordinal: number };
  /** The service has charged this many write units. */
  readonly spent: (units: number) => void;
  readonly refused: (put: Put, error: MillraceError) => void;
}

/** What one attempt left over, and why. */
interface Attempt {
  readonly left: readonly Put[];
  readonly fault?: ServiceFault;
}

/**
 * Brings one request's items into the table: sends, sends again what was held back, and finds the item that the service
 * refuses. When it resolves, each item was either accepted, or refused because it would be refused again. It rejects if
 * anything else remains once the budget is used up, with a retryable error if that can pass.
 */
export async function deliver(puts: readonly Put[], delivery: Delivery): Promise<void> {
  const { budget, context } = delivery;
  let left = puts;
  let fruitless = 0;
  let since = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    await pause(backoff(fruitless, budget), since + budget.timeMs, context.signal);
    if (attempt > 1) context.count('retries');
    const result = await send(left, delivery);
    if (result.fault?.kind === 'item') return isolate(left, result.fault, delivery);
    if (result.left.length === 0) return;
    if (result.fault?.kind !== 'unavailable') context.count('throttles');
    if (result.fault?.kind === 'hot' && left.length > 1) return isolateHot(left, delivery);
    const progress = result.left.length < left.length;
    fruitless = progress ? 0 : fruitless + 1;
    if (progress) since = performance.now();
    left = result.left;
    if (fruitless >= budget.attempts || performance.now() - since >= budget.timeMs) return giveUp(result, delivery);
  }
}

/** Waits, but no longer than the budget lasts. */
async function pause(delayMs: number, deadline: number, signal: AbortSignal): Promise<void> {
  checkAborted(signal);
  const ms = Math.min(delayMs, deadline - performance.now());
  if (ms > 0) await sleep(ms, signal);
}

async function send(puts: readonly Put[], { context, keys, rate, sender, spent, table }: Delivery): Promise<Attempt> {
  const units = sum(puts);
  const waiting = rate.enter(units, context.signal);
  if (waiting !== undefined) await waiting;
  // The lease on the object may have run out while this waited.
  checkMaySend(context);
  let answer: Answer;
  let left: readonly Put[];
  try {
    answer = await untilAborted(
      sender.send(
        puts.map(({ item }) => item),
        context.signal,
      ),
      context.signal,
    );
    left = heldBack(puts, answer, keys);
  } catch (thrown) {
    checkAborted(context.signal);
    const fault = serviceFault(thrown, table);
    if (fault.attempts > 1) context.count('retries', fault.attempts - 1);
    rate.answered(units, fault.kind === 'unavailable' ? units : 0, fault.kind === 'throttled' ? units : 0);
    if (fault.kind === 'fatal') throw fault.error;
    return { left: puts, fault };
  }
  if (answer.attempts > 1) context.count('retries', answer.attempts - 1);
  const heldUnits = sum(left);
  const consumed = answer.writeUnits > 0 ? answer.writeUnits : units - heldUnits;
  if (answer.writeUnits > 0) spent(answer.writeUnits);
  rate.answered(units, consumed, heldUnits);
  return { left };
}

/**
 * The puts that the service did not take. Each must have been sent, and be named once: else the response is of another
 * request.
 *
 * @throws Error `ResponseInvalid`
 */
function heldBack(puts: readonly Put[], { unprocessed, attempts }: Answer, keys: KeyNames): readonly Put[] {
  if (unprocessed.length === 0) return [];
  const held = new Set(unprocessed.map((item) => identityOf(item, keys)));
  const left = puts.filter(({ key }) => held.has(key));
  if (left.length === unprocessed.length) return left;
  throw invalidResponse('It names unprocessed items that were not sent.', { httpStatusCode: 200, attempts });
}

function identityOf(item: Item, keys: KeyNames): string | undefined {
  try {
    return keyIdentity(item, keys);
  } catch {
    return undefined;
  }
}

function sum(puts: readonly Put[]): number {
  return puts.reduce((units, put) => units + unitsOf(put), 0);
}

/**
 * One item that the service refuses costs the whole batch. Halves find it in 2 n - 1 requests at most, and the others
 * are written, whatever the table has taken before. Putting an item twice leaves it there once, so nothing is lost on the way.
 */
async function isolate(puts: readonly Put[], fault: ServiceFault, delivery: Delivery): Promise<void> {
  if (puts.length === 1) {
    await delivery.checkKey(delivery.context.signal);
    const [put] = puts as readonly [Put];
    delivery.refused(put, refusedItem(fault.error, put.item));
    return put.superseded && deliver([put.superseded], delivery);
  }
  const middle = puts.length >> 1;
  await deliver(puts.slice(0, middle), delivery);
  await deliver(puts.slice(middle), delivery);
}

/**
 * One range of keys has no capacity left, and DynamoDB does not say which keys of the batch are in it. The halves of the
 * batch are sent on their own, and theirs, until the items that it holds back wait alone, each for itself; the others are
 * written at once. Putting an item twice leaves it there once.
 */
function isolateHot(puts: readonly Put[], delivery: Delivery): Promise<void> {
  const middle = puts.length >> 1;
  return allSettled([deliver(puts.slice(0, middle), delivery), deliver(puts.slice(middle), delivery)]);
}

/**
 * Waits for all deliveries, so that none is under way any more when it rejects. Of several errors it throws one that no retry
 * helps, if there is one.
 */
export async function allSettled(deliveries: readonly Promise<void>[]): Promise<void> {
  const settled = await Promise.allSettled(deliveries);
  const errors = settled.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
  if (errors.length > 0) throw errors.find((error) => !isMillraceError(error) || !error.retryable) ?? errors[0];
}

/** The budget is used up. What remains is good, and the service may take it later: so the write fails, to be run again. */
function giveUp({ left, fault }: Attempt, { table, placeOf }: Delivery): never {
  if (fault?.kind === 'hot') throw locating(fault.error, placeOf(left[0]!));
  if (fault !== undefined) throw fault.error;
  throw new MillraceError(
    'DYNAMODB_UNPROCESSED',
    `Table ${table} left items unprocessed until the retry budget was used up. Raise its capacity, or the budget, and run again.`,
    { details: { table, items: left.length }, retryable: true },
  );
}

/** Says which record has the hot key. Its place says it, because the key itself is content. */
function locating(
  { code, message, cause, details, retryable }: MillraceError,
  place: { readonly item: string; readonly ordinal: number },
): MillraceError {
  return new MillraceError(code, `${message} Record ${place.ordinal} of ${place.item} has such a key.`, {
    cause,
    details: { ...details, ...place },
    retryable,
  });
}

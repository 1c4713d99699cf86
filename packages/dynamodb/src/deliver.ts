import { type Context, MillraceError } from '@millrace/core';
import { backoff } from './backoff.ts';
import { keyIdentity, type KeyNames } from './key-identity.ts';
import { type Put, unitsOf } from './put.ts';
import type { WriteRate } from './rate/write-rate.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Answer, Sender } from './sender.ts';
import { type ServiceFault, serviceFault } from './service-fault.ts';
import { checkAborted, sleep, untilAborted } from './until-aborted.ts';

/** What delivering needs, and whom it tells of the outcome. */
export interface Delivery {
  readonly table: string;
  readonly keys: KeyNames;
  readonly sender: Sender;
  readonly rate: WriteRate;
  readonly budget: RetryBudget;
  readonly context: Context;
  readonly accepted: (put: Put) => void;
  /** The service has charged so many write units. */
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
 * refuses. When it resolves, each item was either accepted or refused. It rejects where the outcome is unknown.
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

async function send(
  puts: readonly Put[],
  { accepted, context, keys, rate, sender, spent, table }: Delivery,
): Promise<Attempt> {
  const units = sum(puts);
  const waiting = rate.enter(units, context.signal);
  if (waiting !== undefined) await waiting;
  let answer: Answer;
  try {
    answer = await untilAborted(
      sender.send(
        puts.map(({ item }) => item),
        context.signal,
      ),
      context.signal,
    );
  } catch (thrown) {
    checkAborted(context.signal);
    const fault = serviceFault(thrown, table);
    if (fault.attempts > 1) context.count('retries', fault.attempts - 1);
    rate.answered(units, fault.kind === 'unavailable' ? units : 0, fault.kind === 'throttled' ? units : 0);
    if (fault.kind === 'fatal') throw fault.error;
    return { left: puts, fault };
  }
  if (answer.attempts > 1) context.count('retries', answer.attempts - 1);
  const held = new Set(answer.unprocessed.map((item) => keyIdentity(item, keys)));
  const left = held.size === 0 ? [] : puts.filter(({ key }) => held.has(key));
  if (left.length !== held.size) {
    const text = `Table ${table} answered with unprocessed items that were not sent, so it is unknown what was written.`;
    throw new MillraceError('DYNAMODB_REQUEST_FAILED', text, { details: { table } });
  }
  for (const put of puts) if (!held.has(put.key)) accepted(put);
  const heldUnits = sum(left);
  const consumed = answer.writeUnits > 0 ? answer.writeUnits : units - heldUnits;
  if (answer.writeUnits > 0) spent(answer.writeUnits);
  rate.answered(units, consumed, heldUnits);
  return { left };
}

function sum(puts: readonly Put[]): number {
  return puts.reduce((units, put) => units + unitsOf(put), 0);
}

/**
 * One item that the service refuses costs the whole batch. Halves find it in 2 n - 1 requests at most, and the others
 * are written. Putting an item twice leaves it there once, so nothing is lost on the way.
 */
async function isolate(puts: readonly Put[], fault: ServiceFault, delivery: Delivery): Promise<void> {
  if (puts.length === 1) return delivery.refused(puts[0]!, fault.error);
  const middle = puts.length >> 1;
  await deliver(puts.slice(0, middle), delivery);
  await deliver(puts.slice(middle), delivery);
}

/**
 * One range of keys has no capacity left, and DynamoDB does not say which keys of the batch are in it. The halves of the
 * batch are sent on their own, and theirs, until the items that it holds back wait alone, each for itself; the others are
 * written at once. Putting an item twice leaves it there once.
 */
async function isolateHot(puts: readonly Put[], delivery: Delivery): Promise<void> {
  const middle = puts.length >> 1;
  await Promise.all([deliver(puts.slice(0, middle), delivery), deliver(puts.slice(middle), delivery)]);
}

/** The budget is used up. Items that are known not to be written are refused; where that is unknown, the write fails. */
function giveUp({ left, fault }: Attempt, delivery: Delivery): void {
  if (fault?.kind === 'unavailable') throw fault.error;
  const error =
    fault?.error ??
    new MillraceError(
      'DYNAMODB_UNPROCESSED',
      `Table ${delivery.table} did not process the item within the retry budget; raise its capacity, or the budget.`,
    );
  for (const put of left) delivery.refused(put, fault?.kind === 'hot' ? naming(put, error) : error);
}

/** Says which key is hot: it is what someone has to change. */
function naming({ key }: Put, { code, message, cause, details }: MillraceError): MillraceError {
  return new MillraceError(code, `${message} The key: ${key}`, { cause, details: { ...details, key } });
}

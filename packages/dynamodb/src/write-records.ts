import { type Context, type Entry, type MillraceError, type Refusal, refusalOf } from '@millrace/core';
import { allSettled, deliver, type Delivery } from './deliver.ts';
import { checkGeneration, type NewestNames, newestSender } from './keep-newest.ts';
import type { DynamodbPrices } from './plan/prices.ts';
import { type Preparation, prepare } from './prepare.ts';
import type { WriteRate } from './rate/write-rate.ts';
import { requestGate } from './request-gate.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Sender } from './sender.ts';
import { splitRequests } from './split-requests.ts';
import { tableKeyCheck } from './table-key.ts';
import { checkAborted } from './until-aborted.ts';

/** What the writes of one sink have in common. */
export interface RecordWriterOptions {
  readonly table: string;
  readonly preparation: Preparation;
  readonly sender: Sender;
  readonly rate: WriteRate;
  readonly budget: RetryBudget;
  readonly prices: DynamodbPrices;
  /** The attributes by which versions are compared; absent if nothing is compared. */
  readonly newest: NewestNames | undefined;
  readonly concurrency: number;
}

/** Writes one batch, as a sink does. */
export type WriteRecords = (entries: readonly Entry<unknown>[], context: Context) => Promise<readonly Refusal[]>;

/** Makes the write of a sink that puts each record as one item. */
export function recordWriter(options: RecordWriterOptions): WriteRecords {
  const { table, preparation, sender, rate, budget, prices, newest, concurrency } = options;
  const checkKey = tableKeyCheck(table, preparation, sender.client);
  const gate = requestGate(concurrency);

  /** Puts each item by a request of its own. Their keys differ, so that they need not wait for each other. */
  const putNewest = async (delivery: Delivery, puts: ReturnType<typeof prepare>['puts'], names: NewestNames) => {
    const { context } = delivery;
    const { send } = newestSender(table, preparation.partitionKey, names, sender.client, context.count);
    const gated: Delivery['sender'] = {
      send: (items, signal) =>
        gate(() => {
          checkAborted(signal);
          return send(items, signal);
        }),
    };
    await allSettled(puts.map((put) => deliver([put], { ...delivery, sender: gated })));
  };

  return async (entries, context) => {
    if (newest !== undefined) for (const entry of entries) checkGeneration(entry, newest);
    const refusals: Refusal[] = [];
    const refuse = (position: number, error: MillraceError): void => {
      refusals.push(refusalOf(position, error));
    };
    const { puts, duplicates } = prepare(entries, preparation, refuse);
    if (duplicates > 0) context.count('duplicates', duplicates);
    const delivery: Delivery = {
      table,
      keys: preparation,
      sender,
      rate,
      budget,
      context,
      checkKey,
      placeOf: ({ position }) => ({ item: entries[position]!.item.id, ordinal: entries[position]!.ordinal }),
      refused: ({ position }, error) => refuse(position, error),
      spent: spending(context, prices),
    };
    if (newest !== undefined) await putNewest(delivery, puts, newest);
    else for (const request of splitRequests(puts, rate.maxUnits)) await deliver(request, delivery);
    return refusals.toSorted((a, b) => a.position - b.position);
  };
}

/** Counts write units that were consumed, and what they cost. */
export function spending(context: Context, prices: DynamodbPrices): (units: number) => void {
  return (units) => {
    context.count('writeUnits', units);
    context.count(`cost${prices.currency}`, (units / 1e6) * prices.millionWriteUnits);
  };
}

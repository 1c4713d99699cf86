import type { MillraceError } from '@millrace/core';
import { type Context, type Entry, type Refusal, refusalOf } from '@millrace/core/plugin';
import { allSettled, deliver, type Delivery } from './deliver.ts';
import { bringsGeneration, checkGeneration, DEFAULT_NAMES, type NewestNames, newestSender } from './keep-newest.ts';
import type { DynamodbPrices } from './plan/prices.ts';
import { type Preparation, prepare } from './prepare.ts';
import type { WriteRate } from './rate/write-rate.ts';
import type { Put } from './put.ts';
import { requestGate } from './request-gate.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Sender } from './sender.ts';
import { splitRequests } from './split-requests.ts';
import { tableKeyCheck } from './table-key.ts';
import { checkMaySend } from './until-aborted.ts';

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

type Entries = readonly Entry<unknown>[];

/** Writes one batch, as a sink does. */
export type WriteRecords = (entries: Entries, context: Context) => Promise<readonly Refusal[]>;

/** The two ways of writing that a sink has. */
export interface RecordWriter {
  readonly write: WriteRecords;
  /**
   * Writes what a replay brings: a record that says of which version it is never replaces one of a newer version, or a later one of
   * its own, whether `newest` is set or not.
   */
  readonly writeSingly: WriteRecords;
}

/** Makes the writes of a sink that puts each record as one item. */
export function recordWriter(options: RecordWriterOptions): RecordWriter {
  const { table, preparation, sender, rate, budget, prices, newest, concurrency } = options;
  const checkKey = tableKeyCheck(table, preparation, sender.client);
  const gate = requestGate(concurrency);

  /** Puts each item by a request of its own. Their keys differ, so that they need not wait for each other. */
  const putNewest = async (delivery: Delivery, puts: readonly Put[], names: NewestNames, byOrdinal: boolean) => {
    const { context } = delivery;
    const { partitionKey } = preparation;
    const { send } = newestSender({ table, partitionKey, names, byOrdinal }, sender.client, context.count);
    const gated: Delivery['sender'] = {
      send: (items, signal) =>
        gate(() => {
          checkMaySend(context);
          return send(items, signal);
        }),
    };
    await allSettled(puts.map((put) => deliver([put], { ...delivery, sender: gated })));
  };

  const putPlain = async (delivery: Delivery, puts: readonly Put[]): Promise<void> => {
    for (const request of splitRequests(puts, rate.maxUnits)) await deliver(request, delivery);
  };

  const writing = (
    put: (delivery: Delivery, puts: readonly Put[], entries: Entries) => Promise<void>,
  ): WriteRecords => {
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
      await put(delivery, puts, entries);
      return refusals.toSorted((a, b) => a.position - b.position);
    };
  };

  return {
    write: writing((delivery, puts) =>
      newest === undefined ? putPlain(delivery, puts) : putNewest(delivery, puts, newest, false),
    ),
    writeSingly: writing(async (delivery, puts, entries) => {
      const names = newest ?? DEFAULT_NAMES;
      const plain = puts.filter((put) => !bringsGeneration(entries[put.position]!, names));
      await putPlain(delivery, plain);
      await putNewest(
        delivery,
        puts.filter((put) => !plain.includes(put)),
        names,
        true,
      );
    }),
  };
}

/** Counts write units that were consumed, and what they cost. */
export function spending(context: Context, prices: DynamodbPrices): (units: number) => void {
  return (units) => {
    context.count('writeUnits', units);
    context.count(`cost${prices.currency}`, (units / 1e6) * prices.millionWriteUnits);
  };
}

import type { MillraceError } from '@millrace/core';
import type { Delivery } from '../../src/deliver.ts';
import { marshal } from '../../src/marshal.ts';
import { type Put, unitsOf } from '../../src/put.ts';

export type Response = Awaited<ReturnType<Delivery['sender']['send']>>;
/** How the service responds: with a response or an error, or with what the keys that were sent ask for. */
export type Step = Response | Error | ((keys: readonly string[]) => Response | Error | Promise<Response>);

export const put = (key: string, more: Partial<Put> = {}): Put => ({
  key: `S${key}`,
  item: marshal({ uuid: key }),
  position: 0,
  ...more,
});
export const PUTS = [put('a'), put('b')];
export const UNITS = PUTS.reduce((sum, one) => sum + unitsOf(one), 0);
export const DONE: Response = { unprocessed: [], writeUnits: 0, attempts: 1 };
export const held = (...keys: readonly string[]): Response => ({
  ...DONE,
  unprocessed: keys.map((S) => ({ uuid: { S } })),
});

export const failure = (name: string, httpStatusCode: number, more: object = {}, attempts = 1): Error =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode, attempts }, ...more });
export const THROTTLED = failure('ProvisionedThroughputExceededException', 400);
export const HOT = failure('ThrottlingException', 400, {
  ThrottlingReasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded' }],
});
export const BUSY = failure('InternalServerError', 500);
export const REFUSED = failure('ValidationException', 400);

/** A service that responds step by step, the last one for ever, and notes what it and the rate learn. */
export function stand(
  steps: readonly Step[],
  more: Partial<Delivery> = {},
  context: Partial<Delivery['context']> = {},
) {
  const sent: (readonly string[])[] = [];
  const at: number[] = [];
  const answered: (readonly number[])[] = [];
  const counts: (readonly [string, number | undefined])[] = [];
  const refused: (readonly [Put, MillraceError])[] = [];
  const spent: number[] = [];
  const checked: AbortSignal[] = [];
  const began = performance.now();
  const delivery: Delivery = {
    table: 'landing',
    keys: { partitionKey: 'uuid' },
    sender: {
      send: async (items) => {
        const keys = items.map(({ json }) => (JSON.parse(json.toString()) as { uuid: { S: string } }).uuid.S);
        const step = steps[Math.min(sent.length, steps.length - 1)]!;
        sent.push(keys);
        at.push(performance.now() - began);
        const result = typeof step === 'function' ? await step(keys) : step;
        if (result instanceof Error) throw result;
        return result;
      },
    },
    rate: {
      maxUnits: Number.POSITIVE_INFINITY,
      enter: () => undefined,
      answered: (...call) => void answered.push(call),
    },
    budget: { attempts: 3, baseMs: 0, capMs: 0, timeMs: 60_000 },
    context: {
      feed: 'prices',
      run: 'run',
      stage: 'dynamodb',
      signal: new AbortController().signal,
      count: (name, by) => void counts.push([name, by]),
      ...context,
    },
    checkKey: async (signal) => void checked.push(signal),
    placeOf: ({ position }) => ({ item: 'mem:object', ordinal: position }),
    spent: (units) => void spent.push(units),
    refused: (...call) => void refused.push(call),
    ...more,
  };
  return { delivery, sent, at, answered, counts, refused, spent, checked };
}

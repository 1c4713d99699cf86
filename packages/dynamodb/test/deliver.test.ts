import { expect, it } from 'vitest';
import { deliver, type Delivery } from '../src/deliver.ts';
import { marshal } from '../src/marshal.ts';
import { type Put, unitsOf } from '../src/put.ts';

type Response = Awaited<ReturnType<Delivery['sender']['send']>>;

const put = (key: string): Put => ({ key: `S${key}`, item: marshal({ uuid: key }), position: 0 });
const PUTS = [put('a'), put('b')];
const UNITS = PUTS.reduce((sum, one) => sum + unitsOf(one), 0);
const DONE: Response = { unprocessed: [], writeUnits: 0, attempts: 1 };

/** Delivers two items to a service that throws first, if at all, and returns what the rate learned from each response. */
async function learned(answer: Response, ...thrown: readonly Error[]): Promise<readonly (readonly number[])[]> {
  const calls: (readonly number[])[] = [];
  const left = [...thrown];
  await deliver(PUTS, {
    table: 'landing',
    keys: { partitionKey: 'uuid' },
    sender: {
      send: async () => {
        const error = left.shift();
        if (error !== undefined) throw error;
        return answer;
      },
    },
    rate: {
      maxUnits: Number.POSITIVE_INFINITY,
      enter: () => undefined,
      answered: (...call) => void calls.push(call),
    },
    budget: { attempts: 3, baseMs: 0, capMs: 0, timeMs: 60_000 },
    context: {
      feed: 'prices',
      run: 'run',
      stage: 'dynamodb',
      signal: new AbortController().signal,
      count: () => {},
    },
    checkKey: async () => {},
    placeOf: ({ position }) => ({ item: 'mem:object', ordinal: position }),
    spent: () => {},
    refused: (_, error) => {
      throw error;
    },
  });
  return calls;
}

const failure = (name: string, httpStatusCode: number): Error =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode, attempts: 1 } });

it('takes units as used if nobody knows whether they were', async () => {
  expect(await learned(DONE, failure('InternalServerError', 500))).toEqual([
    [UNITS, UNITS, 0],
    [UNITS, UNITS, 0],
  ]);
});

it('takes units as held back, and not as used, if the table has no capacity left', async () => {
  expect(await learned(DONE, failure('ProvisionedThroughputExceededException', 400))).toEqual([
    [UNITS, 0, UNITS],
    [UNITS, UNITS, 0],
  ]);
});

it('takes the units that the service says it has charged', async () => {
  expect(await learned({ ...DONE, writeUnits: 7 })).toEqual([[UNITS, 7, 0]]);
  expect(await learned({ ...DONE, writeUnits: 1 })).toEqual([[UNITS, 1, 0]]);
});

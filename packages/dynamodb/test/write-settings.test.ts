import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { MillraceError } from '@millrace/core';
import type { Entry } from '@millrace/core/plugin';
import { afterEach, describe, expect, it } from 'vitest';
import { bringsGeneration, checkGeneration, newestNames, newestSender } from '../src/keep-newest.ts';
import { MAX_REQUEST_BYTES } from '../src/limits.ts';
import { marshal } from '../src/marshal.ts';
import { DEFAULT_PRICES } from '../src/plan/prices.ts';
import type { Put } from '../src/put.ts';
import { putBytes } from '../src/request-body.ts';
import { type DynamodbRetryOptions, retryBudget } from '../src/retry-budget.ts';
import { splitRequests } from '../src/split-requests.ts';
import { spending } from '../src/write-records.ts';
import { clientConfig, startStub, type StubAnswer } from './support/service-stub.ts';
import { recordContext } from './support/write.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});
const invalid = expect.objectContaining({ code: 'OPTION_INVALID' }) as Error;

describe('the budget of retries', () => {
  it('has its defaults, each on its own', () => {
    const defaults = { attempts: 12, timeMs: 60_000, baseMs: 50, capMs: 5000 };
    expect(retryBudget('sink')).toEqual(defaults);
    for (const given of [{ attempts: 1 }, { timeMs: 0 }, { baseMs: 0 }, { capMs: 0 }])
      expect(retryBudget('sink', given)).toEqual({ ...defaults, ...given });
  });

  it.each<DynamodbRetryOptions>([{ attempts: 0 }, { attempts: 1.5 }, { timeMs: -1 }, { baseMs: -1 }, { capMs: -1 }])(
    'is not %j',
    (given) => {
      expect(() => retryBudget('sink', given)).toThrow(invalid);
    },
  );
});

describe('what write units cost', () => {
  it('is counted in the currency of the list, for each million', () => {
    const counts: unknown[] = [];
    const prices = { ...DEFAULT_PRICES, currency: 'EUR', millionWriteUnits: 2 };
    spending({ count: (...call: unknown[]) => void counts.push(call) } as never, prices)(500_000);
    expect(counts).toEqual([
      ['writeUnits', 500_000],
      ['costEUR', 1],
    ]);
  });
});

describe('splitting a write into requests', () => {
  const lengths = (puts: readonly Put[], maxUnits = Number.POSITIVE_INFINITY): readonly number[] =>
    splitRequests(puts, maxUnits).map(({ length }) => length);
  const units = (count: number): Put => ({
    key: 'k',
    position: 0,
    item: { json: Buffer.alloc(1), size: count * 1024, binary: false },
  });

  it('goes by the units that one request may take, and an item that takes more goes alone', () => {
    expect(lengths(Array<Put>(7).fill(units(1)), 3)).toEqual([3, 3, 1]);
    expect(lengths([units(2), units(2), units(1), units(1)], 3)).toEqual([1, 2, 1]);
    expect(lengths([units(1), units(5), units(1)], 3)).toEqual([1, 1, 1]);
  });

  it('fills a request to its last byte, and no further', () => {
    const frame = putBytes({ json: Buffer.alloc(0), size: 0, binary: false });
    const ofBytes = (bytes: number): Put => ({
      ...units(1),
      item: { json: { length: bytes - frame } as Buffer, size: 1, binary: false },
    });
    const half = MAX_REQUEST_BYTES / 2;
    expect(lengths([ofBytes(half), ofBytes(half), ofBytes(half)])).toEqual([2, 1]);
    expect(lengths([ofBytes(half), ofBytes(half + 1), ofBytes(half)])).toEqual([1, 1, 1]);
  });
});

describe('the attributes by which versions are compared', () => {
  const defaults = { source: 'source', generation: 'generation', ordinal: 'ordinal' };
  const entry = (generation: number | undefined, value: unknown): Entry<unknown> => ({
    ...recordContext(),
    generation,
    value,
  });

  it('are none, those of landingItem, or those that are given', () => {
    expect([newestNames(undefined), newestNames(false)]).toEqual([undefined, undefined]);
    expect([newestNames(true), newestNames({})]).toEqual([defaults, defaults]);
    for (const given of [{ source: 'x' }, { generation: 'x' }, { ordinal: 'x' }])
      expect(newestNames(given)).toEqual({ ...defaults, ...given });
  });

  it('say which version a record is from only if it has both, and the generation is that of the run', () => {
    const brings = (...given: Parameters<typeof entry>): boolean => bringsGeneration(entry(...given), defaults);
    expect(brings(1, { source: 's', generation: 1 })).toBe(true);
    for (const value of [
      { source: 's', generation: 2 },
      { source: 1, generation: 1 },
      { generation: 1 },
      { source: 's' },
      null,
      [],
    ])
      expect(brings(1, value)).toBe(false);
    expect(brings(undefined, { source: 's', generation: undefined })).toBe(false);
    expect(() => checkGeneration(entry(1, { source: 's', generation: 1 }), defaults)).not.toThrow();
    const missing = (...given: Parameters<typeof entry>): string => {
      try {
        checkGeneration(entry(...given), defaults);
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'DYNAMODB_GENERATION_MISSING' });
        return (thrown as MillraceError).message;
      }
      return expect.fail('it was there');
    };
    expect(missing(undefined, { source: 's' })).toContain('the run counts no generations');
    expect(missing(1, { source: 's' })).toContain('"source" and "generation"');
  });

  describe('in a request', () => {
    const done: StubAnswer = { json: { ConsumedCapacity: { CapacityUnits: 1.5 } } };
    async function sent(record: object, byOrdinal: boolean, answers: readonly StubAnswer[] = [done], maxAttempts = 1) {
      const stub = await startStub((_, index) => answers[index]!);
      const client = new DynamoDBClient(clientConfig(stub, maxAttempts));
      cleanUps.push(stub.stop, () => client.destroy());
      const counts: unknown[] = [];
      const count = (...call: unknown[]): void => void counts.push(call);
      const sending = { table: 'landing', partitionKey: 'uuid', names: defaults, byOrdinal };
      const { send } = newestSender(sending, () => client, count);
      const answer = await send([marshal(record)], new AbortController().signal);
      return { answer, counts, body: stub.requests[0]!.body };
    }
    const record = { uuid: 'u', source: 's', generation: 2, ordinal: 7 };

    it('are compared by the ordinal as well only if that is asked for, and it is a number', async () => {
      const names = { '#key': 'uuid', '#source': 'source', '#generation': 'generation' };
      const values = { ':source': { S: 's' }, ':generation': { N: '2' } };
      const { body, answer, counts } = await sent(record, true);
      expect(answer).toEqual({ unprocessed: [], writeUnits: 1.5, attempts: 1 });
      expect(counts).toEqual([]);
      expect(body).toMatchObject({ TableName: 'landing', ReturnConsumedCapacity: 'TOTAL' });
      expect(body['ExpressionAttributeNames']).toEqual({ ...names, '#ordinal': 'ordinal' });
      expect(body['ExpressionAttributeValues']).toEqual({ ...values, ':ordinal': { N: '7' } });
      for (const [other, byOrdinal] of [
        [record, false],
        [{ ...record, ordinal: '7' }, true],
      ] as const) {
        const plain = (await sent(other, byOrdinal)).body;
        expect(plain['ConditionExpression']).toMatch(/#generation <= :generation$/);
        expect(plain['ExpressionAttributeNames']).toEqual(names);
        expect(plain['ExpressionAttributeValues']).toEqual(values);
      }
    });

    it('that lose against a newer version count as accepted, with the attempts that it took', async () => {
      const failed: StubAnswer = { error: 'InternalServerError', status: 500 };
      const newer: StubAnswer = { error: 'ConditionalCheckFailedException' };
      const lost = await sent(record, false, [newer]);
      expect(lost.answer).toEqual({ unprocessed: [], writeUnits: 0, attempts: 1 });
      expect(lost.counts).toEqual([['superseded']]);
      expect((await sent(record, false, [failed, newer], 2)).answer.attempts).toBe(2);
      expect((await sent(record, false, [failed, done], 2)).answer.attempts).toBe(2);
    });
  });
});

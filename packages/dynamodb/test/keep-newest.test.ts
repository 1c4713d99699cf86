import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ItemOrigin, MillraceError, Sink } from '@millrace/core';
import type { Entry } from '@millrace/core/plugin';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dynamodbSink, type DynamodbSinkOptions, landingItem, packed } from '../src/index.ts';
import { localTables } from './support/local-tables.ts';
import { clientConfig, startStub, type StubAnswer, type StubRequest } from './support/service-stub.ts';
import { origin, recordContext } from './support/write.ts';

const tables = localTables();
const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

interface Price {
  readonly sku: string;
  readonly amount: number;
}

const landing = landingItem<Price>({ key: ({ sku }) => sku });

/** Records of one version of an object, landed under their natural key. */
function landed(prices: readonly Price[], generation: number | undefined, item: ItemOrigin = origin): Entry<never>[] {
  return prices.map((price, ordinal) => {
    const context = { ...recordContext(ordinal, '', item), generation };
    return { ...context, value: landing.apply(price, context) as never };
  });
}

async function put<T>(
  sink: Sink<T>,
  entries: readonly Entry<never>[],
  signal = new AbortController().signal,
  how: 'write' | 'writeSingly' = 'write',
) {
  const counters: Record<string, number> = {};
  const count = (name: string, by = 1): void => {
    counters[name] = (counters[name] ?? 0) + by;
  };
  const refusals = await sink[how]!(entries as unknown as Entry<T>[], {
    feed: 'prices',
    run: 'run',
    stage: 'dynamodb',
    signal,
    count,
  });
  return { refusals: refusals ?? [], counters };
}

const prices = (amount: number, skus = ['a', 'b']): Price[] => skus.map((sku) => ({ sku, amount }));

describe('keepNewest', () => {
  async function table() {
    const name = await tables.make();
    const sink = dynamodbSink({ table: name, client: tables.client(), keepNewest: true });
    const amounts = async (): Promise<Record<string, string | undefined>> => {
      const items = await tables.scan(name);
      return Object.fromEntries(items.map(({ record }) => [record!.M!['sku']!.S!, record!.M!['amount']!.N]).toSorted());
    };
    return { name, sink, amounts };
  }

  it('never puts an older version of an object over a newer one, and counts what stays', async () => {
    const { sink, amounts } = await table();
    expect((await put(sink, landed(prices(2), 2))).counters['superseded']).toBeUndefined();
    const late = await put(sink, landed(prices(1, ['a', 'b', 'c']), 1));
    expect(late).toMatchObject({ refusals: [], counters: { superseded: 2 } });
    expect(await amounts()).toEqual({ a: '2', b: '2', c: '1' });
  });

  it('puts the same version again, a newer one, and one of another object', async () => {
    const { sink, amounts } = await table();
    await put(sink, landed(prices(1), 1));
    await put(sink, landed(prices(1.5), 1));
    expect(await amounts()).toEqual({ a: '1.5', b: '1.5' });
    await put(sink, landed(prices(10), 10));
    expect(await amounts()).toEqual({ a: '10', b: '10' });
    const other = await put(sink, landed(prices(3), 3, { ...origin, id: 'other', uri: 's3://prices/other' }));
    expect(other.counters['superseded']).toBeUndefined();
    expect(await amounts()).toEqual({ a: '3', b: '3' });
  });

  it('puts over items that tell of no generation', async () => {
    const { name, sink, amounts } = await table();
    await put(dynamodbSink({ table: name, client: tables.client() }), landed(prices(0), undefined));
    expect((await put(sink, landed(prices(1), 1))).counters['superseded']).toBeUndefined();
    expect(await amounts()).toEqual({ a: '1', b: '1' });
  });

  it('keeps the last record of a key in a write, and counts the others', async () => {
    const { sink, amounts } = await table();
    const { counters } = await put(sink, landed([...prices(1), ...prices(2)], 1));
    expect(counters).toMatchObject({ duplicates: 2, writeUnits: 2 });
    expect(await amounts()).toEqual({ a: '2', b: '2' });
  });

  it('refuses one bad record, and puts the others', async () => {
    const { sink, amounts } = await table();
    const entries = landed(
      [
        { sku: 'a', amount: 1 },
        { sku: 'b', amount: Number.NaN },
      ],
      1,
    );
    expect((await put(sink, entries)).refusals).toEqual([
      expect.objectContaining({ position: 1, code: 'DYNAMODB_NUMBER_INVALID' }),
    ]);
    expect(await amounts()).toEqual({ a: '1' });
  });
});

describe('what a replay brings', () => {
  /** One record under one key, whose amount is its ordinal. */
  const record = (generation: number | undefined, ordinal: number, item = origin): Entry<never>[] => {
    const context = { ...recordContext(ordinal, '', item), generation };
    return [{ ...context, value: landing.apply({ sku: 'a', amount: ordinal }, context) as never }];
  };
  const replayed = (sink: Sink<never>, entries: readonly Entry<never>[]) =>
    put(sink, entries, undefined, 'writeSingly');

  describe.each([[false], [true]])('with keepNewest: %s', (keepNewest) => {
    async function table() {
      const name = await tables.make();
      const sink = dynamodbSink({ table: name, client: tables.client(), keepNewest }) as Sink<never>;
      const amount = async () => (await tables.scan(name)).map((item) => item['record']!.M!['amount']!.N);
      return { sink, amount };
    }

    it('never replaces an item of a newer version, nor a later one of its own', async () => {
      const { sink, amount } = await table();
      await put(sink, record(2, 10));
      expect((await replayed(sink, record(2, 5))).counters).toMatchObject({ superseded: 1 });
      expect((await replayed(sink, record(1, 99))).counters).toMatchObject({ superseded: 1 });
      expect(await amount()).toEqual(['10']);
      for (const [generation, ordinal] of [
        [2, 10],
        [2, 11],
        [3, 1],
      ] as const) {
        expect((await replayed(sink, record(generation, ordinal))).counters['superseded']).toBeUndefined();
        expect(await amount()).toEqual([String(ordinal)]);
      }
      const other = record(1, 7, { ...origin, id: 'other', uri: 's3://prices/other' });
      expect((await replayed(sink, other)).counters['superseded']).toBeUndefined();
      expect(await amount()).toEqual(['7']);
    });

    it('does not compare ordinals where a run writes again, in order', async () => {
      const { sink, amount } = await table();
      for (const ordinal of [5, 10, 5, 10]) await put(sink, record(1, ordinal));
      expect(await amount()).toEqual(['10']);
      // A parser that was changed meanwhile numbers the records in another way.
      await put(sink, record(1, 9));
      expect(await amount()).toEqual(['9']);
    });
  });

  it('is written in batches if it says of no version, beside what does', async () => {
    const stub = await startStub(({ operation }) =>
      operation === 'PutItem'
        ? { json: { ConsumedCapacity: { TableName: 'landing', CapacityUnits: 1 } } }
        : { json: { UnprocessedItems: {}, ConsumedCapacity: [{ TableName: 'landing', CapacityUnits: 3 }] } },
    );
    const client = new DynamoDBClient(clientConfig(stub));
    cleanUps.push(stub.stop, () => client.destroy());
    const sink = dynamodbSink({ table: 'landing', client, sender: 'sdk' }) as Sink<never>;
    const skus = ['x', 'y', 'z'];
    const entries = [...landed(prices(1, skus), undefined), ...record(1, 3), ...landed(prices(2, ['w']), 2)];
    expect((await replayed(sink, entries)).refusals).toEqual([]);
    expect(stub.requests.map(({ operation }) => operation)).toEqual(['BatchWriteItem', 'PutItem', 'PutItem']);
    expect(stub.requests[1]!.body).toMatchObject({
      ConditionExpression: expect.stringContaining('#ordinal <= :ordinal'),
      ExpressionAttributeNames: { '#ordinal': 'ordinal' },
      ExpressionAttributeValues: { ':generation': { N: '1' }, ':ordinal': { N: '3' } },
    });
  });
});

describe('keepNewest at a service in trouble', () => {
  const done: StubAnswer = { json: { ConsumedCapacity: { TableName: 'landing', CapacityUnits: 1 } } };
  async function stubbed(
    answer: (request: StubRequest, index: number) => StubAnswer | Promise<StubAnswer>,
    options: Partial<DynamodbSinkOptions> = {},
  ) {
    const stub = await startStub(answer);
    const client = new DynamoDBClient(clientConfig(stub));
    cleanUps.push(stub.stop, () => client.destroy());
    const retry = { attempts: 3, baseMs: 1, capMs: 2 };
    return { stub, sink: dynamodbSink({ table: 'landing', client, keepNewest: true, retry, ...options }) };
  }
  const errorOf = (work: Promise<unknown>): Promise<MillraceError> =>
    work.then(
      () => expect.fail('it resolved'),
      (thrown: unknown) => thrown as MillraceError,
    );

  it('sends one conditional put for each item, no more of them at once than its concurrency', async () => {
    const { stub, sink } = await stubbed(() => done, { concurrency: 3 });
    const skus = Array.from({ length: 20 }, (_, n) => `s${n}`);
    await Promise.all([put(sink, landed(prices(1, skus), 7)), put(sink, landed(prices(2, skus), 7))]);
    expect(stub.requests.map(({ operation }) => operation)).toEqual(Array(40).fill('PutItem'));
    expect(stub.peak()).toBeLessThanOrEqual(3);
    expect(stub.requests[0]!.body).toMatchObject({
      TableName: 'landing',
      ConditionExpression:
        'attribute_not_exists(#key) OR #source <> :source OR attribute_not_exists(#generation) OR #generation <= :generation',
      ExpressionAttributeNames: { '#key': 'uuid', '#source': 'source', '#generation': 'generation' },
      ExpressionAttributeValues: { ':source': { S: origin.uri }, ':generation': { N: '7' } },
    });
  });

  it.each<[string, StubAnswer, string]>([
    ['throttling', { error: 'ThrottlingException' }, 'DYNAMODB_THROTTLED'],
    ['a transaction', { error: 'TransactionConflictException' }, 'DYNAMODB_UNAVAILABLE'],
    ['a failing service', { error: 'InternalServerError', status: 500 }, 'DYNAMODB_UNAVAILABLE'],
    ['an empty response', { body: '{}' }, 'DYNAMODB_RESPONSE_INVALID'],
    ['no content', { body: '', status: 204 }, 'DYNAMODB_RESPONSE_INVALID'],
    [
      'a damaged response',
      { body: JSON.stringify(done), headers: { 'x-amz-crc32': '1' } },
      'DYNAMODB_RESPONSE_INVALID',
    ],
  ])('tries again after %s, and then fails as what can pass', async (_, answer, code) => {
    const short = await stubbed((__, index) => (index === 0 ? answer : done));
    expect((await put(short.sink, landed(prices(1, ['a']), 1))).refusals).toEqual([]);
    expect(short.stub.requests).toHaveLength(2);
    const long = await stubbed(() => answer);
    expect(await errorOf(put(long.sink, landed(prices(1, ['a']), 1)))).toMatchObject({ code, retryable: true });
    expect(long.stub.requests).toHaveLength(3);
  });

  it('refuses the item that the service refuses, alone', async () => {
    const { sink } = await stubbed(({ operation, text }) =>
      operation === 'PutItem' && text.includes('"bad"') ? { error: 'ValidationException', message: 'why' } : done,
    );
    expect((await put(sink, landed(prices(1, ['a', 'bad', 'c']), 1))).refusals).toEqual([
      expect.objectContaining({ position: 1, code: 'DYNAMODB_ITEM_INVALID' }),
    ]);
  });

  it('sends nothing any more once the signal has fired', async () => {
    const abort = new AbortController();
    const answer = Promise.withResolvers<StubAnswer>();
    const { stub, sink } = await stubbed(() => answer.promise, { concurrency: 1 });
    const writing = errorOf(put(sink, landed(prices(1, ['a', 'b', 'c']), 1), abort.signal));
    await vi.waitFor(() => expect(stub.requests).toHaveLength(1), { interval: 1 });
    abort.abort();
    expect(await writing).toMatchObject({ code: 'DYNAMODB_ABORTED', retryable: true });
    answer.resolve(done);
    await put(sink, landed(prices(2, ['d']), 1));
    expect(stub.requests.map(({ text }) => /"sku":\{"S":"(\w)"/.exec(text)![1])).toEqual(['a', 'd']);
  });

  it.each<[string, readonly Entry<never>[], Partial<DynamodbSinkOptions>]>([
    ['the run counts no generations', landed(prices(1), undefined), {}],
    ['records tell of none', landed(prices(1), 1).map((entry) => ({ ...entry, generation: 2 })), {}],
    ['records name no source', landed(prices(1), 1), { keepNewest: { source: 'object' } }],
  ])('fails where %s, before it sends anything', async (_, entries, options) => {
    const { stub, sink } = await stubbed(() => done, options);
    expect(await errorOf(put(sink, entries))).toMatchObject({ code: 'DYNAMODB_GENERATION_MISSING', retryable: false });
    expect(stub.requests).toHaveLength(0);
  });

  it('goes by other names', async () => {
    const { stub, sink } = await stubbed(() => done, { keepNewest: { source: 'object', generation: 'version' } });
    const renamed = landingItem({ key: () => 'k', names: { source: 'object', generation: 'version' } });
    const context = { ...recordContext(), generation: 4 };
    await put(sink, [{ ...context, value: renamed.apply({}, context) as never }]);
    expect(stub.requests[0]!.body).toMatchObject({
      ExpressionAttributeNames: { '#source': 'object', '#generation': 'version' },
      ExpressionAttributeValues: { ':generation': { N: '4' } },
    });
  });
});

it.each<[Partial<DynamodbSinkOptions>, string]>([
  [{ keepNewest: 1 as never }, 'OPTION_INVALID'],
  [{ keepNewest: { source: '' } }, 'OPTION_INVALID'],
  [{ keepNewest: { key: 'x' } as never }, 'OPTION_UNKNOWN'],
  [{ keepNewest: true, pack: packed() }, 'OPTION_INVALID'],
  [{ keepNewest: true, sender: 'lean' }, 'OPTION_INVALID'],
])('checks its options: %j', (options, code) => {
  expect(() => dynamodbSink({ table: 'landing', ...options })).toThrow(expect.objectContaining({ code }));
});

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NumberValue } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbSink } from '../src/index.ts';
import { MAX_ITEM_BYTES, MAX_REQUEST_BYTES } from '../src/limits.ts';
import { marshal } from '../src/marshal.ts';
import type { Put } from '../src/put.ts';
import { putBytes, requestBody } from '../src/request-body.ts';
import { sdkSender } from '../src/sdk-sender.ts';
import { splitRequests } from '../src/split-requests.ts';
import { clientConfig, ok, type ServiceStub, startStub } from './support/service-stub.ts';
import { write } from './support/write.ts';

let stub: ServiceStub;
let client: DynamoDBClient;
beforeAll(async () => {
  stub = await startStub(() => ok);
  client = new DynamoDBClient(clientConfig(stub));
});
afterAll(async () => {
  client.destroy();
  await stub.stop();
});

const put = (key: string, value: object): Put => ({ key, item: marshal({ uuid: key, ...value }), position: 0 });

describe('requestBody', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 });
  const value = fc.oneof(
    text,
    fc.maxSafeInteger(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
      .filter((n) => n === 0 || Math.abs(n) > 1e-130),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 9 }),
    fc.array(text, { minLength: 1, maxLength: 3 }).map((all) => new Set(all)),
    fc.array(fc.integer(), { minLength: 1, maxLength: 3 }).map((all) => new Set(all)),
    fc.uint8Array({ maxLength: 5 }).map((one) => new Set([one])),
    fc.array(text, { maxLength: 3 }),
    fc.dictionary(fc.string({ unit: 'binary', minLength: 1 }), text, { maxKeys: 3 }),
  );

  it('is what the SDK makes of the same items', async () => {
    // Where middleware has looked at the items, the SDK serializes them.
    const watched = new DynamoDBClient(clientConfig(stub));
    let seen: unknown;
    watched.middlewareStack.add(
      (next) => (args) => {
        seen = structuredClone(args.input);
        return next(args);
      },
      { step: 'initialize', name: 'userMiddleware' },
    );
    const sender = sdkSender('landing', watched, 1);
    const { signal } = new AbortController();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string({ unit: 'binary', minLength: 1 }), value, { minKeys: 1, maxKeys: 6 }), {
          minLength: 1,
          maxLength: 3,
        }),
        async (records) => {
          const items = records.map((record) => marshal(record));
          await sender.send(items, signal);
          const body = requestBody('landing', items);
          expect(seen).toMatchObject({ RequestItems: { landing: items.map(() => ({ PutRequest: {} })) } });
          expect(body.toString()).toBe(JSON.stringify(stub.requests.at(-1)!.body));
          expect(items.reduce((sum, item) => sum + putBytes(item), 0)).toBeLessThan(body.length);
        },
      ),
      { numRuns: 100 },
    );
    watched.destroy();
  });

  it('is what is sent where nothing on the client looks at it', async () => {
    const items = [marshal({ uuid: 'a', data: new Uint8Array([1]) }), marshal({ uuid: 'ü', n: 1n })];
    await sdkSender('landing', client, 1).send(items, new AbortController().signal);
    expect(stub.requests.at(-1)!.bytes).toBe(requestBody('landing', items).length);
    expect(stub.requests.at(-1)!.body).toEqual(JSON.parse(requestBody('landing', items).toString()));
  });
});

describe('splitRequests', () => {
  it('keeps a batch together where it fits', () => {
    const puts = Array.from({ length: 25 }, (_, index) => put(`u${index}`, { text: 'x'.repeat(390_000) }));
    expect(splitRequests(puts, Infinity).map(({ length }) => length)).toEqual([25]);
    expect(splitRequests([], Infinity)).toEqual([]);
  });

  it('splits by 25 items', () => {
    const puts = Array.from({ length: 51 }, (_, index) => put(`u${index}`, {}));
    expect(splitRequests(puts, Infinity).map(({ length }) => length)).toEqual([25, 25, 1]);
  });

  it.each<[string, () => object]>([
    ['control characters', () => ({ text: '\u0001'.repeat(390_000) })],
    ['quotes', () => ({ text: '"'.repeat(400_000) })],
    ['binary', () => ({ data: new Uint8Array(409_000) })],
    [
      'zeros spelt at length',
      () => ({ list: Array<NumberValue>(30_000).fill(NumberValue.from(`0.${'0'.repeat(46)}`)) }),
    ],
    ['empty lists', () => ({ list: Array<object>(80_000).fill([]) })],
  ])('splits by bytes on the wire: %s', (_, value) => {
    const one = put('u', value());
    const wire = putBytes(one.item);
    expect(one.item.size).toBeLessThanOrEqual(MAX_ITEM_BYTES);
    expect(wire).toBeLessThanOrEqual(one.item.size * 32);
    const fitting = Math.floor(MAX_REQUEST_BYTES / wire);
    const lengths = splitRequests(Array<Put>(12).fill(one), Infinity).map(({ length }) => length);
    expect(lengths).toEqual(
      [...Array<number>(Math.floor(12 / fitting)).fill(fitting), 12 % fitting].filter((length) => length > 0),
    );
  });

  it('is what a write obeys', async () => {
    const before = stub.requests.length;
    const sink = dynamodbSink({ table: 'landing', client });
    const values = Array.from({ length: 8 }, (_, index) => ({ uuid: `u${index}`, text: '\u0001'.repeat(400_000) }));
    expect((await write(sink, values)).refusals).toEqual([]);
    const requests = stub.requests.slice(before);
    expect(requests.map(({ items }) => items.length)).toEqual([6, 2]);
    for (const { bytes } of requests) expect(bytes).toBeLessThanOrEqual(16_000_000);
  });
});

describe('a request', () => {
  it('names the table once and asks for consumed capacity', async () => {
    await write(dynamodbSink({ table: 'landing', client }), [{ uuid: 'a' }, { uuid: 'b' }]);
    const { operation, body } = stub.requests.at(-1)!;
    expect(operation).toBe('BatchWriteItem');
    expect(body).toEqual({
      RequestItems: {
        landing: [{ PutRequest: { Item: { uuid: { S: 'a' } } } }, { PutRequest: { Item: { uuid: { S: 'b' } } } }],
      },
      ReturnConsumedCapacity: 'TOTAL',
    });
  });

  it('keeps an attribute called __proto__', async () => {
    await write(dynamodbSink({ table: 'landing', client }), [
      JSON.parse('{"uuid":"a","__proto__":{"x":1},"m":{"__proto__":"y"}}'),
    ]);
    expect(JSON.stringify(stub.requests.at(-1)!.items[0])).toBe(
      '{"uuid":{"S":"a"},"__proto__":{"M":{"x":{"N":"1"}}},"m":{"M":{"__proto__":{"S":"y"}}}}',
    );
  });
});

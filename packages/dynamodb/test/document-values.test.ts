import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, NumberValue, type TranslateConfig } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbSink } from '../src/index.ts';
import { SENDERS } from './support/senders.ts';
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

/** What a document client puts on the wire for a value, or `refused`. */
async function byDocumentClient(
  value: unknown,
  marshallOptions: TranslateConfig['marshallOptions'] = {},
): Promise<unknown> {
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig(stub)), { marshallOptions });
  const RequestItems = { landing: [{ PutRequest: { Item: { uuid: 'a', value } } }] };
  const before = stub.requests.length;
  try {
    await documents.send(new BatchWriteCommand({ RequestItems }));
  } catch (error) {
    if (stub.requests.length > before) throw error;
    return 'refused';
  }
  return stub.requests.at(-1)!.items[0]!['value'];
}

/** What a sink puts on the wire for it, or `refused`. */
async function bySink(value: unknown, sender: (typeof SENDERS)[number]): Promise<unknown> {
  const sink = dynamodbSink({ table: 'landing', client, sender });
  await write(sink, [{ uuid: 'warm' }]);
  const { refusals } = await write(sink, [{ uuid: 'a', value }]);
  return refusals.length > 0 ? 'refused' : stub.requests.at(-1)!.items[0]!['value'];
}

class Money {
  readonly amount = 1;
}

describe.each(SENDERS)('through the %s sender', (sender) => {
  it.each<[string, unknown]>([
    ['text', 'x "quoted" \\ \n \u0001 \u2028 é 😀'],
    ['empty text', ''],
    ['text of a surrogate pair', '\ud83d\ude00'],
    ['a whole number', 42],
    ['zero', 0],
    ['minus zero', -0],
    ['a fraction', 0.1],
    ['a negative number', -12.5],
    ['a large number', 1e21],
    ['a small number', 1e-7],
    ['the largest safe number', Number.MAX_SAFE_INTEGER],
    ['a bigint', 2n ** 100n],
    ['a NumberValue', NumberValue.from('123456789012345678901234567890.12345678')],
    ['a NumberValue with an exponent', NumberValue.from('1E-130')],
    ['a NumberValue with zeros', NumberValue.from('1.500')],
    ['true', true],
    ['false', false],
    ['null', null],
    ['binary', new Uint8Array([0, 1, 254, 255])],
    ['no binary', new Uint8Array()],
    ['a Buffer', Buffer.from('héllo')],
    ['part of a buffer', new Uint8Array([1, 2, 3, 4]).subarray(1, 3)],
    ['a set of texts', new Set(['a', 'ü'])],
    ['a set of numbers', new Set([1, 2.5])],
    ['a set of bigints', new Set([1n, 2n ** 70n])],
    ['a set of NumberValues', new Set([NumberValue.from('1.10'), NumberValue.from('2')])],
    ['a set of binary', new Set([new Uint8Array([1]), new Uint8Array([2, 3])])],
    ['a list', [1, 'a', null, [true], { b: 2n }]],
    ['an empty list', []],
    ['a map', { a: 1, 'b c': { d: ['e'] }, '': undefined, 'ü"': 'x' }],
    ['an empty map', {}],
    ['an object without prototype', Object.assign(Object.create(null) as object, { a: 1 })],
    [
      'a Map',
      new Map<string, unknown>([
        ['a', 1],
        ['b', new Map([['c', 'd']])],
      ]),
    ],
  ])('%s is what it is to a document client', async (_, value) => {
    expect(await bySink(value, sender)).toEqual(await byDocumentClient(value, { removeUndefinedValues: true }));
  });

  it.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['infinity', Infinity],
    ['a whole number that is not safe', 2 ** 60],
    ['an empty set', new Set()],
    ['a set of Booleans', new Set([true])],
    ['a Date', new Date(0)],
    ['an instance of a class', new Money()],
  ])('%s is refused as by a document client', async (_, value) => {
    expect(await bySink(value, sender)).toBe('refused');
    expect(await byDocumentClient(value)).toBe('refused');
  });

  // The README lists these and the next.
  it.each<[string, unknown, object, unknown]>([
    ['the bytes of an ArrayBuffer', new Uint8Array([1, 2]).buffer, { B: 'AQI=' }, { B: '' }],
    ['the bytes of a DataView', new DataView(new Uint8Array([1, 2, 3]).buffer), { B: 'AQID' }, { B: '' }],
    ['the bytes of other views', new Uint16Array([1, 258]), { B: 'AQACAQ==' }, 'refused'],
  ])('differs: %s are stored', async (_, value, stored, documents) => {
    expect(await bySink(value, sender)).toEqual(stored);
    expect(await byDocumentClient(value)).toEqual(documents);
  });

  it.each<[string, unknown, unknown]>([
    ['a function is refused, not left out', { a: () => 1 }, { M: {} }],
    ['a symbol is refused, not left out', { a: Symbol('s') }, 'refused'],
    ['undefined in a list is refused, not left out', [1, undefined], { L: [{ N: '1' }] }],
    ['half a surrogate pair is refused, not altered', 'x\ud800', { S: 'x\ud800' }],
    ['a number that the table cannot hold is refused before it is sent', 1e-131, { N: '1e-131' }],
    ['a set with equal members is refused before it is sent', new Set([1, 1n]), { NS: ['1', '1'] }],
    ['a set of mixed types is refused before it is sent', new Set(['a', 1]), { SS: ['a', '1'] }],
    ['too many levels are refused before they are sent', nested(40), expect.anything()],
  ])('differs: %s', async (_, value, documents) => {
    expect(await bySink(value, sender)).toBe('refused');
    expect(await byDocumentClient(value, { removeUndefinedValues: true })).toEqual(documents);
  });
});

function nested(levels: number): unknown {
  return levels === 0 ? 'leaf' : [nested(levels - 1)];
}

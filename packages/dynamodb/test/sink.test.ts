import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  DeleteTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, NumberValue } from '@aws-sdk/lib-dynamodb';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLandingTable, dynamodbSink, ensureTable, type EnsureTableOptions, itemSize } from '../src/index.ts';
import { SENDERS } from './support/senders.ts';
import { write } from './support/write.ts';

let at: TestEndpoints;
let client: DynamoDBClient;
const tables: string[] = [];

beforeAll(async () => {
  at = await endpointsForTests();
  client = new DynamoDBClient(at.dynamodb);
});
afterAll(async () => {
  for (const TableName of tables) await client.send(new DeleteTableCommand({ TableName }));
  client.destroy();
  await at.stop();
});

async function newTable(options: Partial<EnsureTableOptions> = {}): Promise<string> {
  const table = `millrace-sink-${randomUUID()}`;
  await ensureTable({ table, partitionKey: 'uuid', client, ...options });
  tables.push(table);
  return table;
}

async function stored(TableName: string): Promise<Record<string, AttributeValue>[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Items;
}

describe.each(SENDERS)('through the %s sender', (sender) => {
  describe('dynamodbSink', () => {
    it('puts a batch', async () => {
      const table = await newTable();
      const values = Array.from({ length: 25 }, (_, index) => ({ uuid: `u${index}`, index, name: 'é'.repeat(index) }));
      const { refusals, counters } = await write(dynamodbSink({ table, sender, client }), values);
      expect(refusals).toEqual([]);
      expect(counters).toEqual({ writeUnits: 25, costUSD: expect.closeTo(25 * 0.625e-6, 12) });
      const items = await stored(table);
      expect(items).toHaveLength(25);
      expect(items).toContainEqual({ uuid: { S: 'u3' }, index: { N: '3' }, name: { S: 'ééé' } });
    });

    it('overwrites with the same when a batch is written again', async () => {
      const table = await newTable();
      const sink = dynamodbSink({ table, sender, client });
      const values = Array.from({ length: 10 }, (_, index) => ({ uuid: `u${index}` }));
      await write(sink, values);
      await write(sink, values);
      expect(await stored(table)).toHaveLength(10);
    });

    it('takes more than a request takes', async () => {
      const table = await newTable();
      const values = Array.from({ length: 60 }, (_, index) => ({ uuid: `u${index}` }));
      expect((await write(dynamodbSink({ table, sender, client }), values)).refusals).toEqual([]);
      expect(await stored(table)).toHaveLength(60);
    });

    it('writes the good records of a batch with bad ones, and says what is wrong with each', async () => {
      const table = await newTable();
      const values = [
        { uuid: 'good-1' },
        { uuid: 'large', text: 'x'.repeat(409_600) },
        { uuid: '' },
        { uuid: 'k'.repeat(2049) },
        { name: 'no key' },
        { uuid: true },
        { uuid: 'date', when: new Date(0) },
        { uuid: 'nan', price: Number.NaN },
        { uuid: 'inexact', id: 2 ** 60 },
        { uuid: 'deep', deep: deep(32) },
        { uuid: 'set', tags: new Set() },
        'text',
        { uuid: 'good-2', deep: deep(31) },
      ];
      const { codes, refusals } = await write(dynamodbSink({ table, sender, client }), values);
      expect(codes).toEqual([
        [1, 'DYNAMODB_ITEM_TOO_LARGE'],
        [2, 'DYNAMODB_KEY_EMPTY'],
        [3, 'DYNAMODB_KEY_TOO_LONG'],
        [4, 'DYNAMODB_KEY_MISSING'],
        [5, 'DYNAMODB_KEY_INVALID'],
        [6, 'DYNAMODB_VALUE_UNSUPPORTED'],
        [7, 'DYNAMODB_NUMBER_INVALID'],
        [8, 'DYNAMODB_NUMBER_INEXACT'],
        [9, 'DYNAMODB_NESTING_TOO_DEEP'],
        [10, 'DYNAMODB_SET_INVALID'],
        [11, 'DYNAMODB_VALUE_UNSUPPORTED'],
      ]);
      expect(refusals.find(({ position }) => position === 6)?.message).toMatch(
        /^Value at position 1 of the record: .*toISOString/,
      );
      expect(new Set((await stored(table)).map((item) => item['uuid']?.S))).toEqual(new Set(['good-1', 'good-2']));
    });

    it('sends nothing where no record is good', async () => {
      const table = await newTable();
      expect((await write(dynamodbSink({ table, sender, client }), [{}, {}])).codes).toHaveLength(2);
      expect(await stored(table)).toEqual([]);
    });

    it('finds the item that only the service can refuse', async () => {
      const table = await newTable({ sortKey: { name: 'at', type: 'number' } });
      const sink = dynamodbSink({ table, sender, client, sortKey: 'at' });
      const values = Array.from({ length: 25 }, (_, at) => ({ uuid: 'a', at: at === 17 ? 'seventeen' : at }));
      expect((await write(sink, values)).codes).toEqual([[17, 'DYNAMODB_ITEM_INVALID']]);
      expect(await stored(table)).toHaveLength(24);
    });

    it('says that the key is another one where the table refuses all', async () => {
      const table = await newTable({ partitionKey: 'id' });
      const values = Array.from({ length: 4 }, (_, index) => ({ uuid: `u${index}` }));
      await expect(write(dynamodbSink({ table, sender, client }), values)).rejects.toMatchObject({
        code: 'DYNAMODB_REQUEST_INVALID',
      });
    });

    it('says that the table is missing', async () => {
      const sink = dynamodbSink({ table: `millrace-none-${randomUUID()}`, client, sender });
      await expect(write(sink, [{ uuid: 'a' }])).rejects.toMatchObject({
        code: 'DYNAMODB_TABLE_NOT_FOUND',
        cause: { name: 'ResourceNotFoundException' },
      });
    });

    it('sets units, exact numbers and all types down as they are', async () => {
      const table = await newTable();
      const documents = DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: true } });
      const digits = '1234567890'.repeat(4).slice(0, 38);
      const value = {
        uuid: 'exact',
        big: BigInt(digits),
        negative: -9007199254740993n,
        exact: NumberValue.from('0.12345678901234567890123456789012345678'),
        tiny: NumberValue.from('1E-130'),
        binary: new Uint8Array([0, 255]),
        empty: { text: '', binary: new Uint8Array(), list: [], map: {} },
        numbers: new Set([1n, 2n]),
        nothing: null,
      };
      // A document client serves as well.
      expect((await write(dynamodbSink({ table, sender, client: documents }), [value])).refusals).toEqual([]);
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: { uuid: { S: 'exact' } } }));
      expect(Item).toMatchObject({
        big: { N: digits },
        negative: { N: '-9007199254740993' },
        exact: { N: '0.12345678901234567890123456789012345678' },
        binary: { B: new Uint8Array([0, 255]) },
        nothing: { NULL: true },
      });
      const read = await documents.send(new GetCommand({ TableName: table, Key: { uuid: 'exact' } }));
      expect(read.Item?.['numbers']).toEqual(new Set([NumberValue.from('1'), NumberValue.from('2')]));
      expect(read.Item?.['empty']).toEqual({ text: '', binary: new Uint8Array(), list: [], map: {} });
      expect(Number(read.Item?.['tiny'])).toBe(1e-130);
    });

    it('writes numbers that may have lost digits where it is told to', async () => {
      const table = await newTable();
      await write(dynamodbSink({ table, sender, client, inexactNumbers: 'write' }), [{ uuid: 'a', n: 2 ** 60 }]);
      expect((await stored(table))[0]?.['n']).toEqual({ N: String(2 ** 60) });
    });
  });

  describe('an item of 400 KB', () => {
    const sized = (uuid: string, bytes: number, unit = 'x') => {
      const value = { uuid, text: '' };
      const room = bytes - itemSize(value);
      value.text = unit.repeat(Math.floor(room / Buffer.byteLength(unit)));
      value.text += 'x'.repeat(bytes - itemSize(value));
      return value;
    };

    it.each(['x', 'é', '€', '😀', '\u0001', '"'])('is taken, and one byte more is not, of %j', async (unit) => {
      const table = await newTable();
      const values = [sized('fits', 409_600, unit), sized('too-large', 409_601, unit)];
      expect(values.map(itemSize)).toEqual([409_600, 409_601]);
      const { codes, counters } = await write(dynamodbSink({ table, sender, client }), values);
      expect(codes).toEqual([[1, 'DYNAMODB_ITEM_TOO_LARGE']]);
      expect((await stored(table)).map((item) => item['uuid']?.S)).toEqual(['fits']);
      if (unit === 'x') expect(counters['writeUnits']).toBe(400);
    });

    it('counts the names of attributes', async () => {
      const table = await newTable();
      const name = 'n'.repeat(60_000);
      const room = 409_600 - itemSize({ uuid: 'u', [name]: '' });
      const values = [
        { uuid: 'u', [name]: 'x'.repeat(room) },
        { uuid: 'v', [name]: 'x'.repeat(room + 1) },
      ];
      expect((await write(dynamodbSink({ table, sender, client }), values)).codes).toEqual([
        [1, 'DYNAMODB_ITEM_TOO_LARGE'],
      ]);
    });
  });

  describe('keys', () => {
    it('may have 2,048 and 1,024 bytes, and not one more', async () => {
      const table = await newTable({ sortKey: 'at' });
      const sink = dynamodbSink({ table, sender, client, sortKey: 'at' });
      const values = [
        { uuid: 'é'.repeat(1024), at: 'é'.repeat(512) },
        { uuid: `${'é'.repeat(1024)}x`, at: 'a' },
        { uuid: 'a', at: `${'é'.repeat(512)}x` },
        { uuid: 'b', at: '' },
        { uuid: 'c' },
      ];
      expect((await write(sink, values)).codes).toEqual([
        [1, 'DYNAMODB_KEY_TOO_LONG'],
        [2, 'DYNAMODB_KEY_TOO_LONG'],
        [3, 'DYNAMODB_KEY_EMPTY'],
        [4, 'DYNAMODB_KEY_MISSING'],
      ]);
      expect(await stored(table)).toHaveLength(1);
    });

    it('may be binary, and are then measured in bytes', async () => {
      const table = await newTable({ partitionKey: { name: 'uuid', type: 'binary' } });
      const values = [2048, 2049, 0].map((length) => ({ uuid: new Uint8Array(length) }));
      expect((await write(dynamodbSink({ table, sender, client }), values)).codes).toEqual([
        [1, 'DYNAMODB_KEY_TOO_LONG'],
        [2, 'DYNAMODB_KEY_EMPTY'],
      ]);
    });
  });

  describe('records of one key in a batch', () => {
    it('leave the last one, and the others are counted', async () => {
      const table = await newTable();
      const values = [
        { uuid: 'a', n: 1 },
        { uuid: 'b', n: 2 },
        { uuid: 'a', n: 3 },
        { uuid: 'a', n: 4 },
      ];
      const { refusals, counters } = await write(dynamodbSink({ table, sender, client }), values);
      expect(refusals).toEqual([]);
      expect(counters['duplicates']).toBe(2);
      expect(new Set((await stored(table)).map((item) => [item['uuid']?.S, item['n']?.N]))).toEqual(
        new Set([
          ['a', '4'],
          ['b', '2'],
        ]),
      );
    });

    it('are recognised as DynamoDB holds keys equal: numbers by value', async () => {
      const table = await newTable({ partitionKey: { name: 'uuid', type: 'number' } });
      const keys = [
        1,
        NumberValue.from('1.0'),
        1n,
        NumberValue.from('10E-1'),
        100,
        NumberValue.from('1E2'),
        0,
        -0,
        1.5,
      ];
      const { refusals, counters } = await write(
        dynamodbSink({ table, sender, client }),
        keys.map((uuid, n) => ({ uuid, n })),
      );
      expect(refusals).toEqual([]);
      expect(counters['duplicates']).toBe(5);
      expect(new Set((await stored(table)).map((item) => [item['uuid']?.N, item['n']?.N]))).toEqual(
        new Set([
          ['0', '7'],
          ['1', '3'],
          ['1.5', '8'],
          ['100', '5'],
        ]),
      );
    });

    it('are recognised as DynamoDB holds keys equal: binary by bytes', async () => {
      const table = await newTable({ partitionKey: { name: 'uuid', type: 'binary' } });
      const keys = [Buffer.from('ab'), new Uint8Array([97, 98]), new Uint8Array([97])];
      const { counters } = await write(
        dynamodbSink({ table, sender, client }),
        keys.map((uuid, n) => ({ uuid, n })),
      );
      expect(counters['duplicates']).toBe(1);
      expect(await stored(table)).toHaveLength(2);
    });

    it('are told apart by the sort key, wherever partition key and sort key meet', async () => {
      const table = await newTable({ sortKey: 'at' });
      const values = [
        { uuid: 'a', at: 'bc' },
        { uuid: 'ab', at: 'c' },
        { uuid: 'a', at: 'c' },
      ];
      const { counters } = await write(dynamodbSink({ table, sender, client, sortKey: 'at' }), values);
      expect(counters['duplicates']).toBeUndefined();
      expect(await stored(table)).toHaveLength(3);
    });

    it('do not hide a good one behind a bad one', async () => {
      const table = await newTable();
      const values = [
        { uuid: 'a', n: 1 },
        { uuid: 'a', n: Number.NaN },
      ];
      expect((await write(dynamodbSink({ table, sender, client }), values)).codes).toEqual([
        [1, 'DYNAMODB_NUMBER_INVALID'],
      ]);
      expect((await stored(table))[0]?.['n']).toEqual({ N: '1' });
    });
  });

  describe('the client', () => {
    it('is made from the environment where none is given, and closed with the sink', async () => {
      const table = `millrace-sink-${randomUUID()}`;
      const saved = { ...process.env };
      const { accessKeyId = saved['AWS_ACCESS_KEY_ID'], secretAccessKey = saved['AWS_SECRET_ACCESS_KEY'] } =
        at.dynamodb.credentials ?? {};
      Object.assign(process.env, { AWS_ENDPOINT_URL_DYNAMODB: at.dynamodb.endpoint, AWS_REGION: at.dynamodb.region });
      if (accessKeyId !== undefined)
        Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
      try {
        expect(await createLandingTable({ table })).toEqual({ table, created: true });
        tables.push(table);
        const sink = dynamodbSink({ table, sender });
        await Promise.all(Array.from({ length: 8 }, (_, n) => write(sink, [{ uuid: `u${n}` }])));
        await sink.close?.();
      } finally {
        process.env = saved;
      }
      expect(await stored(table)).toHaveLength(8);
    });

    it('is left as it was where one is given', async () => {
      const table = await newTable();
      const before = client.middlewareStack.identify();
      const sink = dynamodbSink({ table, sender, client });
      await write(sink, [{ uuid: 'a' }]);
      await sink.close?.();
      expect(client.middlewareStack.identify()).toEqual(before);
      expect(await stored(table)).toHaveLength(1);
    });
  });
});

function deep(wraps: number): unknown {
  let value: unknown = 'leaf';
  for (let count = 0; count < wraps; count += 1) value = { n: value };
  return value;
}

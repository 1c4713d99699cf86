import { crc32 } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { MillraceError } from '@millrace/core';
import { afterEach, describe, expect, it } from 'vitest';
import { dynamodbSink, type DynamodbRetryOptions } from '../src/index.ts';
import {
  clientConfig,
  ok,
  type ServiceStub,
  startStub,
  type StubAnswer,
  type StubRequest,
  unprocessed,
} from './support/service-stub.ts';
import { SENDERS } from './support/senders.ts';
import { write } from './support/write.ts';

/** Retries without waiting for long. */
const fast: DynamodbRetryOptions = { attempts: 4, baseMs: 1, capMs: 4 };

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const records = (count: number) => Array.from({ length: count }, (_, index) => ({ uuid: `u${index}`, index }));
const sent = ({ requests }: ServiceStub) => requests.map(({ items }) => items.length);

describe.each(SENDERS)('through the %s sender', (sender) => {
  type Answering = (request: StubRequest, index: number) => StubAnswer | Promise<StubAnswer>;

  /** A sink that has written before, where `warm`, so that the lean sender is under way. */
  async function stubbed(answer: Answering, retry = fast, maxAttempts = 1, warm = true) {
    let warming = warm;
    const stub = await startStub((request, index) => (warming ? ok : answer(request, index)));
    const client = new DynamoDBClient(clientConfig(stub, maxAttempts));
    cleanUps.push(stub.stop, () => client.destroy());
    const sink = dynamodbSink({ table: 'landing', client, retry, sender });
    if (warm) await write(sink, [{ uuid: 'warm' }]);
    warming = false;
    stub.requests.length = 0;
    return { stub, client, sink };
  }

  describe('a success that is not a response of BatchWriteItem', () => {
    const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };
    const secret = 'content-of-a-record';
    const lies: readonly [string, StubAnswer][] = [
      ['an empty object', { body: '{}' }],
      ['null', { body: 'null' }],
      ['a list', { body: '[]' }],
      ['a text', { body: `"${secret}"` }],
      ['a number', { body: '0' }],
      ['an error', { body: `{"__type":"com.amazonaws.dynamodb#InternalServerError","message":"${secret}"}` }],
      ['another operation’s', { body: `{"Items":[{"uuid":{"S":"${secret}"}}],"Count":1}` }],
      ['unprocessed items that are null', { body: '{"UnprocessedItems":null}' }],
      ['unprocessed items that are a list', { body: '{"UnprocessedItems":[]}' }],
      [
        'consumed capacity that is none',
        { body: '{"UnprocessedItems":{},"ConsumedCapacity":[{"CapacityUnits":"x"}]}' },
      ],
      ['a page', { body: `<html>${secret}</html>`, headers: { 'content-type': 'text/html' } }],
      ['a part of one', { body: `{"UnprocessedItems":{"landing":[{"PutRequest":{"Item":{"uuid":{"S":"${secret}` }],
      ['an empty body', { body: '', headers: JSON_TYPE }],
      ['no content', { body: '', status: 204 }],
      ['one with another checksum', { body: '{"UnprocessedItems":{}}', headers: { 'x-amz-crc32': '1' } }],
    ];

    it.each(lies)('is not believed, and sent again: %s', async (_, lie) => {
      const { stub, sink } = await stubbed((__, index) => (index < 2 ? lie : ok));
      expect(await write(sink, records(3))).toMatchObject({ refusals: [], counters: { retries: 2 } });
      expect(sent(stub)).toEqual([3, 3, 3]);
    });

    it.each(lies)(
      'fails the write in the end, as what can pass, and says nothing of what it holds: %s',
      async (_, lie) => {
        const { sink } = await stubbed(() => lie);
        const error = await write(sink, records(3)).then(
          () => undefined,
          (thrown: unknown) => thrown as MillraceError,
        );
        expect(error).toMatchObject({ code: 'DYNAMODB_RESPONSE_INVALID', retryable: true });
        expect(JSON.stringify(error)).not.toContain(secret);
      },
    );

    it('is one if its checksum fits', async () => {
      const body = '{"UnprocessedItems":{}}';
      const { stub, sink } = await stubbed(() => ({ body, headers: { 'x-amz-crc32': `${crc32(body)}` } }));
      expect((await write(sink, records(3))).refusals).toEqual([]);
      expect(sent(stub)).toEqual([3]);
    });
  });

  describe('unprocessed items', () => {
    it.each<[string, StubAnswer]>([
      ['an item that was never sent', unprocessed([{ uuid: { S: 'other' } }])],
      ['an item without a key', unprocessed([{ n: { N: '1' } }])],
      ['one item twice', unprocessed([{ uuid: { S: 'u0' } }, { uuid: { S: 'u0' } }])],
      ['a table that nothing was sent to', unprocessed([{ uuid: { S: 'u0' } }], 'elsewhere')],
      ['a delete', { json: { UnprocessedItems: { landing: [{ DeleteRequest: { Key: { uuid: { S: 'u0' } } } }] } } }],
      ['no list of requests', { json: { UnprocessedItems: { landing: {} } } }],
    ])('that name %s are not believed: all is sent again', async (_, lie) => {
      const { stub, sink } = await stubbed((__, index) => (index === 0 ? lie : ok));
      expect((await write(sink, records(2))).refusals).toEqual([]);
      expect(sent(stub)).toEqual([2, 2]);
    });

    it('fail the write where it goes on like that', async () => {
      const { sink } = await stubbed(() => unprocessed([{ uuid: { S: 'other' } }]));
      await expect(write(sink, records(2))).rejects.toMatchObject({
        code: 'DYNAMODB_RESPONSE_INVALID',
        retryable: true,
        message: expect.not.stringContaining('other'),
      });
    });
  });

  describe('records of one key', () => {
    const values = [{ uuid: 'a', n: 1 }, { uuid: 'b' }, { uuid: 'a', n: 2 }];
    const numbersOf = (stub: ServiceStub, key: string) =>
      stub.requests.flatMap(({ items }) => items.filter((item) => item['uuid']?.S === key).map((item) => item['n']?.N));

    it('are sent once, with the last value, however often it takes', async () => {
      const { stub, sink } = await stubbed(({ items }, index) =>
        index < 2 ? unprocessed(items.filter((item) => item['uuid']?.S === 'a')) : ok,
      );
      const { refusals, counters } = await write(sink, values);
      expect(refusals).toEqual([]);
      expect(numbersOf(stub, 'a')).toEqual(['2', '2', '2']);
      expect(counters['duplicates']).toBe(1);
    });

    it('leave the one before the last, where the service refuses the last', async () => {
      const { stub, sink } = await stubbed(({ items }) =>
        items.some((item) => item['n']?.N === '2') ? { error: 'ValidationException' } : ok,
      );
      expect((await write(sink, values)).codes).toEqual([[2, 'DYNAMODB_ITEM_INVALID']]);
      expect(numbersOf(stub, 'a').at(-1)).toBe('1');
    });

    it('leave the one before the last, where the last is refused before it is sent', async () => {
      const { stub, sink } = await stubbed(() => ok);
      const { codes } = await write(sink, [values[0], { uuid: 'a', n: Number.NaN }]);
      expect(codes).toEqual([[1, 'DYNAMODB_NUMBER_INVALID']]);
      expect(numbersOf(stub, 'a')).toEqual(['1']);
    });
  });
});

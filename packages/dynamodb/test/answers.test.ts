import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { batchAnswer, isNameOf } from '../src/batch-answer.ts';
import { batchInput } from '../src/batch-input.ts';
import type { HttpAnswer } from '../src/exchange.ts';
import { readAnswer } from '../src/http-answer.ts';
import { marshal } from '../src/marshal.ts';
import { isObject, shapedResponse } from '../src/response.ts';

const isLanding = isNameOf('landing');
const METADATA = { httpStatusCode: 200, requestId: 'R' };
const put = (uuid: string) => ({ PutRequest: { Item: { uuid: { S: uuid } } } });
const invalid = (message: string) =>
  expect.objectContaining({ name: 'ResponseInvalid', message: expect.stringContaining(message) }) as Error;

describe('the output of a BatchWriteItem', () => {
  it('names what was not taken, and the units that were', () => {
    const output = {
      UnprocessedItems: { landing: [put('a'), put('b')] },
      ConsumedCapacity: [{ CapacityUnits: 2 }, { TableName: 'landing' }, { CapacityUnits: 1.5 }],
    };
    expect(batchAnswer(output, isLanding, { ...METADATA, attempts: 3 })).toEqual({
      unprocessed: [{ uuid: { S: 'a' } }, { uuid: { S: 'b' } }],
      writeUnits: 3.5,
      attempts: 3,
    });
    expect(batchAnswer({ UnprocessedItems: {} }, isLanding, {})).toEqual({
      unprocessed: [],
      writeUnits: 0,
      attempts: 1,
    });
    expect(
      batchAnswer({ UnprocessedItems: {}, ConsumedCapacity: [{ CapacityUnits: 0 }] }, isLanding, {}).writeUnits,
    ).toBe(0);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'shape'],
    ['no unprocessed items', {}, 'shape'],
    ['a list', [], 'shape'],
    ['unprocessed items in a list', { UnprocessedItems: [] }, 'shape'],
    ['another table', { UnprocessedItems: { other: [] } }, 'a table that nothing was sent to'],
    ['no list of items', { UnprocessedItems: { landing: {} } }, 'not a list'],
    ['a request that is none', { UnprocessedItems: { landing: [null] } }, 'puts no item'],
    ['a delete', { UnprocessedItems: { landing: [{ DeleteRequest: {} }] } }, 'puts no item'],
    ['a put of nothing', { UnprocessedItems: { landing: [put('a'), { PutRequest: {} }] } }, 'puts no item'],
    ['capacity that is no list', { UnprocessedItems: {}, ConsumedCapacity: {} }, 'capacity'],
    ['capacity that is null', { UnprocessedItems: {}, ConsumedCapacity: [null] }, 'capacity'],
    ['units that are a text', { UnprocessedItems: {}, ConsumedCapacity: [{ CapacityUnits: '1' }] }, 'capacity'],
    ['units below 0', { UnprocessedItems: {}, ConsumedCapacity: [{ CapacityUnits: -0.5 }] }, 'capacity'],
    [
      'units that are no number',
      { UnprocessedItems: {}, ConsumedCapacity: [{ CapacityUnits: Number.NaN }] },
      'capacity',
    ],
  ])('is not believed with %s', (_, output, message) => {
    expect(() => batchAnswer(output, isLanding, METADATA)).toThrow(invalid(message));
  });

  it('keeps what is known of the exchange if it is not believed', () => {
    const $metadata = { ...METADATA, attempts: 1 };
    expect(() => batchAnswer({}, isLanding, METADATA)).toThrow(expect.objectContaining({ $metadata }));
  });
});

describe('the name of a table', () => {
  const arn = 'arn:aws:dynamodb:eu-central-1:123456789012:table/landing';

  it('may be short or an ARN, whichever was sent', () => {
    for (const sent of ['landing', arn]) {
      const isOurs = isNameOf(sent);
      expect(['landing', arn].map(isOurs)).toEqual([true, true]);
      expect(['landing2', 'other', `${arn}2`, 'arn:aws:dynamodb:eu-central-1:1:table/other'].map(isOurs)).toEqual(
        Array(4).fill(false),
      );
    }
  });
});

describe('an answer over HTTP', () => {
  const answered = (body: string, more: Partial<HttpAnswer> = {}): HttpAnswer => ({
    status: 200,
    headers: { 'x-amzn-requestid': 'R' },
    body: Buffer.from(body),
    attempts: 2,
    ...more,
  });
  const read = (...given: Parameters<typeof answered>) => readAnswer(answered(...given), isLanding);
  const thrown = (...given: Parameters<typeof answered>): unknown => {
    try {
      return read(...given);
    } catch (error) {
      return error;
    }
  };

  it('is what the service says, with bytes for binary', () => {
    const body = '{"UnprocessedItems":{"landing":[{"PutRequest":{"Item":{"uuid":{"B":"AQI="}}}}]}}';
    expect(read(body)).toEqual({ unprocessed: [{ uuid: { B: new Uint8Array([1, 2]) } }], writeUnits: 0, attempts: 2 });
    expect(read(body, { headers: { 'x-amz-crc32': `${crc32(body)}` } })).toMatchObject({ attempts: 2 });
  });

  it('is damaged if it has another checksum, whatever its status', () => {
    for (const status of [200, 400]) {
      expect(thrown('{}', { status, headers: { 'x-amz-crc32': '1' } })).toMatchObject({
        name: 'ResponseChecksumMismatch',
        $metadata: { httpStatusCode: status, attempts: 2 },
      });
    }
  });

  it('is an error of the service by any status but 200', () => {
    const $metadata = { httpStatusCode: 400, attempts: 2, requestId: 'R' };
    const error = (body: string, more: Partial<HttpAnswer> = {}) => thrown(body, { status: 400, ...more });
    expect(error('{"__type":"a.b#X","message":"why"}')).toMatchObject({
      name: 'X',
      message: 'why',
      $fault: 'client',
      $metadata,
    });
    expect(error('{"code":"Y","Message":"why"}')).toMatchObject({ name: 'Y', message: 'why' });
    expect(error('{"code":"Y"}')).toMatchObject({ name: 'Y', message: 'Y' });
    expect(error('{}', { headers: { 'x-amzn-errortype': 'Z:http://x' } })).toMatchObject({ name: 'Z' });
    for (const body of ['', '{}', '[]', 'null'])
      expect(error(body)).toMatchObject({ name: 'Unknown', message: 'Unknown' });
    expect(error('{}', { status: 500 })).toMatchObject({ $fault: 'server' });
    expect(error('{}', { status: 499 })).toMatchObject({ $fault: 'client' });
    for (const status of [199, 201, 204])
      expect(error('{"UnprocessedItems":{}}', { status })).toMatchObject({ name: 'Unknown' });
  });

  it('has the reasons of throttling only if the service gives any', () => {
    const reasons = [{ reason: 'r' }];
    expect(thrown(JSON.stringify({ ThrottlingReasons: reasons }), { status: 400 })).toMatchObject({
      ThrottlingReasons: reasons,
    });
    expect(thrown('{}', { status: 400 })).not.toHaveProperty('ThrottlingReasons');
  });

  it('is not quoted if it is not JSON', () => {
    const error = thrown('<secret>', { headers: { 'x-amzn-requestid': ['R', 'S'] as never } });
    expect(error).toMatchObject({ name: 'SyntaxError', $metadata: { httpStatusCode: 200, attempts: 2 } });
    expect((error as { $metadata: object }).$metadata).not.toHaveProperty('requestId');
    expect(String(error)).not.toContain('secret');
  });

  it('says nothing without a body', () => {
    expect(thrown('')).toEqual(invalid('shape'));
  });
});

describe('an output of the SDK', () => {
  it('has the shape of its operation, or is not believed', () => {
    const output = { Count: 1, $metadata: METADATA };
    expect(shapedResponse('Scan', output, ({ Count }) => Count === 1)).toBe(output);
    const refused = expect.objectContaining({ name: 'ResponseInvalid', $metadata: METADATA }) as Error;
    expect(() => shapedResponse('Scan', output, () => false)).toThrow(refused);
    expect(() => shapedResponse('Scan', undefined as never, () => true)).toThrow(invalid('a Scan response'));
  });

  it('is an object or none', () => {
    expect([{}, [], null, undefined, '', 0].map(isObject)).toEqual([true, false, false, false, false, false]);
  });
});

describe('the input of a BatchWriteItem', () => {
  const make = () => batchInput('landing', [marshal({ uuid: 'a' })]);

  it('is untouched until someone looks at its items or changes it', () => {
    expect(make().untouched()).toBe(true);
    const changes: readonly ((given: ReturnType<typeof make>['input']) => void)[] = [
      (input) => void input.RequestItems!['landing'],
      (input) => void (input.RequestItems!['landing'] = []),
      (input) => void (input.RequestItems = {}),
      (input) => void (input.RequestItems!['other'] = []),
      (input) => void (input.ReturnConsumedCapacity = 'NONE'),
      (input) => void (input.ReturnItemCollectionMetrics = 'SIZE'),
    ];
    for (const change of changes) {
      const { input, untouched } = make();
      change(input);
      expect(untouched()).toBe(false);
    }
  });

  it('has its items for those who look, and those that they set', () => {
    const { input } = make();
    const items = input.RequestItems!;
    expect(Object.keys(items)).toEqual(['landing']);
    expect(items['landing']).toEqual([put('a')]);
    expect(items['landing']).toBe(items['landing']);
    items['landing'] = [];
    expect(items['landing']).toEqual([]);
  });
});

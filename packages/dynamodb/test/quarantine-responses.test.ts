import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Rejection } from '@millrace/core';
import { afterEach, describe, expect, it } from 'vitest';
import { dynamodbQuarantine } from '../src/index.ts';
import { clientConfig, startStub, type StubAnswer } from './support/service-stub.ts';
import { origin } from './support/write.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function quarantined(answer: StubAnswer) {
  const stub = await startStub(() => answer);
  const client = new DynamoDBClient(clientConfig(stub));
  cleanUps.push(stub.stop, () => client.destroy());
  return dynamodbQuarantine({ table: 'quarantine', client });
}

const rejection: Rejection = {
  feed: 'prices',
  run: 'run',
  item: origin,
  ordinal: 0,
  branch: '',
  stage: 'parse',
  code: 'X',
  message: 'x',
};

const secret = 'content-of-a-record';
const empty = '{"Items":[],"Count":0,"ScannedCount":0}';
const lies: readonly [string, StubAnswer][] = [
  ['an empty object', { body: '{}' }],
  ['null', { body: 'null' }],
  ['a list', { body: '[]' }],
  ['an empty body', { body: '' }],
  ['no content', { body: '', status: 204 }],
  ['a page of a proxy', { body: `<html>${secret}</html>`, headers: { 'content-type': 'text/html' } }],
  ['an error', { body: `{"__type":"x#InternalServerError","message":"${secret}"}` }],
  ['one with another checksum', { body: empty, headers: { 'x-amz-crc32': '1' } }],
  ['fewer items than it counts', { body: '{"Items":[],"Count":2,"ScannedCount":2}' }],
];

describe('a success that is no response of the operation', () => {
  const invalid = { code: 'DYNAMODB_RESPONSE_INVALID', retryable: true, message: expect.not.stringContaining(secret) };

  it.each(lies)('is not taken for an empty quarantine: %s', async (_, lie) => {
    const quarantine = await quarantined(lie);
    const read = async (uri?: string): Promise<void> => {
      for await (const __ of quarantine.rejections({ feed: 'prices', ...(uri !== undefined && { uri }) }));
    };
    await expect(read()).rejects.toMatchObject(invalid);
    await expect(read(origin.uri)).rejects.toMatchObject(invalid);
  });

  it.each(lies.slice(0, -1))('is not taken for a rejection that was settled: %s', async (_, lie) => {
    const quarantine = await quarantined(lie);
    await expect(quarantine.settle([rejection])).rejects.toMatchObject(invalid);
  });

  it('is one if it has what the operation returns', async () => {
    const reading = await quarantined({ body: empty });
    for await (const _ of reading.rejections({ feed: 'prices' })) expect.fail('there is none');
    const settling = await quarantined({ body: '{"Attributes":{"settled_at":{"S":"2026-01-01T00:00:00.000Z"}}}' });
    await settling.settle([rejection]);
  });
});

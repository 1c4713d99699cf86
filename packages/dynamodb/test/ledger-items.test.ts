import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type ItemReport, MillraceError } from '@millrace/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLedgerTable, type CreateLedgerTableOptions, dynamodbLedger } from '../src/index.ts';
import { claimOf, LEASE_MS, type LedgerStand, newObject, reportOf, startLedgerStand } from './support/ledger-stand.ts';
import { clientConfig, startStub, type StubAnswer, type StubRequest } from './support/service-stub.ts';

const START = Date.UTC(2026, 0, 1);
const DAY = 24 * 60 * 60;

let stand: LedgerStand;
let now = START;
beforeAll(async () => {
  stand = await startLedgerStand();
}, 30_000);
afterAll(() => stand.stop());

function ledgerWith(options: object = {}) {
  return dynamodbLedger({ table: stand.table, client: stand.client, ...options }, () => now);
}

const SHA_256 = /^[\da-f]{64}$/;
const progress = { watermark: 3, rejected: 0 };

describe('the items of an object', () => {
  it('are a head and one for each version, in one partition', async () => {
    now = START;
    const object = newObject();
    const ledger = ledgerWith();
    const first = claimOf(object, '0A0', { versionTag: 'tag' });
    await ledger.claim(first);
    expect(await stand.stored(object)).toEqual([
      {
        object: `prices#${object}`,
        version: '#head',
        feed: 'prices',
        ref: object,
        claimId: first.claimId,
        leaseUntil: START + LEASE_MS,
        sequencer: '0A0',
        generation: 1,
        stamp: expect.any(String),
        updatedAt: '2026-01-01T00:00:00.000Z',
      },
      {
        object: `prices#${object}`,
        version: expect.stringMatching(SHA_256),
        feed: 'prices',
        ref: object,
        origin: first.origin,
        state: 'claimed',
        watermark: 0,
        rejected: 0,
        attempts: 1,
        claimId: first.claimId,
        leaseUntil: START + LEASE_MS,
        sequencer: '0A0',
        versionTag: 'tag',
        generation: 1,
        stamp: expect.any(String),
        firstClaimedAt: '2026-01-01T00:00:00.000Z',
        updatedAt: '2026-01-01T00:00:00.000Z',
        listedIn: 'prices#2026-01-01',
      },
    ]);
    now += 10;
    const report = reportOf(first);
    await ledger.finish(first, progress, report);
    const [head, version] = await stand.stored(object);
    expect(head).toMatchObject({ claimId: first.claimId, leaseUntil: 0, updatedAt: '2026-01-01T00:00:00.010Z' });
    expect(version).toMatchObject({ state: 'complete', leaseUntil: 0, watermark: 3, report: JSON.stringify(report) });
    await ledger.claim(claimOf(object, '0b'));
    expect(await stand.stored(object)).toHaveLength(3);
  });

  it('have a digest for a key where feed and object are too long for one', async () => {
    const ledger = ledgerWith();
    const object = `s3://prices/${'é'.repeat(1_000)}`;
    const fits = object.slice(0, -10);
    for (const each of [fits, object]) await ledger.claim(claimOf(each, '01'));
    expect(await stand.stored(object)).toEqual([]);
    expect(await stand.stored(fits)).toHaveLength(2);
    expect(await ledger.entries('prices', object)).toMatchObject([{ feed: 'prices', object }]);
  });

  it('are read without their head, and never half', async () => {
    const ledger = ledgerWith();
    const object = newObject();
    const request = claimOf(object, '01');
    await ledger.claim(request);
    await ledger.finish(request, progress, reportOf(request));
    const [head, version] = await stand.stored(object);
    expect(head?.['version']).toBe('#head');
    const { object: key, version: sort } = version as { readonly object: string; readonly version: string };
    await DynamoDBDocumentClient.from(stand.client).send(
      new UpdateCommand({
        TableName: stand.table,
        Key: { object: key, version: sort },
        UpdateExpression: 'SET #report = :report',
        ExpressionAttributeNames: { '#report': 'report' },
        ExpressionAttributeValues: { ':report': '{' },
      }),
    );
    await expect(ledger.entries('prices', object)).rejects.toMatchObject({ code: 'DYNAMODB_ENTRY_UNREADABLE' });
  });
});

describe('sequencers', () => {
  it.each(['', 'xyz', '12-34', '0x12', ' 12'])(
    '%j is refused, because its order would be a guess',
    async (sequencer) => {
      const object = newObject();
      const claiming = ledgerWith().claim(claimOf(object, '01', { sequencer }));
      await expect(claiming).rejects.toMatchObject({ code: 'LEDGER_SEQUENCER_INVALID', details: { sequencer } });
      expect(await stand.stored(object)).toEqual([]);
    },
  );

  it.each([
    ['0', '00'],
    ['000', '0'],
    ['0055AED6DCD90281E4', '0055aed6dcd90281e400'],
  ])('%s and %s are the same', async (one, other) => {
    const object = newObject();
    for (const [version, sequencer] of Object.entries({ a: one, b: other, c: one })) {
      const request = claimOf(object, version, { sequencer });
      expect((await ledgerWith().claim(request)).outcome).toBe('granted');
      await ledgerWith().finish(request, progress, reportOf(request));
    }
  });
});

describe('time to live', () => {
  const expiry = async (object: string) => (await stand.stored(object)).map(({ expiresAt }) => expiresAt);

  it('is set on what is finished only, and gone while it is under way', async () => {
    now = START + 999;
    const ledger = ledgerWith({ ttlDays: 7 });
    const object = newObject();
    const later = START / 1000 + 7 * DAY;
    const first = claimOf(object, '02');
    await ledger.claim(first);
    await ledger.checkpoint(first, { watermark: 1, rejected: 0 });
    expect(await expiry(object)).toEqual([undefined, undefined]);
    await ledger.finish(first, progress, reportOf(first, { outcome: 'failed' }));
    expect(await expiry(object)).toEqual([later, later]);
    const again = claimOf(object, '02');
    await ledger.claim(again);
    expect(await expiry(object)).toEqual([undefined, undefined]);
    now += 2000;
    await ledger.finish(again, progress, reportOf(again));
    expect(await expiry(object)).toEqual([later + 2, later + 2]);
  });

  it('is set on what is stale, and on the head of versions that are carried on their own', async () => {
    now = START;
    const ledger = ledgerWith({ ttlDays: 1 });
    const object = newObject();
    const request = claimOf(object, '02', { versions: 'all' });
    await ledger.claim(request);
    expect(await expiry(object)).toEqual([START / 1000 + DAY, undefined]);
    await ledger.claim(claimOf(object, '01'));
    expect((await expiry(object)).filter((at) => at === START / 1000 + DAY)).toHaveLength(2);
  });

  it('is not set unless asked for', async () => {
    const ledger = ledgerWith();
    const object = newObject();
    const request = claimOf(object, '02');
    await ledger.claim(request);
    await ledger.finish(request, progress, reportOf(request));
    await ledger.claim(claimOf(object, '01'));
    expect(await expiry(object)).toEqual([undefined, undefined, undefined]);
  });
});

describe('a report that is too large for an item', () => {
  async function kept(own: Partial<ItemReport>): Promise<ItemReport> {
    const ledger = ledgerWith();
    const request = claimOf(newObject(), '01');
    await ledger.claim(request);
    await ledger.finish(request, progress, reportOf(request, own));
    const [entry] = await ledger.entries('prices', request.object);
    return entry!.report!;
  }
  const place = { stage: 'validate', item: 'item', ordinal: 5 };

  it('loses the details of its error first', async () => {
    const details = { issues: Array.from({ length: 20_000 }, (_, index) => `issue ${index}: é`) };
    const error = new MillraceError('BROKEN', 'It broke.', { ...place, details, cause: new Error('inner') });
    const report = await kept({ outcome: 'failed', read: 7, unsettled: 7, error });
    expect(report).toMatchObject({ outcome: 'failed', read: 7, unsettled: 7 });
    expect(report.error?.toJSON()).toEqual({
      code: 'BROKEN',
      message: 'It broke.',
      ...place,
      details: { omitted: expect.any(String) },
      cause: 'Error',
    });
  });

  it('loses the ends of long texts next', async () => {
    const long = `${'é'.repeat(4_999)}😀${'é'.repeat(300_000)}`;
    const error = new MillraceError('BROKEN', long, { ...place, cause: new MillraceError('INNER', long) });
    const { error: found } = await kept({ outcome: 'failed', error });
    expect(found).toMatchObject({ code: 'BROKEN', ...place });
    expect(found!.message).toBe(`${'é'.repeat(4_999)}\uFFFD…`);
    expect((found!.cause as Error).message).toBe(`INNER: ${'é'.repeat(4_993)}…`);
  });

  it('loses the smallest of many counts last, and keeps their sum', async () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`COUNT_OF_${index}`, index]));
    const report = await kept({ rejections: many, counters: { stage: many, other: { retries: 1 } } });
    expect(report.counters['other']).toEqual({ retries: 1 });
    for (const counts of [report.rejections, report.counters['stage']!]) {
      expect(Object.keys(counts)).toHaveLength(101);
      expect(counts).toMatchObject({ COUNT_OF_19999: 19_999, COUNT_OF_19900: 19_900 });
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe((19_999 * 20_000) / 2);
    }
  });

  it('is whole where it just fits', async () => {
    const details = { text: 'é'.repeat(140_000) };
    const report = await kept({ outcome: 'failed', error: new MillraceError('BROKEN', 'It broke.', { details }) });
    expect(report.error?.details).toEqual(details);
  });

  it('loses details that JSON has no form for', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const report = await kept({ outcome: 'failed', error: new MillraceError('A', 'a', { details: circular }) });
    expect(report.error?.details).toEqual({ omitted: expect.any(String) });
    const details = { big: 12_345_678_901_234_567_890n };
    const exact = await kept({ outcome: 'failed', error: new MillraceError('A', 'a', { details }) });
    expect(exact.error?.details).toEqual({ big: '12345678901234567890' });
  });
});

describe('the client', () => {
  const savedEnv = { ...process.env };
  afterEach(() => {
    process.env = { ...savedEnv };
  });
  const item = { json: { Attributes: { watermark: { N: '0' }, rejected: { N: '0' } } } };
  const granting = ({ operation }: StubRequest): StubAnswer => (operation === 'GetItem' ? { json: {} } : item);

  it('may be a document client, which stays as it is and whose options do not matter', async () => {
    const client = stand.connect();
    const translate = {
      marshallOptions: { convertEmptyValues: true },
      unmarshallOptions: { wrapNumbers: true },
    };
    const documents = DynamoDBDocumentClient.from(client, translate);
    const ledger = ledgerWith({ client: documents });
    const request = claimOf(newObject(), '01', { versionTag: '' });
    expect(await ledger.claim(request)).toMatchObject({ outcome: 'granted', watermark: 0, rejected: 0 });
    expect(await ledger.entries('prices', request.object)).toMatchObject([{ attempts: 1, versionTag: '' }]);
    expect(documents.config.translateConfig).toBe(translate);
    const [, version] = await stand.stored(request.object);
    const { object, version: sort } = version as { readonly object: string; readonly version: string };
    const Key = { object, version: sort };
    const { Item } = await documents.send(new GetCommand({ TableName: stand.table, Key }));
    expect(Item?.['attempts']).toMatchObject({ value: '1' });
  });

  it('may cache its middleware, and keeps it', async () => {
    const client = stand.connect({ cacheMiddleware: true });
    const seen: string[] = [];
    client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          seen.push(String(commandName));
          return next(args);
        },
      { step: 'initialize', name: 'user' },
    );
    const ledger = ledgerWith({ client });
    for (const version of ['01', '02']) {
      const request = claimOf(newObject(), version);
      expect((await ledger.claim(request)).outcome).toBe('granted');
      expect(await ledger.entries('prices', request.object)).toMatchObject([{ sequencer: version }]);
    }
    expect(seen.filter((name) => name === 'QueryCommand')).toHaveLength(2);
    expect(client.config.cacheMiddleware).toBe(true);
  });

  it('is made at the first claim from the environment where there is none', async () => {
    const ledger = dynamodbLedger({ table: 'ledger' });
    const stub = await startStub(granting);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: stub.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'environment',
      AWS_SECRET_ACCESS_KEY: 'secret',
    });
    const request = claimOf(newObject(), '01');
    expect((await ledger.claim(request)).outcome).toBe('granted');
    expect(stub.requests.map(({ operation }) => operation)).toEqual(['GetItem', 'GetItem', 'PutItem', 'PutItem']);
    expect(stub.requests[0]?.body).toMatchObject({ TableName: 'ledger', ConsistentRead: true });
    expect(stub.requests[0]?.headers.authorization).toMatch(/Credential=environment\/\d+\/eu-central-1\/dynamodb\//);
    await stub.stop();
  });
});

describe('createLedgerTable', () => {
  it('leaves a table that is there as it is', async () => {
    expect(await createLedgerTable({ table: stand.table, client: stand.client })).toEqual({
      table: stand.table,
      created: false,
    });
  });

  it('makes the key that the ledger needs, and switches time to live on where asked', async () => {
    const made: StubRequest[] = [];
    const stub = await startStub((request) => {
      const { operation, body } = request;
      if (operation === 'CreateTable' || operation === 'UpdateTimeToLive') made.push(request);
      const create = made.find((one) => one.operation === 'CreateTable');
      if (operation === 'DescribeTimeToLive') {
        const timeToLive = made.find((one) => one.operation === 'UpdateTimeToLive')?.body['TimeToLiveSpecification'];
        return { json: { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', ...(timeToLive as object) } } };
      }
      if (operation === 'UpdateTimeToLive')
        return { json: { TimeToLiveSpecification: body['TimeToLiveSpecification'] } };
      if (operation !== 'DescribeTable') return { json: { TableDescription: { TableStatus: 'CREATING' } } };
      if (create === undefined) return { error: 'ResourceNotFoundException' };
      return { json: { Table: { ...create.body, TableName: body['TableName'], TableStatus: 'ACTIVE' } } };
    });
    const client = new DynamoDBClient(clientConfig(stub));
    expect(await createLedgerTable({ table: 'ledger', client, timeToLive: true })).toMatchObject({ created: true });
    expect(made.map(({ body }) => body)).toMatchObject([
      {
        TableName: 'ledger',
        KeySchema: [
          { AttributeName: 'object', KeyType: 'HASH' },
          { AttributeName: 'version', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'object', AttributeType: 'S' },
          { AttributeName: 'version', AttributeType: 'S' },
          { AttributeName: 'listedIn', AttributeType: 'S' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'listing',
            KeySchema: [
              { AttributeName: 'listedIn', KeyType: 'HASH' },
              { AttributeName: 'version', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: expect.arrayContaining(['state', 'listing']) },
          },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      },
      { TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true } },
    ]);
    await createLedgerTable({ table: 'ledger', client });
    expect(made).toHaveLength(2);
    client.destroy();
    await stub.stop();
  });

  it.each<[object, string]>([
    [{ table: 'abc', partitionKey: 'id' }, 'OPTION_UNKNOWN'],
    [{ table: 'abc', timeToLive: 'expiresAt' }, 'OPTION_INVALID'],
    [{ table: 'a' }, 'OPTION_INVALID'],
  ])('refuses %j with %s', async (options, code) => {
    await expect(createLedgerTable(options as CreateLedgerTableOptions)).rejects.toMatchObject({ code });
  });
});

describe('options of dynamodbLedger', () => {
  it('make a frozen ledger and do nothing else', () => {
    const ledger = dynamodbLedger({ table: 'arn:aws:dynamodb:eu-west-1:123456789012:table/ledger', ttlDays: 30 });
    expect(ledger.name).toBe('dynamodb');
    expect(Object.isFrozen(ledger)).toBe(true);
  });

  it.each<[object, string]>([
    [{}, 'OPTION_INVALID'],
    [{ table: 'a' }, 'OPTION_INVALID'],
    [{ table: 'abc', client: 5 }, 'OPTION_INVALID'],
    [{ table: 'abc', ttlDays: 0 }, 'OPTION_INVALID'],
    [{ table: 'abc', ttlDays: 1.5 }, 'OPTION_INVALID'],
    [{ table: 'abc', ttl: 3 }, 'OPTION_UNKNOWN'],
  ])('%j are refused with %s', (options, code) => {
    expect(() => dynamodbLedger(options as { table: string })).toThrow(expect.objectContaining({ code }));
  });
});

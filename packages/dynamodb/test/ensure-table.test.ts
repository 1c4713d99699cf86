import { randomUUID } from 'node:crypto';
import { DescribeTableCommand, DynamoDBClient, type TableDescription } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { isMillraceError } from '@millrace/core';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLandingTable, ensureTable, type EnsureTableOptions } from '../src/index.ts';
import { removeTable } from './support/remove-table.ts';
import {
  clientConfig,
  type ServiceStub,
  startStub,
  type StubAnswer,
  type StubRequest,
} from './support/service-stub.ts';

let at: TestEndpoints;
let client: DynamoDBClient;
const tables: string[] = [];
beforeAll(async () => {
  at = await endpointsForTests();
  client = new DynamoDBClient(at.dynamodb);
});
afterAll(async () => {
  for (const table of tables) await removeTable(client, table);
  client.destroy();
  await at.stop();
});

function newName(): string {
  const table = `millrace-table-${randomUUID()}`;
  tables.push(table);
  return table;
}

async function describeTable(TableName: string): Promise<TableDescription> {
  return (await client.send(new DescribeTableCommand({ TableName }))).Table!;
}

describe('a new table', () => {
  it('for landing has the key uuid and is paid on demand', async () => {
    const table = newName();
    expect(await createLandingTable({ table, client })).toEqual({ table, created: true });
    expect(await describeTable(table)).toMatchObject({
      TableStatus: 'ACTIVE',
      KeySchema: [{ AttributeName: 'uuid', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'uuid', AttributeType: 'S' }],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    });
  });

  it('has other keys, a sort key and provisioned capacity where asked', async () => {
    const table = newName();
    const options: EnsureTableOptions = {
      table,
      client: DynamoDBDocumentClient.from(client),
      partitionKey: { name: 'device', type: 'binary' },
      sortKey: { name: 'at', type: 'number' },
      capacity: { read: 3, write: 4 },
    };
    expect(await ensureTable(options)).toEqual({ table, created: true });
    expect(await describeTable(table)).toMatchObject({
      KeySchema: [
        { AttributeName: 'device', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: expect.arrayContaining([
        { AttributeName: 'device', AttributeType: 'B' },
        { AttributeName: 'at', AttributeType: 'N' },
      ]),
      ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 4 },
    });
    expect(await ensureTable(options)).toEqual({ table, created: false });
  });

  it('is made once by many at the same time', async () => {
    const table = newName();
    const made = await Promise.all(Array.from({ length: 5 }, () => createLandingTable({ table, client })));
    expect(made.filter(({ created }) => created)).toHaveLength(1);
  });
});

describe('a table that is there', () => {
  it('is left as it is where it is as asked, whatever was not asked for', async () => {
    const table = newName();
    await ensureTable({ table, client, partitionKey: 'uuid', capacity: { read: 1, write: 1 } });
    expect(await createLandingTable({ table, client })).toEqual({ table, created: false });
  });

  it('is not changed where it differs: all differences are told', async () => {
    const table = newName();
    await ensureTable({ table, client, partitionKey: 'id', capacity: { read: 1, write: 2 } });
    const before = await describeTable(table);
    const asked = ensureTable({
      table,
      client,
      partitionKey: { name: 'id', type: 'number' },
      sortKey: 'at',
      capacity: 'on-demand',
    });
    await expect(asked).rejects.toMatchObject({
      code: 'DYNAMODB_TABLE_DIFFERS',
      message: expect.stringContaining('sortKey is none, not at (S)'),
      details: {
        differences: [
          { setting: 'partitionKey', expected: 'id (N)', actual: 'id (S)' },
          { setting: 'sortKey', expected: 'at (S)', actual: 'none' },
          { setting: 'capacity', expected: 'on-demand', actual: 'provisioned (read 1, write 2)' },
        ],
      },
    });
    expect(await describeTable(table)).toEqual(before);
  });
});

/** A DynamoDB with one table and the settings of a table that the local one lacks. */
function fakeService(state: {
  status?: string;
  ttl?: string;
  pitr?: boolean;
  protection?: boolean;
  exists?: boolean;
  quirks?: Record<string, StubAnswer[]>;
}) {
  const answers = ({ operation, body }: StubRequest): StubAnswer => {
    const quirk = state.quirks?.[operation]?.shift();
    if (quirk !== undefined) return quirk;
    switch (operation) {
      case 'DescribeTable':
        if (state.exists !== true) return { error: 'ResourceNotFoundException' };
        return {
          json: {
            Table: {
              TableName: body['TableName'],
              TableStatus: state.status ?? 'ACTIVE',
              KeySchema: [{ AttributeName: 'uuid', KeyType: 'HASH' }],
              AttributeDefinitions: [{ AttributeName: 'uuid', AttributeType: 'S' }],
              BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
              DeletionProtectionEnabled: state.protection ?? false,
            },
          },
        };
      case 'CreateTable':
        state.exists = true;
        state.protection = body['DeletionProtectionEnabled'] === true;
        return { json: { TableDescription: { TableStatus: 'CREATING' } } };
      case 'UpdateTimeToLive':
        state.ttl = (body['TimeToLiveSpecification'] as { AttributeName: string }).AttributeName;
        return { json: { TimeToLiveSpecification: body['TimeToLiveSpecification'] } };
      case 'DescribeTimeToLive':
        return {
          json: {
            TimeToLiveDescription:
              state.ttl === undefined
                ? { TimeToLiveStatus: 'DISABLED' }
                : { TimeToLiveStatus: 'ENABLING', AttributeName: state.ttl },
          },
        };
      case 'UpdateContinuousBackups':
        state.pitr = true;
        return { json: { ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED' } } };
      case 'DescribeContinuousBackups':
        return {
          json: {
            ContinuousBackupsDescription: {
              ContinuousBackupsStatus: 'ENABLED',
              PointInTimeRecoveryDescription: {
                PointInTimeRecoveryStatus: state.pitr === true ? 'ENABLED' : 'DISABLED',
              },
            },
          },
        };
      default:
        return { error: 'UnknownOperationException' };
    }
  };
  return answers;
}

describe('settings of a table', () => {
  const cleanUps: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  });

  async function serve(
    state: Parameters<typeof fakeService>[0],
  ): Promise<{ stub: ServiceStub; client: DynamoDBClient }> {
    const stub = await startStub(fakeService(state));
    const stubClient = new DynamoDBClient(clientConfig(stub));
    cleanUps.push(stub.stop, () => stubClient.destroy());
    return { stub, client: stubClient };
  }

  const all = { table: 'landing', timeToLive: 'expires', pointInTimeRecovery: true, deletionProtection: true };

  it('are switched on in a new table', async () => {
    const state: Parameters<typeof fakeService>[0] = { pitr: false };
    const served = await serve(state);
    expect(await createLandingTable({ ...all, client: served.client })).toEqual({ table: 'landing', created: true });
    expect(state).toMatchObject({ ttl: 'expires', pitr: true, protection: true });
    const create = served.stub.requests.find(({ operation }) => operation === 'CreateTable');
    expect(create?.body).toMatchObject({ BillingMode: 'PAY_PER_REQUEST', DeletionProtectionEnabled: true });
  });

  it.each([
    'DescribeTable',
    'CreateTable',
    'UpdateTimeToLive',
    'DescribeTimeToLive',
    'UpdateContinuousBackups',
    'DescribeContinuousBackups',
  ])('are not taken from a success that is no response of %s', async (operation) => {
    for (const body of ['{}', 'null', '[]', '', '{"Table":{},"TableDescription":{}}', '<html></html>']) {
      const served = await serve({ pitr: false, quirks: { [operation]: [{ body }] } });
      await expect(createLandingTable({ ...all, client: served.client })).rejects.toMatchObject({
        code: 'DYNAMODB_RESPONSE_INVALID',
        retryable: true,
      });
      // What is not known to be missing is not made.
      const made = served.stub.requests.some((request) => request.operation === 'CreateTable');
      if (operation === 'DescribeTable') expect(made).toBe(false);
    }
  });

  it('are compared, and not changed, in a table that was there', async () => {
    const state = { exists: true, ttl: 'other', pitr: false, protection: false };
    const served = await serve(state);
    await expect(createLandingTable({ ...all, client: served.client })).rejects.toMatchObject({
      code: 'DYNAMODB_TABLE_DIFFERS',
      details: {
        differences: [
          { setting: 'deletionProtection', expected: 'on', actual: 'off' },
          { setting: 'timeToLive', expected: 'expires', actual: 'other' },
          { setting: 'pointInTimeRecovery', expected: 'on', actual: 'off' },
        ],
      },
    });
    expect(state).toMatchObject({ ttl: 'other', pitr: false });
    await expect(
      createLandingTable({ table: 'landing', pointInTimeRecovery: false, client: served.client }),
    ).resolves.toEqual({ table: 'landing', created: false });
  });

  it('wait for backups that are not ready, and for a table that another is making', async () => {
    const creating = { json: { Table: { TableStatus: 'CREATING' } } };
    const served = await serve({
      exists: true,
      quirks: {
        DescribeTable: [creating, creating],
        UpdateContinuousBackups: [{ error: 'ContinuousBackupsUnavailableException' }],
        UpdateTimeToLive: [{ error: 'ValidationException', message: 'TimeToLive is already enabled' }],
        DescribeTimeToLive: [
          { json: { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' } } },
        ],
      },
    });
    expect(
      await createLandingTable({
        table: 'landing',
        timeToLive: 'expires',
        pointInTimeRecovery: true,
        client: served.client,
      }),
    ).toEqual({ table: 'landing', created: false });
    expect(served.stub.requests.filter(({ operation }) => operation === 'UpdateContinuousBackups')).toHaveLength(2);
  });

  it('make a table anew that is being deleted', async () => {
    const served = await serve({ quirks: { DescribeTable: [{ json: { Table: { TableStatus: 'DELETING' } } }] } });
    expect(await createLandingTable({ table: 'landing', client: served.client })).toEqual({
      table: 'landing',
      created: true,
    });
  });

  it.each(['timeToLive', 'pointInTimeRecovery', 'deletionProtection'] as const)(
    'say so where the local service has no %s',
    async (setting) => {
      const value = setting === 'timeToLive' ? 'expires' : true;
      const failure = await createLandingTable({ table: newName(), client, [setting]: value }).catch(
        (error: unknown) => error,
      );
      if (process.env['AWS_ENDPOINT_URL_DYNAMODB'] !== undefined)
        return expect([undefined, 'DYNAMODB_FEATURE_UNSUPPORTED']).toContain(
          isMillraceError(failure) ? failure.code : undefined,
        );
      return expect(failure).toMatchObject({
        code: 'DYNAMODB_FEATURE_UNSUPPORTED',
        details: { feature: expect.any(String) },
      });
    },
  );

  it('are waited for no longer than timeoutMs', async () => {
    const served = await serve({ exists: true, status: 'CREATING' });
    await expect(createLandingTable({ table: 'landing', client: served.client, timeoutMs: 250 })).rejects.toMatchObject(
      {
        code: 'DYNAMODB_TABLE_NOT_ACTIVE',
        details: { state: 'CREATING', timeoutMs: 250 },
      },
    );
  });

  it('are waited for no longer than the signal lasts', async () => {
    const served = await serve({ exists: true, status: 'CREATING' });
    await expect(
      createLandingTable({ table: 'landing', client: served.client, signal: AbortSignal.timeout(150) }),
    ).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
    await expect(
      createLandingTable({ table: 'landing', client: served.client, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
  });

  it.each<[string, string]>([
    ['AccessDeniedException', 'DYNAMODB_ACCESS_DENIED'],
    ['UnrecognizedClientException', 'DYNAMODB_CREDENTIALS_INVALID'],
    ['ValidationException', 'DYNAMODB_REQUEST_INVALID'],
    ['LimitExceededException', 'DYNAMODB_REQUEST_FAILED'],
  ])('fail on %s with %s', async (error, code) => {
    const served = await serve({ quirks: { CreateTable: [{ error }] } });
    await expect(createLandingTable({ table: 'landing', client: served.client })).rejects.toMatchObject({
      code,
      cause: { name: error },
    });
  });
});

describe('options of ensureTable', () => {
  it.each<[object, string]>([
    [{ partitionKey: 'a' }, 'OPTION_INVALID'],
    [{ table: 'abc' }, 'OPTION_INVALID'],
    [{ table: 'abc', partitionKey: '' }, 'OPTION_INVALID'],
    [{ table: 'abc', partitionKey: { name: 'a', type: 'S' } }, 'OPTION_INVALID'],
    [{ table: 'abc', partitionKey: 'a', sortKey: null }, 'OPTION_INVALID'],
    [{ table: 'abc', partitionKey: 'a', capacity: { read: 1 } }, 'OPTION_INVALID'],
    [{ table: 'abc', partitionKey: 'a', capacity: { read: 0, write: 1 } }, 'OPTION_INVALID'],
    [{ table: 'abc', partitionKey: 'a', timeToLive: '' }, 'OPTION_INVALID'],
    [{ table: 'abc', partitionKey: 'a', ttl: 'x' }, 'OPTION_UNKNOWN'],
  ])('%j are refused with %s', async (options, code) => {
    await expect(ensureTable(options as EnsureTableOptions)).rejects.toMatchObject({ code });
  });
});

import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sealedQuarantine, memoryLedger } from '@millrace/core';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createOwnTable,
  createQuarantineTable,
  dynamodbLedger,
  dynamodbQuarantine,
  dynamodbSink,
  probeTable,
} from '../src/index.ts';
import { removeTable } from './support/remove-table.ts';

let at: TestEndpoints;
let client: DynamoDBClient;
beforeAll(async () => {
  at = await endpointsForTests();
  client = new DynamoDBClient(at.dynamodb);
});
afterAll(async () => {
  client.destroy();
  await at.stop();
});

const context = { signal: new AbortController().signal };

it('is made for each plugin as it needs it, and found to be so', async () => {
  const plugins = (['sink', 'ledger', 'quarantine'] as const).map((kind) => {
    const table = `millrace-own-${randomUUID()}`;
    if (kind === 'sink') return { table, plugin: dynamodbSink({ table, client, partitionKey: 'sku', sortKey: 'day' }) };
    return {
      table,
      plugin: kind === 'ledger' ? dynamodbLedger({ table, client }) : dynamodbQuarantine({ table, client }),
    };
  });
  for (const { table, plugin } of plugins) {
    expect(await probeTable(plugin, context)).toMatchObject([
      {
        level: 'error',
        code: 'DYNAMODB_TABLE_NOT_FOUND',
        subject: `table ${table}`,
        remedy: expect.stringContaining('()'),
      },
    ]);
    expect(await createOwnTable(plugin)).toMatchObject({ table, created: true });
    expect(await createOwnTable(plugin)).toMatchObject({ created: false });
    expect(await probeTable(plugin, context)).toMatchObject([{ level: 'ok', subject: `table ${table}` }]);
    await removeTable(client, table);
  }
});

it('is passed on by a plugin that wraps another, and is absent from other plugins', async () => {
  const table = `millrace-own-${randomUUID()}`;
  const key = new Uint8Array(32);
  const sealed = sealedQuarantine(dynamodbQuarantine({ table, client }), { keys: { one: key }, keyId: 'one' });
  expect(await probeTable(sealed, context)).toMatchObject([{ code: 'DYNAMODB_TABLE_NOT_FOUND' }]);
  expect(await probeTable(memoryLedger(), context)).toBeUndefined();
  expect(await createOwnTable(memoryLedger())).toBeUndefined();
});

it('is compared with what the plugin needs', async () => {
  const table = `millrace-own-${randomUUID()}`;
  await createQuarantineTable({ table, client });
  const differing = { level: 'error', code: 'DYNAMODB_TABLE_DIFFERS' };
  expect(await probeTable(dynamodbSink({ table, client }), context)).toMatchObject([differing]);
  expect(await probeTable(dynamodbLedger({ table, client }), context)).toMatchObject([differing]);
  await removeTable(client, table);
});

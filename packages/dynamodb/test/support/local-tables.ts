import { randomUUID } from 'node:crypto';
import { type AttributeValue, DeleteTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { afterAll, beforeAll } from 'vitest';
import { createLandingTable } from '../../src/index.ts';

/** Landing tables on this machine, for the tests of one file. */
export interface LocalTables {
  /** Ready once the tests run. */
  readonly client: () => DynamoDBClient;
  /** Makes a client that attempts each request once, and that the caller destroys. */
  readonly newClient: () => DynamoDBClient;
  /** Makes a table that is deleted after the last test, and answers its name. */
  readonly make: () => Promise<string>;
  readonly scan: (table: string) => Promise<readonly Record<string, AttributeValue>[]>;
}

/** Call it at the top of a test file. */
export function localTables(): LocalTables {
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
  return {
    client: () => client,
    newClient: () => new DynamoDBClient({ ...at.dynamodb, maxAttempts: 1 }),
    make: async () => {
      const table = `millrace-test-${randomUUID()}`;
      await createLandingTable({ table, client });
      tables.push(table);
      return table;
    },
    scan: async (TableName) => {
      const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
      return Items;
    },
  };
}

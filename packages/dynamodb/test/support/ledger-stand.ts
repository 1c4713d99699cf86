import { randomUUID } from 'node:crypto';
import { DeleteTableCommand, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { endpointsForTests } from '@millrace/local';
import { type FaultProxy, startFaultProxy } from '@millrace/testkit';
import { createLedgerTable } from '../../src/index.ts';

/** A ledger's table, and ways to it. */
export interface LedgerStand {
  readonly table: string;
  readonly client: DynamoDBClient;
  /** In front of the same table. */
  readonly proxy: FaultProxy;
  /** A client that goes through the proxy. */
  readonly through: (config?: DynamoDBClientConfig) => DynamoDBClient;
  readonly stop: () => Promise<void>;
}

export async function startLedgerStand(): Promise<LedgerStand> {
  const at = await endpointsForTests();
  const table = `millrace-ledger-${randomUUID()}`;
  const client = new DynamoDBClient(at.dynamodb);
  await createLedgerTable({ table, client });
  const proxy = await startFaultProxy(at.dynamodb.endpoint);
  const clients = [client];
  return {
    table,
    client,
    proxy,
    through: (config) => {
      const own = new DynamoDBClient({ ...at.dynamodb, endpoint: proxy.url, ...config });
      clients.push(own);
      return own;
    },
    stop: async () => {
      await client.send(new DeleteTableCommand({ TableName: table }));
      for (const one of clients) one.destroy();
      await proxy.stop();
      await at.stop();
    },
  };
}

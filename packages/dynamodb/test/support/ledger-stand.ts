import { randomUUID } from 'node:crypto';
import { DeleteTableCommand, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { ItemReport } from '@millrace/core';
import type { ClaimRequest } from '@millrace/core/plugin';
import { endpointsForTests } from '@millrace/local';
import { createLedgerTable } from '../../src/index.ts';

/** How long claims last, in milliseconds. */
export const LEASE_MS = 60_000;

/** A ledger's table. */
export interface LedgerStand {
  readonly table: string;
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  /** Another client of the same service, or of one in front of it. */
  readonly connect: (config?: DynamoDBClientConfig) => DynamoDBClient;
  /** Everything that is stored about an object of the feed `prices`: its head and its versions. */
  readonly stored: (object: string) => Promise<Readonly<Record<string, unknown>>[]>;
  readonly get: (key: object) => Promise<Readonly<Record<string, unknown>> | undefined>;
  readonly stop: () => Promise<void>;
}

/** @param env where the endpoints are named; `{}` for the local stack in any case, which a fault proxy needs */
export async function startLedgerStand(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<LedgerStand> {
  const at = await endpointsForTests(env);
  const table = `millrace-ledger-${randomUUID()}`;
  const client = new DynamoDBClient(at.dynamodb);
  await createLedgerTable({ table, client });
  const documents = DynamoDBDocumentClient.from(client);
  const clients = [client];
  return {
    table,
    client,
    endpoint: at.dynamodb.endpoint,
    connect: (config) => {
      const own = new DynamoDBClient({ ...at.dynamodb, ...config });
      clients.push(own);
      return own;
    },
    stored: async (object) => {
      const { Items = [] } = await documents.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: '#object = :object',
          ExpressionAttributeNames: { '#object': 'object' },
          ExpressionAttributeValues: { ':object': `prices#${object}` },
        }),
      );
      return Items;
    },
    get: async (key) =>
      (await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }))).Item,
    stop: async () => {
      await client.send(new DeleteTableCommand({ TableName: table }));
      for (const one of clients) one.destroy();
      await at.stop();
    },
  };
}

/** A claim of one version of an object, unlike any other claim. */
export function claimOf(object: string, version: string, own: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    feed: 'prices',
    object,
    origin: { id: `${object}?versionId=${version}`, uri: object },
    sequencer: version,
    claimId: randomUUID(),
    leaseMs: LEASE_MS,
    versions: 'newest',
    ...own,
  };
}

/** The name of an object that no other test has. */
export function newObject(): string {
  return `s3://prices/${randomUUID()}.gz`;
}

export function reportOf({ feed, object, origin }: ClaimRequest, own: Partial<ItemReport> = {}): ItemReport {
  return {
    feed,
    run: 'run',
    ref: object,
    outcome: 'complete',
    origin,
    watermark: 3,
    read: 3,
    expanded: 0,
    written: 3,
    rejected: 0,
    dropped: 0,
    skipped: 0,
    unsettled: 0,
    bytesIn: 10,
    bytesDecoded: 20,
    rejections: {},
    counters: {},
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    ...own,
  };
}

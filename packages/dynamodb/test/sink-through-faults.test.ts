import { randomUUID } from 'node:crypto';
import { type AttributeValue, DeleteTableCommand, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { type Fault, type FaultProxy, startFaultProxy } from '@millrace/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLandingTable, dynamodbSink } from '../src/index.ts';
import { SENDERS } from './support/senders.ts';
import { write } from './support/write.ts';

let at: TestEndpoints;
let proxy: FaultProxy;
let direct: DynamoDBClient;
let client: DynamoDBClient;
beforeAll(async () => {
  at = await endpointsForTests();
  proxy = await startFaultProxy(at.dynamodb.endpoint);
  direct = new DynamoDBClient(at.dynamodb);
  client = new DynamoDBClient({ ...at.dynamodb, endpoint: proxy.url, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  direct.destroy();
  await proxy.stop();
  await at.stop();
});

const injected = (): number => Object.values(proxy.injected).reduce((sum, count) => sum + count, 0);

const thirds = (index: number): boolean => index % 3 === 0;

/** What may happen to some of the requests of a busy writer, all at once. */
const FAULTS: readonly Fault[] = [
  { kind: 'unprocessed', times: 6, pick: thirds },
  { kind: 'unprocessed', times: 2 },
  { kind: 'dynamodbError', code: 'ProvisionedThroughputExceededException', times: 3 },
  { kind: 'dynamodbError', code: 'ThrottlingException', times: 2 },
  { kind: 'dynamodbError', code: 'RequestLimitExceeded', times: 2 },
  { kind: 'dynamodbError', code: 'InternalServerError', status: 500, times: 2 },
  { kind: 'resetBeforeResponse', times: 2 },
  { kind: 'loseAnswer', times: 3 },
  { kind: 'slow', delayMs: 30, times: 2 },
];

it.each(SENDERS)(
  'the table holds each record once after throttling, partial batches, resets and lost answers: %s sender',
  { timeout: 60_000 },
  async (sender) => {
    proxy.clear();
    const before = injected();
    const table = `millrace-faults-${randomUUID()}`;
    await createLandingTable({ table, client: direct });
    const sink = dynamodbSink({ table, client, retry: { baseMs: 2, capMs: 20 }, sender });
    await write(sink, [{ uuid: '0-0', batch: 0, index: 0 }]);
    for (const fault of FAULTS) proxy.add(fault);
    const batches = Array.from({ length: 20 }, (_, batch) =>
      Array.from({ length: 25 }, (__, index) => ({ uuid: `${batch}-${index}`, batch, index })),
    );
    const results = await Promise.all(batches.map((batch) => write(sink, batch)));
    expect(results.flatMap(({ codes }) => codes)).toEqual([]);
    expect(injected() - before).toBe(24);

    const items: Record<string, AttributeValue>[] = [];
    for await (const { Items = [] } of paginateScan({ client: direct }, { TableName: table, ConsistentRead: true }))
      items.push(...Items);
    expect(items).toHaveLength(500);
    expect(new Set(items.map((item) => `${item['batch']?.N}-${item['index']?.N}=${item['uuid']?.S}`))).toEqual(
      new Set(batches.flat().map(({ uuid }) => `${uuid}=${uuid}`)),
    );
    await direct.send(new DeleteTableCommand({ TableName: table }));
  },
);

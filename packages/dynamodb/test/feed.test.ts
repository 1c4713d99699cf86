import { randomUUID } from 'node:crypto';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import {
  feed,
  filter,
  flatMap,
  landingUuid,
  type Parser,
  type Rejection,
  type Sink,
  type Source,
} from '@millrace/core';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLandingTable, dynamodbSink, landingItem } from '../src/index.ts';
import { clientConfig, ok, startStub } from './support/service-stub.ts';
import { turns } from '../../../test/support/turns.ts';

interface Row {
  readonly n: number;
  readonly text: string;
}

/** Rows in memory as an item, so that the feed needs no other adapter. */
const source: Source<{ readonly name: string; readonly rows: readonly Row[] }, readonly Row[]> = {
  name: 'memory',
  describe: ({ name }) => name,
  open: async ({ name, rows }) => ({
    origin: { id: `memory://${name}#1`, uri: `memory://${name}`, lastModified: '2026-11-22T10:00:00.000Z' },
    chunks: async function* () {
      for (let start = 0; start < rows.length; start += 100) yield rows.slice(start, start + 100);
    },
  }),
};
const rows: Parser<readonly Row[], Row> = {
  kind: 'parser',
  name: 'rows',
  start: () => ({ push: (chunk) => chunk }),
};

const make = (count: number): Row[] => Array.from({ length: count }, (_, n) => ({ n, text: `row ${n}` }));

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

async function newTable(): Promise<string> {
  const table = `millrace-feed-${randomUUID()}`;
  await createLandingTable({ table, client });
  tables.push(table);
  return table;
}

describe('a feed into a landing table', { timeout: 30_000 }, () => {
  it('lands every record once, delivered twice', async () => {
    const table = await newTable();
    const prices = feed('prices').from(source).through(rows).through(landingItem()).to(dynamodbSink({ table, client }));
    const item = { name: 'a.ndjson', rows: make(330) };
    const first = await prices.run([item]);
    const second = await prices.run([item]);
    for (const { totals } of [first, second]) expect(totals).toMatchObject({ read: 330, written: 330, rejected: 0 });
    expect(first.reports[0]?.counters).toMatchObject({ dynamodb: { writeUnits: 330 } });
    const landed: Record<string, unknown>[] = [];
    for await (const { Items = [] } of paginateScan(
      { client: DynamoDBDocumentClient.from(client) },
      { TableName: table, ConsistentRead: true },
    ))
      landed.push(...Items);
    expect(landed).toHaveLength(330);
    for (const { uuid, ordinal, record } of landed) {
      expect(uuid).toBe(landingUuid('memory://a.ndjson#1', ordinal as number));
      expect(record).toEqual({ n: ordinal, text: `row ${ordinal as number}` });
    }
  });

  it('quarantines what DynamoDB does not take, and writes the rest', async () => {
    const table = await newTable();
    const rejected: Rejection[] = [];
    const quarantine: Sink<Rejection> = {
      name: 'memory',
      write: async (entries) => void rejected.push(...entries.map(({ value }) => value)),
    };
    const bad = make(200).map((row) => (row.n === 150 ? { ...row, text: 'x'.repeat(500_000) } : row));
    const flow = feed('prices')
      .from(source)
      .through(rows)
      .through(flatMap((row) => (row.n === 7 ? [row, row] : [row])))
      .through(filter((row) => row.n !== 9))
      .through(landingItem({ layout: 'flat' }))
      .to(dynamodbSink({ table, client }));
    const { totals } = await flow.run([{ name: 'b', rows: bad }], { quarantine });
    expect(totals).toMatchObject({ read: 200, expanded: 1, written: 199, rejected: 1, dropped: 1 });
    expect(rejected).toEqual([
      expect.objectContaining({ code: 'DYNAMODB_ITEM_TOO_LARGE', stage: 'dynamodb', ordinal: 150 }),
    ]);
  });

  it('keeps as many requests in flight as asked, and not more', async () => {
    // No answer before six requests are there; then a seventh that came with them would be there too.
    const six = Promise.withResolvers<void>();
    const stub = await startStub(async (_, index) => {
      if (index === 5) void turns().then(() => six.resolve());
      await six.promise;
      return ok;
    });
    const stubClient = new DynamoDBClient(clientConfig(stub));
    const flow = feed('prices')
      .from(source)
      .through(rows)
      .through(landingItem())
      .to(dynamodbSink({ table: 'landing', client: stubClient, concurrency: 6 }));
    expect((await flow.run([{ name: 'c', rows: make(1000) }])).totals.written).toBe(1000);
    expect(stub.peak()).toBe(6);
    expect(stub.requests).toHaveLength(40);
    stubClient.destroy();
    await stub.stop();
  });
});

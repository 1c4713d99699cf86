import { randomUUID } from 'node:crypto';
import { type AttributeValue, DeleteTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { feed, type Rejection, replay } from '@millrace/core';
import type { Entry } from '@millrace/core/plugin';
import { parseNdjson } from '@millrace/formats';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { memorySource } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLandingTable, dynamodbSink, landingItem, packed, type PackOptions } from '../src/index.ts';
import { isPack } from '../src/unpack.ts';
import { unpacked } from './support/unpacked.ts';

interface Row {
  readonly n: number;
}

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
  const table = `millrace-pack-${randomUUID()}`;
  await createLandingTable({ table, client });
  tables.push(table);
  return table;
}

async function scan(TableName: string): Promise<Record<string, AttributeValue>[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Items;
}

async function records(table: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await unpacked(await scan(table))).toSorted((a, b) => Number(a['ordinal']) - Number(b['ordinal']));
}

const source = memorySource<string>();
const flow = (table: string, pack?: PackOptions) =>
  feed('prices')
    .from(source)
    .through(parseNdjson<Row>())
    .through(landingItem())
    .to(dynamodbSink({ table, client, ...(pack && { pack: packed(pack) }) }));

const rows = (count: number, text = ''): string =>
  Array.from({ length: count }, (_, n) => JSON.stringify({ n, text: `${text}${n}` })).join('\n');

describe('a table with packs', () => {
  it('costs a fraction, and reads as if each record had been landed alone', async () => {
    const [single, grouped] = [await newTable(), await newTable()];
    const ref = source.put('prices', [rows(1000)]);
    const alone = await flow(single).run([ref]);
    const { totals, reports } = await flow(grouped, {}).run([ref]);
    expect(totals).toMatchObject({ read: 1000, written: 1000, rejected: 0, unsettled: 0 });
    expect(alone.reports[0]!.counters['dynamodb']).toMatchObject({ writeUnits: 1000 });
    expect(reports[0]!.counters['dynamodb']).toMatchObject({ packs: 10, writeUnits: 10 });
    expect(await scan(grouped)).toHaveLength(10);
    expect(await records(grouped)).toEqual(await records(single));
  });

  it('holds packs and single items side by side, of a feed that has moved from one to the other', async () => {
    const table = await newTable();
    await flow(table).run([source.put('monday', [rows(30, 'monday')])]);
    await flow(table, { records: 10 }).run([source.put('tuesday', [rows(30, 'tuesday')])]);
    await flow(table).run([source.put('wednesday', [rows(30, 'wednesday')])]);
    const items = await scan(table);
    expect(items.filter(isPack)).toHaveLength(3);
    expect(items).toHaveLength(63);
    const all = await records(table);
    expect(new Set(all.map(({ uuid }) => uuid)).size).toBe(90);
    expect(all.filter(({ source: from }) => String(from).includes('tuesday'))).toHaveLength(30);
  });

  it('is not changed by a second delivery', async () => {
    const table = await newTable();
    const ref = source.put('again', [rows(130)]);
    const shown = async () => (await scan(table)).map((item) => JSON.stringify(item)).toSorted();
    await flow(table, { records: 50 }).run([ref]);
    const before = await shown();
    await flow(table, { records: 50 }).run([ref]);
    expect(await shown()).toEqual(before);
    expect(before).toHaveLength(3);
  });

  it('gets what a replay brings as single items, which overwrite no pack', async () => {
    const table = await newTable();
    const lines = rows(40).split('\n');
    const ref = source.put('replayed', [lines.with(17, '{"n":17').join('\n')]);
    const kept: Rejection[] = [];
    const quarantine = {
      name: 'kept',
      write: async (entries: readonly Entry<Rejection>[]) => void kept.push(...entries.map(({ value }) => value)),
    };
    const report = await flow(table, { records: 20 }).run([ref], { quarantine });
    expect(report.totals).toMatchObject({ written: 39, rejected: 1 });
    const mended = kept.map((rejection) => ({ ...rejection, raw: `${String(rejection.raw)}}` }));
    expect(await replay(flow(table, { records: 20 }), mended)).toMatchObject({ delivered: 1, written: 1 });
    const all = await records(table);
    expect(all.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect((await scan(table)).filter(isPack)).toHaveLength(2);
  });
});

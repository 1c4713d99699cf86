import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { NumberValue } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { decimal, feed, isMillraceError, type RunReport, type Sink } from '@millrace/core';
import type { Entry } from '@millrace/core/plugin';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createLandingTable,
  dynamodbSink,
  dynamodbSource,
  type DynamodbSourceOptions,
  jsonItem,
  type LandingItem,
  parseItems,
  type TableSegment,
  packed,
} from '../src/index.ts';
import { unevenFeed } from './support/pack-feed.ts';
import { clientConfig, startStub, type StubAnswer } from './support/service-stub.ts';

type Row = Readonly<Record<string, unknown>>;

let at: TestEndpoints;
let client: DynamoDBClient;
const tables: string[] = [];
beforeAll(async () => {
  at = await endpointsForTests({});
  client = new DynamoDBClient(at.dynamodb);
});
afterAll(async () => {
  for (const TableName of tables) await client.send(new DeleteTableCommand({ TableName }));
  client.destroy();
  await at.stop();
});

async function newTable(): Promise<string> {
  const table = `millrace-unload-${randomUUID()}`;
  await createLandingTable({ table, client });
  tables.push(table);
  return table;
}

interface Unloaded {
  readonly records: readonly Entry<Row>[];
  readonly report: RunReport;
}

/** Unloads references into memory. */
async function unload(
  refs: readonly TableSegment[],
  options: DynamodbSourceOptions = {},
  own: { readonly signal?: AbortSignal; readonly concurrency?: number } = {},
): Promise<Unloaded> {
  const records: Entry<Row>[] = [];
  const sink: Sink<Row> = { name: 'memory', write: async (entries) => void records.push(...entries) };
  const unloading = feed('unload')
    .from(dynamodbSource({ client, ...options }))
    .through(parseItems())
    .to(sink);
  const report = await unloading.run(refs, { onFailure: 'report', ...own });
  return { records, report };
}

/** Lands 300 numbers of one file in packs, and 50 of another as single items. Answers what was landed. */
async function mixedTable(): Promise<{ readonly table: string; readonly landed: readonly LandingItem<object>[] }> {
  const table = await newTable();
  const landed: LandingItem<object>[] = [];
  for (const [name, count, pack] of [
    ['packed', 300, packed({ records: 40 })],
    ['single', 50, undefined],
  ] as const) {
    const text = Array.from({ length: count }, (_, n) => JSON.stringify({ n, name: `${name} ${n}` })).join('\n');
    const sink = dynamodbSink({ table, client, ...(pack && { pack }) });
    const tapped: Sink<never> = {
      ...sink,
      write: (entries, context) => {
        landed.push(...entries.map(({ value }) => value as LandingItem<object>));
        return sink.write(entries, context);
      },
    };
    await unevenFeed(tapped as never).run([{ name, chunks: [text] }]);
  }
  return { table, landed };
}

const byUuid = (rows: Iterable<Row>): readonly Row[] =>
  [...rows].toSorted((a, b) => String(a['uuid']).localeCompare(String(b['uuid'])));

describe('unloading a table', () => {
  it('gives every record once, packed or single, as if each had been landed alone, by any number of segments', async () => {
    const { table, landed } = await mixedTable();
    const source = dynamodbSource({ client });
    for (const totalSegments of [1, 3, 16]) {
      const refs = source.segments({ table, totalSegments });
      expect(refs).toHaveLength(totalSegments);
      const { records, report } = await unload(refs, {}, { concurrency: 4 });
      expect(byUuid(records.map(({ value }) => value))).toEqual(byUuid(landed));
      expect(report.totals).toMatchObject({ read: landed.length, written: landed.length, unsettled: 0 });
      expect(report.reports.some(({ counters }) => counters['dynamodb']!['readUnits']! > 0)).toBe(true);
    }
  });

  it('gives the same items, ids and ordinals again, whatever the pages; and another id once the table has changed', async () => {
    const { table } = await mixedTable();
    const places = ({ records }: Unloaded): readonly string[] =>
      records.map(({ item, ordinal, value }) => `${item.id} ${ordinal} ${String(value['uuid'])}`);
    const first = await unload([{ table }]);
    expect(first.records[0]!.item.id).toMatch(/^dynamodb:arn:aws:dynamodb:.*\?sha256=[0-9a-f]{64}$/);
    expect(places(await unload([{ table }], { pageItems: 7 }))).toEqual(places(first));
    await client.send(new PutItemCommand({ TableName: table, Item: marshall({ uuid: 'new' }) }));
    const changed = await unload([{ table }]);
    expect(changed.records[0]!.item.uri).toBe(first.records[0]!.item.uri);
    expect(changed.records[0]!.item.id).not.toBe(first.records[0]!.item.id);
  });

  it('takes only what is asked for', async () => {
    const { table, landed } = await mixedTable();
    const source = 'memory://single';
    const single = landed.filter((one) => one.source === source);
    const values = async (options: DynamodbSourceOptions): Promise<readonly Row[]> =>
      byUuid((await unload([{ table }], options)).records.map(({ value }) => value));
    expect(await values({ where: { source, feed: ['other', 'uneven'] } })).toEqual(byUuid(single));
    expect(await values({ where: { source: 'memory://none' } })).toEqual([]);
    const filter = {
      expression: '#n > :n OR begins_with(#source, :packed)',
      names: { '#n': 'ordinal', '#source': 'source' },
      values: { ':n': 40, ':packed': 'memory://packed' },
    };
    const filtered = landed.filter((one) => one.source !== source || one.ordinal > 40);
    expect(await values({ filter })).toEqual(byUuid(filtered));
    const attributes = await values({ where: { source }, filter, attributes: ['uuid', 'record'] });
    expect(attributes).toEqual(
      byUuid(filtered.filter((one) => one.source === source).map(({ uuid, record }) => ({ uuid, record }))),
    );
  });

  it('keeps every type: numbers of any length, sets, binary, empty values', async () => {
    const table = await newTable();
    const record = {
      uuid: 'a',
      big: 2n ** 80n,
      small: NumberValue.from('0.12345678901234567890123'),
      tags: new Set(['b', 'a']),
      numbers: new Set([1, 2.5]),
      binaries: new Set([new Uint8Array([1])]),
      bytes: new Uint8Array([0, 255]),
      list: [null, true, '', { deep: { er: [1] } }],
      $N: 'no tag',
      'né "\n': 'é "\n\u2028',
    };
    const sink = dynamodbSink<never>({ table, client });
    const one = { feed: 'a', run: 'a', signal: new AbortController().signal, item: { id: 'a', uri: 'a' } };
    const context = { ...one, stage: 'a', count: () => {} };
    expect(await sink.write([{ ...one, ordinal: 0, branch: '', value: record as never }], context)).toEqual([]);
    const { records } = await unload([{ table }]);
    const { value } = records[0]!;
    expect(value).toEqual({ ...record, small: decimal('0.12345678901234567890123') });
    expect(String(value['small'])).toBe('0.12345678901234567890123');
    const json = jsonItem().apply(value, records[0]!);
    expect(JSON.stringify(json)).toBe(
      '{"$N":"no tag","big":1208925819614629174706176,"binaries":["AQ=="],"bytes":"AP8=","list":[null,true,"",{"deep":{"er":[1]}}],' +
        '"numbers":[1,2.5],"né \\"\\n":"é \\"\\n\u2028","small":0.12345678901234567890123,"tags":["a","b"],"uuid":"a"}',
    );
    expect(jsonItem().apply({ a: 1 }, records[0]!)).toEqual({ a: 1 });
  });

  it('has numbers as the caller wants them', async () => {
    const line = Buffer.from('{"Item":{"n":{"N":"18446744073709551617"}}}\n');
    const codec = parseItems({ exactNumber: (text) => NumberValue.from(text) });
    const stage = codec.start({} as never);
    const found: unknown[] = [];
    for await (const block of stage.push(line) as AsyncIterable<{ readonly records: readonly unknown[] }>)
      found.push(...block.records);
    expect(found).toEqual([{ n: NumberValue.from('18446744073709551617') }]);
    expect(codec.reparse!({ raw: '{"Item":{"a":{"S":"b"}}}', code: 'A' })).toEqual({ a: 'b' });
    expect(() => codec.reparse!({ code: 'A' })).toThrow(expect.objectContaining({ code: 'REPLAY_IMPOSSIBLE' }));
    expect(() => codec.reparse!({ raw: '{}', code: 'A' })).toThrow(
      expect.objectContaining({ code: 'DYNAMODB_LINE_INVALID' }),
    );
  });
});

/** A table of numbered items at a stub, `pageItems` a page; `fail` may answer instead. */
async function stubbedTable(
  count: number,
  pageItems: number,
  fail: (request: { readonly start: number; readonly nth: number }) => StubAnswer | undefined = () => undefined,
  unitsOfItem = 1,
) {
  let nth = 0;
  const asked: number[] = [];
  const stub = await startStub(({ operation, body }) => {
    if (operation === 'DescribeTable')
      return { json: { Table: { TableStatus: 'ACTIVE', TableArn: 'arn:aws:dynamodb:us-east-1:1:table/stub' } } };
    const start = Number((body['ExclusiveStartKey'] as { uuid: { S: string } } | undefined)?.uuid.S ?? -1) + 1;
    asked.push(start);
    const failure = fail({ start, nth: (nth += 1) });
    if (failure !== undefined) return failure;
    const end = Math.min(count, start + Math.min(pageItems, Number(body['Limit'] ?? Infinity)));
    const Items = Array.from({ length: end - start }, (_, n) => ({ uuid: { S: `${start + n}` } }));
    return {
      json: {
        Items,
        Count: Items.length,
        ScannedCount: Items.length,
        ConsumedCapacity: { TableName: 'stub', CapacityUnits: Items.length * unitsOfItem },
        ...(end < count && { LastEvaluatedKey: { uuid: { S: `${end - 1}` } } }),
      },
    };
  });
  const stubClient = new DynamoDBClient(clientConfig(stub));
  return {
    client: stubClient,
    asked,
    stop: async () => {
      stubClient.destroy();
      await stub.stop();
    },
  };
}

const numbersOf = ({ records }: Unloaded): readonly number[] => records.map(({ value }) => Number(value['uuid']));
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

describe('where DynamoDB does not answer', () => {
  it('asks for a page again that was throttled, failed or lost, and goes on from there', async () => {
    const faults: readonly StubAnswer[] = [
      { error: 'ProvisionedThroughputExceededException' },
      { error: 'InternalServerError', status: 500 },
      'reset',
      { error: 'ThrottlingException' },
    ];
    const stub = await stubbedTable(100, 10, ({ nth }) => (nth % 3 === 2 ? faults[nth % 4] : undefined));
    const retry = { baseMs: 1, capMs: 5 };
    const unloaded = await unload([{ table: 'stub' }], { client: stub.client, retry });
    expect(numbersOf(unloaded)).toEqual(upTo(100));
    const { throttles = 0, retries = 0 } = unloaded.report.reports[0]!.counters['dynamodb']!;
    expect(throttles + retries).toBe(stub.asked.length - 10);
    expect(throttles).toBeGreaterThan(0);
    expect(retries).toBeGreaterThan(0);
    await stub.stop();
  });

  it.each([
    ['DYNAMODB_THROTTLED', { error: 'ThrottlingException' }],
    ['DYNAMODB_UNAVAILABLE', { error: 'InternalServerError', status: 500 }],
    ['DYNAMODB_REQUEST_INVALID', { error: 'ValidationException' }],
    ['DYNAMODB_ACCESS_DENIED', { error: 'AccessDeniedException' }],
    [
      'DYNAMODB_MAX_ON_DEMAND_THROUGHPUT',
      { error: 'ThrottlingException', reasons: [{ reason: 'TableReadMaxOnDemandThroughputExceeded' }] },
    ],
  ])('fails with %s, and leaves no file', async (code, failure) => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-unload-'));
    const stub = await stubbedTable(100, 10, ({ start }) => (start === 50 ? failure : undefined));
    const retry = { attempts: 3, baseMs: 1, capMs: 2 };
    const { report, records } = await unload([{ table: 'stub' }], { client: stub.client, retry, directory });
    expect(report.reports[0]!.error).toMatchObject({ code });
    expect(report.reports[0]!.error!.message).not.toMatch(/write/i);
    expect(records).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
    rmSync(directory, { recursive: true });
    await stub.stop();
  });

  const secret = 'content-of-a-record';
  const lies: readonly [string, StubAnswer][] = [
    ['an empty object', { body: '{}' }],
    ['null', { body: 'null' }],
    ['a list', { body: '[]' }],
    ['an empty body', { body: '' }],
    ['no content', { body: '', status: 204 }],
    ['a page of a proxy', { body: `<html>${secret}</html>`, headers: { 'content-type': 'text/html' } }],
    ['an error', { body: `{"__type":"com.amazonaws.dynamodb#InternalServerError","message":"${secret}"}` }],
    ['another operation’s', { body: '{"UnprocessedItems":{}}' }],
    ['fewer items than it counts', { json: { Items: [], Count: 1, ScannedCount: 1 } }],
    ['more items than it looked at', { json: { Items: [{ uuid: { S: secret } }], Count: 1, ScannedCount: 0 } }],
    ['items that are none', { json: { Items: [null], Count: 1, ScannedCount: 1 } }],
    [
      'a next page that is this one',
      { json: { Items: [], Count: 0, ScannedCount: 0, LastEvaluatedKey: { uuid: { S: '49' } } } },
    ],
    ['a next page without a key', { json: { Items: [], Count: 0, ScannedCount: 0, LastEvaluatedKey: {} } }],
    ['one with another checksum', { body: '{"Items":[],"Count":0,"ScannedCount":0}', headers: { 'x-amz-crc32': '1' } }],
  ];

  it.each(lies)('asks again where a success is not a page: %s', async (_, lie) => {
    let told = 0;
    const stub = await stubbedTable(100, 10, ({ start }) => (start === 50 && (told += 1) === 1 ? lie : undefined));
    const unloaded = await unload([{ table: 'stub' }], { client: stub.client, retry: { baseMs: 1, capMs: 2 } });
    expect(numbersOf(unloaded)).toEqual(upTo(100));
    expect(stub.asked.filter((start) => start === 50)).toHaveLength(2);
    await stub.stop();
  });

  it('fails where no success is a page, as what can pass, and says nothing of what it held', async () => {
    const stub = await stubbedTable(100, 10, ({ start }) => (start === 50 ? lies[5]![1] : undefined));
    const retry = { attempts: 2, baseMs: 1, capMs: 2 };
    const { report, records } = await unload([{ table: 'stub' }], { client: stub.client, retry });
    const { error } = report.reports[0]!;
    expect(error).toMatchObject({ code: 'DYNAMODB_RESPONSE_INVALID', retryable: true });
    expect(JSON.stringify(error)).not.toContain(secret);
    expect(records).toEqual([]);
    await stub.stop();
  });

  it('stops at once while it waits, with the reason of the signal', async () => {
    const stub = await stubbedTable(100, 10, ({ start }) =>
      start === 50 ? { error: 'ThrottlingException' } : undefined,
    );
    const retry = { attempts: 1000, baseMs: 60_000, capMs: 60_000, timeMs: 600_000 };
    // The length of the wait is drawn at its beginning.
    const drawn = vi.spyOn(Math, 'random').mockReturnValue(1);
    const source = dynamodbSource({ client: stub.client, retry });
    const controller = new AbortController();
    const context = { feed: 'a', run: 'a', stage: 'a', signal: controller.signal, count: () => {} };
    const opening = source.open({ table: 'stub' }, context);
    await vi.waitFor(() => expect(drawn).toHaveBeenCalled());
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    drawn.mockRestore();
    await stub.stop();
  });

  it('refuses what is no segment, and a directory that is none', async () => {
    const codeOf = async (ref: TableSegment, options: DynamodbSourceOptions = {}): Promise<unknown> => {
      const { report } = await unload([ref], options);
      return report.reports[0]!.error?.code;
    };
    const table = await newTable();
    expect(await codeOf({ table: 'a' })).toBe('DYNAMODB_REF_INVALID');
    expect(await codeOf({ table, segment: 2, totalSegments: 2 })).toBe('DYNAMODB_REF_INVALID');
    expect(await codeOf({ table, totalSegments: 0 })).toBe('DYNAMODB_REF_INVALID');
    expect(await codeOf({ table: `${table}-none` })).toBe('DYNAMODB_TABLE_NOT_FOUND');
    expect(await codeOf({ table }, { directory: join(tmpdir(), randomUUID()) })).toBe('DYNAMODB_SPOOL_FAILED');
    expect(await codeOf({ table }, { filter: { expression: 'no expression' } })).toBe('DYNAMODB_REQUEST_INVALID');
    expect(() => dynamodbSource().segments({ table, totalSegments: 0.5 })).toThrow(
      expect.objectContaining({ code: 'DYNAMODB_REF_INVALID' }),
    );
  });

  it('fails where lines are longer than an item can be', async () => {
    const codec = parseItems({ maxLineBytes: 10 });
    const stage = codec.start({} as never);
    const read = async (): Promise<void> => {
      for await (const _ of stage.push(Buffer.from('x'.repeat(20))) as AsyncIterable<unknown>);
    };
    const error = await read().catch((thrown: unknown) => thrown);
    expect(isMillraceError(error) && error.code).toBe('DYNAMODB_LINE_TOO_LONG');
  });
});

describe('a budget of read units', () => {
  it('is kept on average, by small pages', async () => {
    // 300 units at 200 a second take a second and a half, less what may be taken at once.
    const stub = await stubbedTable(300, 1000);
    const started = performance.now();
    const unloaded = await unload([{ table: 'stub' }], { client: stub.client, maxReadUnitsPerSecond: 200 });
    expect(performance.now() - started).toBeGreaterThan(1000);
    expect(numbersOf(unloaded)).toEqual(upTo(300));
    expect(stub.asked.length).toBeGreaterThanOrEqual(6);
    await stub.stop();
  });
});

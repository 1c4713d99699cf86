import { randomUUID } from 'node:crypto';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import {
  feed,
  isMillraceError,
  landingUuid,
  type MillraceError,
  type ReadableQuarantine,
  type Rejection,
  replay,
  sealedQuarantine,
} from '@millrace/core';
import { type Entry, rejectionToJson } from '@millrace/core/plugin';
import { parseNdjson } from '@millrace/formats';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { memorySource, quarantineCases } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noise } from '../../../test/support/noise.ts';
import {
  createLandingTable,
  createQuarantineTable,
  dynamodbQuarantine,
  type DynamodbQuarantineOptions,
  dynamodbSink,
  ensureTable,
  landingItem,
} from '../src/index.ts';
import { clientConfig, ok, startStub, unprocessed } from './support/service-stub.ts';
import { origin } from './support/write.ts';

let at: TestEndpoints;
let client: DynamoDBClient;
let documents: DynamoDBDocumentClient;
const tables: string[] = [];

beforeAll(async () => {
  at = await endpointsForTests();
  client = new DynamoDBClient(at.dynamodb);
  documents = DynamoDBDocumentClient.from(client);
}, 30_000);
afterAll(async () => {
  for (const TableName of tables) await client.send(new DeleteTableCommand({ TableName }));
  client.destroy();
  await at.stop();
});

async function newTable(): Promise<string> {
  const table = `millrace-quarantine-${randomUUID()}`;
  await createQuarantineTable({ table, client });
  tables.push(table);
  return table;
}

async function fresh(): Promise<{ table: string; quarantine: ReadableQuarantine }> {
  const table = await newTable();
  return { table, quarantine: dynamodbQuarantine({ table, client }) };
}

async function stored(TableName: string): Promise<Record<string, unknown>[]> {
  const { Items = [] } = await documents.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Items.filter(({ partition }) => partition === undefined);
}

function rejection(ordinal: number, more: Partial<Rejection> = {}): Rejection {
  const reason = { stage: 'parseNdjson', code: 'NDJSON_INVALID', message: 'no JSON' };
  return { feed: 'prices', run: 'run', item: origin, ordinal, branch: '', ...reason, ...more };
}

async function write(quarantine: ReadableQuarantine, ...rejections: readonly Rejection[]): Promise<void> {
  const { signal } = new AbortController();
  const entries = rejections.map((value): Entry<Rejection> => ({ ...value, value, signal }));
  const context = { feed: 'prices', run: 'run', stage: 'quarantine', signal, count: () => {} };
  expect((await quarantine.write(entries, context)) ?? []).toEqual([]);
}

async function read(quarantine: ReadableQuarantine, feedName = 'prices'): Promise<Rejection[]> {
  const found: Rejection[] = [];
  for await (const one of quarantine.rejections({ feed: feedName })) found.push(one);
  return found;
}

async function failureOf(work: Promise<unknown>): Promise<MillraceError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isMillraceError(error)) throw new Error(`not a coded error: ${String(error)}`);
  return error;
}

describe('dynamodbQuarantine', { timeout: 30_000 }, () => {
  for (const { clause, name, run } of quarantineCases({ create: async () => (await fresh()).quarantine })) {
    it(`${name} (${clause})`, run);
  }

  it('keeps each rejection as an item that people can read', async () => {
    const { table, quarantine } = await fresh();
    const one = rejection(17, { branch: '2', raw: '{"a":', line: 18, byteOffset: 400, value: 5n });
    await write(quarantine, one, rejection(18, { raw: Uint8Array.of(1) }));
    const items = await stored(table);
    expect(items).toHaveLength(2);
    expect(items[0]).toEqual({
      item: 'prices#s3://prices/2026/a b.ndjson.gz',
      position: expect.stringMatching(/^[0-9a-f]{16}#000000000017\.000002$/),
      feed: 'prices',
      uri: origin.uri,
      item_id: origin.id,
      run: 'run',
      ordinal: 17,
      branch: '2',
      stage: 'parseNdjson',
      code: 'NDJSON_INVALID',
      message: 'no JSON',
      line: 18,
      byte_offset: 400,
      raw: '{"a":',
      rejection: rejectionToJson(one),
    });
    expect(items[1]).not.toHaveProperty('raw');
  });

  it('marks what was settled, once', async () => {
    const before = Date.now();
    const { table, quarantine } = await fresh();
    await write(quarantine, rejection(0), rejection(1));
    await quarantine.settle([rejection(0), rejection(5)]);
    const [first] = await stored(table);
    await quarantine.settle([rejection(0)]);
    expect(await stored(table)).toEqual([first, expect.not.objectContaining({ settled_at: expect.anything() })]);
    expect(Date.parse(first?.['settled_at'] as string)).toBeGreaterThanOrEqual(before);
  });

  it('has rejections expire, where asked, and never the list of objects', async () => {
    const table = await newTable();
    await write(dynamodbQuarantine({ table, client, ttlDays: 2 }), rejection(0));
    const { Items = [] } = await documents.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
    const days = Items.map(({ expires_at }) => Math.round(((expires_at as number) - Date.now() / 1000) / 86_400));
    expect(days.toSorted()).toEqual([2, Number.NaN]);
  });

  it('takes as many rejections as go into one request with the list entry', async () => {
    const { quarantine } = await fresh();
    const all = Array.from({ length: 24 }, (_, ordinal) => rejection(ordinal));
    expect(quarantine.limits?.count).toBe(24);
    await write(quarantine, ...all);
    expect(await read(quarantine)).toEqual(all);
  });

  it('reads objects and versions apart, page by page', async () => {
    const { quarantine } = await fresh();
    const raw = 'x'.repeat(100_000);
    const all = ['a', 'b', 'c'].flatMap((name) =>
      Array.from({ length: 8 }, (_, ordinal) => rejection(ordinal, { item: { id: name, uri: `s3://b/${name}` }, raw })),
    );
    for (let from = 0; from < all.length; from += 8) await write(quarantine, ...all.slice(from, from + 8));
    const byItem = Map.groupBy(await read(quarantine), ({ item }) => item.id);
    expect([...byItem.keys()].toSorted()).toEqual(['a', 'b', 'c']);
    for (const [id, found] of byItem) expect(found).toEqual(all.filter(({ item }) => item.id === id));
    // The partition of an object is no feed, and an object whose feed begins alike is another one's.
    expect(await read(quarantine, 'prices#s3://b/a')).toEqual([]);
    expect(await read(quarantine, 'price')).toEqual([]);
  });

  it('keeps what is no valid Unicode, and objects with long names', async () => {
    const { table, quarantine } = await fresh();
    const item = { id: `file://${'é'.repeat(3000)}`, uri: `file://${'é'.repeat(3000)}` };
    const odd = rejection(0, { item, raw: 'a\ud800b', message: '\udc00' });
    await write(quarantine, odd);
    expect(await read(quarantine)).toEqual([odd]);
    expect((await stored(table))[0]).toMatchObject({ raw: 'a\ufffdb', item: expect.stringMatching(/^#[0-9a-f]{64}$/) });
  });
});

describe('a rejection over 400 KB', { timeout: 30_000 }, () => {
  /** Text that gzip cannot make smaller than 6 bits a character. */
  const noisy = (bytes: number): string => noise(bytes).toString('base64');

  it('is gzipped, and comes back whole', async () => {
    const { table, quarantine } = await fresh();
    const all = [
      rejection(0, { raw: 'ab'.repeat(1_000_000), value: { a: 'b'.repeat(1000) } }),
      rejection(1, { raw: 'c', value: Array.from({ length: 300_000 }, (_, at) => at % 10) }),
      rejection(2, { raw: noisy(180_000) }),
    ];
    await write(quarantine, ...all);
    expect(await read(quarantine)).toEqual(all);
    const items = await stored(table);
    expect(items.map((item) => ['raw' in item, 'rejection' in item, 'rejection_gz' in item, 'cut' in item])).toEqual([
      [false, false, true, false],
      [true, false, true, false],
      [false, false, true, false],
    ]);
  });

  it('is cut before it is sealed, and refused if it was sealed as it is', async () => {
    const { quarantine } = await fresh();
    const sealed = sealedQuarantine(quarantine, { keys: { k: new Uint8Array(32) }, keyId: 'k' });
    const raw = noisy(500_000);
    const whole = rejection(0, { raw: noisy(270_000) });
    await write(sealed, whole, rejection(1, { raw }));
    const [first, cut] = await read(sealed);
    expect(first).toEqual(whole);
    expect(cut?.details).toEqual({
      rawLeftOut: expect.stringContaining(`${raw.length} characters`),
      rawStart: raw.slice(0, 65_536),
    });
    const data = Uint8Array.from(noise(500_000));
    const tooLarge = write(
      quarantine,
      rejection(2, { details: { sealed: { version: 1, keyId: 'k', nonce: data, data } } }),
    );
    await expect(tooLarge).rejects.toMatchObject({ code: 'DYNAMODB_REJECTION_TOO_LARGE', ordinal: 2 });
    expect(await read(sealed)).toHaveLength(2);
  });

  it('is cut where gzip does not help, tells so, and is not replayed from a part', async () => {
    const { table, quarantine } = await fresh();
    const raw = noisy(500_000);
    const bytes = Uint8Array.from(noise(500_000));
    const details = { a: 1 };
    await write(
      quarantine,
      rejection(0, { raw: 'short', value: raw, details }),
      rejection(1, { raw, value: 'short', details }),
      rejection(2, { raw: bytes }),
      rejection(3, { message: noisy(200_000), details: { noise: noisy(500_000) } }),
    );
    const [value, text, binary, reason] = await read(quarantine);
    expect(value).toEqual(
      rejection(0, { raw: 'short', details: { a: 1, valueLeftOut: expect.stringContaining('too large') } }),
    );
    const lost = expect.stringContaining('too large');
    expect(text).toEqual(
      rejection(1, {
        details: {
          a: 1,
          valueLeftOut: lost,
          rawLeftOut: expect.stringContaining(`${raw.length} characters`),
          rawStart: raw.slice(0, 65_536),
        },
      }),
    );
    expect(binary?.details).toEqual({
      rawLeftOut: expect.stringContaining('500000 bytes'),
      rawStart: new Uint8Array(bytes.subarray(0, 65_536)),
    });
    expect(reason).toMatchObject({ code: 'NDJSON_INVALID', details: { detailsLeftOut: lost } });
    expect(reason?.message).toHaveLength(1000);
    const items = await stored(table);
    expect(items.map(({ cut }) => cut)).toEqual([true, true, true, true]);
    expect(items[1]?.['raw']).toBe(raw.slice(0, 65_536));

    const source = memorySource<string>();
    const landing = feed('prices').from(source).through(parseNdjson<object>()).through(landingItem());
    const report = await replay(landing.to(dynamodbSink({ table, client })), [text!, binary!]);
    expect(report).toMatchObject({ tried: 2, rejected: 2, written: 0 });
    expect(report.again.map(({ code }) => code)).toEqual(['REPLAY_IMPOSSIBLE', 'REPLAY_IMPOSSIBLE']);
  });
});

describe('a real feed with bad lines', { timeout: 30_000 }, () => {
  it('has them replayed into the landing table under their first keys', async () => {
    const landingTable = `millrace-landing-${randomUUID()}`;
    await createLandingTable({ table: landingTable, client });
    tables.push(landingTable);
    const { quarantine } = await fresh();
    const source = memorySource<string>({ objects: { 'a.ndjson': ['{"n":0}\n{"n":1\n{"n":2}\n{"n":}\n{"n":4}\n'] } });
    const prices = feed('prices')
      .from(source)
      .through(parseNdjson<{ readonly n: number }>())
      .through(landingItem())
      .to(dynamodbSink({ table: landingTable, client }));
    const report = await prices.run(source.refs(), { quarantine, maxRejections: { share: 1 } });
    expect(report.totals).toMatchObject({ read: 5, written: 3, rejected: 2 });

    const kept = quarantine.rejections({ feed: 'prices' });
    async function* mended(): AsyncGenerator<Rejection, void> {
      for await (const one of kept) yield { ...one, raw: one.ordinal === 1 ? '{"n":1}' : one.raw };
    }
    const { settle } = quarantine;
    const first = await replay(prices, mended(), { settled: settle });
    expect(first.again).toMatchObject([{ ordinal: 3 }]);
    expect(first).toMatchObject({ tried: 2, delivered: 1, rejected: 1 });
    const { Items = [] } = await documents.send(new ScanCommand({ TableName: landingTable, ConsistentRead: true }));
    const landed = Items.map(({ ordinal, uuid, record }) => [ordinal, uuid, record]).toSorted();
    expect(landed).toEqual([0, 1, 2, 4].map((n) => [n, landingUuid('memory:a.ndjson?version=1', n), { n }]));
    expect(await replay(prices, kept, { settled: settle })).toMatchObject({ tried: 1, rejected: 1 });
    await settle(await read(quarantine));
    expect(await replay(prices, kept, { settled: settle })).toMatchObject({ tried: 0 });
  });
});

describe('a quarantine that cannot be used', { timeout: 30_000 }, () => {
  const source = memorySource<string>({ objects: { a: ['no JSON\n'] } });
  const prices = () =>
    feed('prices')
      .from(source)
      .through(parseNdjson<object>())
      .through(landingItem())
      .to(dynamodbSink({ table: 'millrace-unused', client }));

  it('fails the item where its table is missing', async () => {
    const quarantine = dynamodbQuarantine({ table: `millrace-gone-${randomUUID()}`, client });
    const { reports } = await prices().run(source.refs(), { quarantine, onFailure: 'report' });
    expect(reports[0]).toMatchObject({
      outcome: 'failed',
      rejected: 0,
      watermark: 0,
      error: { code: 'DYNAMODB_TABLE_NOT_FOUND', stage: 'quarantine:dynamodb' },
    });
    expect((await failureOf(read(quarantine))).code).toBe('DYNAMODB_TABLE_NOT_FOUND');
    expect((await failureOf(quarantine.settle([rejection(0)]))).code).toBe('DYNAMODB_TABLE_NOT_FOUND');
  });

  it('tells of a table with another key', async () => {
    const table = `millrace-other-${randomUUID()}`;
    await ensureTable({ table, partitionKey: 'uuid', client });
    tables.push(table);
    const quarantine = dynamodbQuarantine({ table, client });
    expect((await failureOf(write(quarantine, rejection(0)))).code).toBe('DYNAMODB_REQUEST_INVALID');
    expect((await failureOf(read(quarantine))).code).toBe('DYNAMODB_REQUEST_INVALID');
    expect((await failureOf(quarantine.settle([rejection(0)]))).code).toBe('DYNAMODB_REQUEST_INVALID');
    await expect(createQuarantineTable({ table, client })).rejects.toMatchObject({ code: 'DYNAMODB_TABLE_DIFFERS' });
  });

  it('fails the write where the list of objects cannot be written', async () => {
    const stub = await startStub(({ items }) => {
      const left = items.filter((item) => 'partition' in item);
      return left.length === 0 ? ok : unprocessed(left, 'quarantine');
    });
    const own = new DynamoDBClient(clientConfig(stub));
    const retry = { attempts: 2, baseMs: 1 };
    const quarantine = dynamodbQuarantine({ table: 'quarantine', client: own, retry });
    const error = await failureOf(write(quarantine, rejection(0), rejection(1)));
    expect(error.code).toBe('DYNAMODB_UNPROCESSED');
    own.destroy();
    await stub.stop();
  });

  it('refuses an item that holds no rejection', async () => {
    const { table, quarantine } = await fresh();
    await write(quarantine, rejection(0));
    const [item] = await stored(table);
    for (const broken of [
      { ...item, rejection: '{}' },
      { ...item, rejection: undefined },
      { ...item, rejection: undefined, rejection_gz: Uint8Array.of(1, 2) },
    ]) {
      const Item = Object.fromEntries(Object.entries(broken).filter(([, value]) => value !== undefined));
      await documents.send(new PutCommand({ TableName: table, Item }));
      expect(await failureOf(read(quarantine))).toMatchObject({
        code: 'QUARANTINE_UNREADABLE',
        details: { item: item?.['item'], position: item?.['position'] },
      });
    }
  });

  it('makes clients of its own at first use, and closes them', async () => {
    const table = await newTable();
    const before = { ...process.env };
    const { endpoint, region, credentials } = at.dynamodb;
    process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpoint;
    process.env['AWS_REGION'] = region;
    if (credentials !== undefined) {
      process.env['AWS_ACCESS_KEY_ID'] = credentials.accessKeyId;
      process.env['AWS_SECRET_ACCESS_KEY'] = credentials.secretAccessKey;
    }
    try {
      const quarantine = dynamodbQuarantine({ table });
      for (let times = 0; times < 2; times += 1) {
        await write(quarantine, rejection(times));
        await quarantine.settle([rejection(times)]);
        expect(await read(quarantine)).toEqual([]);
        await quarantine.close?.();
      }
      expect(await stored(table)).toHaveLength(2);
    } finally {
      process.env = before;
    }
  });

  it('is refused with options that it does not know', async () => {
    for (const [options, code] of [
      [{ table: 'x' }, 'OPTION_INVALID'],
      [{ table: 'quarantine', ttlDays: 0.5 }, 'OPTION_INVALID'],
      [{ table: 'quarantine', bucket: 'b' }, 'OPTION_UNKNOWN'],
    ] as const) {
      expect(() => dynamodbQuarantine(options as DynamodbQuarantineOptions)).toThrow(expect.objectContaining({ code }));
    }
    const { rejections } = dynamodbQuarantine({ table: 'quarantine' });
    expect(() => rejections({ feed: '' })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    const unknown = { table: 'quarantine', sortKey: 'x' };
    await expect(createQuarantineTable(unknown)).rejects.toMatchObject({ code: 'OPTION_UNKNOWN' });
  });
});

import { randomUUID } from 'node:crypto';
import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ListedEntry } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbLedger, ensureTable, itemSize } from '../src/index.ts';
import { daysOf, LEDGER_INDEX_ATTRIBUTES } from '../src/ledger-listing.ts';
import { claimOf, type LedgerStand, newObject, reportOf, startLedgerStand } from './support/ledger-stand.ts';
import { finishedRecord, storeEntries } from './support/many-entries.ts';
import { removeTable } from './support/remove-table.ts';

const START = Date.UTC(2026, 10, 28);
const DAY = 24 * 60 * 60 * 1000;
const DONE = { watermark: 3, rejected: 0 };

let stand: LedgerStand;
let now = START;
beforeAll(async () => {
  stand = await startLedgerStand();
}, 30_000);
afterAll(() => stand.stop());

/** A ledger whose requests are counted. */
function counted() {
  const client = stand.connect();
  const requests: Record<string, number> = {};
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        requests[commandName] = (requests[commandName] ?? 0) + 1;
        return next(args);
      },
    { step: 'initialize' },
  );
  return { requests, ledger: dynamodbLedger({ table: stand.table, client }, () => now) };
}

async function all(entries: AsyncIterable<ListedEntry>): Promise<ListedEntry[]> {
  const list: ListedEntry[] = [];
  for await (const entry of entries) list.push(entry);
  return list;
}

const newFeed = (): string => `prices-${randomUUID()}`;

describe('a listing in DynamoDB', () => {
  it('queries one partition of the index for each day, and reads what is claimed', async () => {
    const feed = newFeed();
    const { ledger, requests } = counted();
    const finished = claimOf(newObject(), '01', { feed });
    await ledger.claim(finished);
    await ledger.finish(finished, DONE, reportOf(finished));
    await ledger.claim(claimOf(newObject(), '01', { feed }));
    for (const name of Object.keys(requests)) delete requests[name];
    const period = { feed, from: new Date(START - DAY), until: new Date(START + 2 * DAY) };
    expect((await all(ledger.list!(period))).map(({ state }) => state).toSorted()).toEqual(['claimed', 'complete']);
    expect(requests).toEqual({ QueryCommand: 3, GetItemCommand: 1 });
  });

  it('takes three requests at most for a day of a thousand entries, beside those of other feeds and days', async () => {
    const [feed, other] = [newFeed(), newFeed()];
    const at = (minute: number): string => new Date(START + minute * 60_000).toISOString();
    const records = function* () {
      for (let index = 0; index < 1000; index += 1) {
        yield finishedRecord(feed, `s3://drop/2026/11/28/prices-${index}.csv.gz`, at(index));
        if (index % 10 === 0) yield finishedRecord(other, `s3://drop/2026/11/28/stock-${index}.csv.gz`, at(index));
        if (index % 10 === 0)
          yield finishedRecord(feed, `s3://drop/2026/11/29/prices-${index}.csv.gz`, at(1440 + index));
      }
    };
    await storeEntries(stand.client, stand.table, records());
    const { ledger, requests } = counted();
    const listed = await all(ledger.list!({ feed, from: new Date(START), until: new Date(START + DAY) }));
    expect(listed).toHaveLength(1000);
    expect(new Set(listed.map(({ object }) => object)).size).toBe(1000);
    expect(Object.keys(requests)).toEqual(['QueryCommand']);
    expect(requests['QueryCommand']).toBeLessThanOrEqual(3);
  });

  it('writes to the index for a claim and an outcome, and not for a checkpoint', async () => {
    const feed = newFeed();
    const { ledger, requests } = counted();
    const indexed = async (): Promise<string> => JSON.stringify(await indexItems(stand.client, `${feed}#2026-11-28`));
    const holder = claimOf(newObject(), '01', { feed, versionTag: 'tag' });
    await ledger.claim(holder);
    const claimed = await indexed();
    for (const watermark of [10, 20, 30]) {
      now += 1000;
      await ledger.checkpoint(holder, { watermark, rejected: 1 });
      expect(await indexed()).toBe(claimed);
    }
    await ledger.finish(holder, { watermark: 40, rejected: 1 }, reportOf(holder));
    expect(await indexed()).not.toBe(claimed);
    // As without an index: two reads and two writes for the claim, two writes a checkpoint, three for the outcome.
    expect(requests).toEqual({ GetItemCommand: 2, PutItemCommand: 2 + 3 * 2 + 3 });
    now = START;
  });

  it('needs one write unit of the index for an entry with names of the usual length', async () => {
    const feed = newFeed();
    const record = finishedRecord(
      feed,
      `s3://landing-bucket/prices/2026/11/28/${'n'.repeat(40)}.csv.gz`,
      new Date(START).toISOString(),
    );
    await storeEntries(stand.client, stand.table, [record]);
    const [item] = await indexItems(stand.client, `${feed}#2026-11-28`);
    const keys = ['object', 'version', 'listedIn', ...LEDGER_INDEX_ATTRIBUTES].toSorted();
    expect(Object.keys(item!).toSorted()).toEqual(keys);
    expect(itemSize(item!)).toBeLessThanOrEqual(1024);
  });

  it('says what to do if the table has no index', async () => {
    const table = `millrace-ledger-${randomUUID()}`;
    await ensureTable({ table, client: stand.client, partitionKey: 'object', sortKey: 'version' });
    try {
      const ledger = dynamodbLedger({ table, client: stand.client });
      const claim = claimOf(newObject(), '01');
      await ledger.claim(claim);
      await ledger.finish(claim, DONE, reportOf(claim));
      await expect(all(ledger.list!({ feed: 'prices', from: new Date(START) }))).rejects.toMatchObject({
        code: 'DYNAMODB_INDEX_MISSING',
        message: expect.stringContaining(`ensureLedgerTable({ table: '${table}' })`),
        details: { table, index: 'listing' },
      });
    } finally {
      await removeTable(stand.client, table);
    }
  });

  it('lists an entry of an earlier release when it was last written, once it is in the index', async () => {
    const feed = newFeed();
    const { firstClaimedAt: _, ...old } = finishedRecord(feed, newObject(), '2026-11-27T10:00:00.000Z');
    await storeEntries(stand.client, stand.table, [old]);
    const { ledger } = counted();
    const [entry, ...others] = await all(ledger.list!({ feed, from: new Date(START - DAY), until: new Date(START) }));
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ object: old.object, state: 'complete', firstClaimedAt: '2026-11-27T10:00:00.000Z' });
  });

  it('refuses an entry that holds no listing of its own', async () => {
    const feed = newFeed();
    const documents = DynamoDBDocumentClient.from(stand.client);
    const Item = {
      object: `${feed}#o`,
      version: '0a',
      listedIn: `${feed}#2026-11-28`,
      listing: '{',
      state: 'complete',
    };
    await documents.send(new PutCommand({ TableName: stand.table, Item }));
    const { ledger } = counted();
    await expect(
      all(ledger.list!({ feed, from: new Date(START), until: new Date(START + DAY) })),
    ).rejects.toMatchObject({
      code: 'DYNAMODB_ENTRY_UNREADABLE',
    });
  });
});

async function indexItems(client: DynamoDBClient, partition: string): Promise<Record<string, unknown>[]> {
  const documents = DynamoDBDocumentClient.from(client);
  const { Items = [] } = await documents.send(
    new QueryCommand({
      TableName: stand.table,
      IndexName: 'listing',
      KeyConditionExpression: 'listedIn = :partition',
      ExpressionAttributeValues: { ':partition': { S: partition } },
    }),
  );
  return Items;
}

it.each([
  ['2026-02-28T23:59:59.999Z', '2026-03-01T00:00:00.001Z', ['2026-02-28', '2026-03-01']],
  ['2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z', ['2026-12-31']],
  ['2026-03-29T12:00:00.000Z', '2026-03-29T12:00:00.001Z', ['2026-03-29']],
])('the period from %s until %s touches the days %j', (from, until, days) => {
  expect([...daysOf(from, until)]).toEqual(days);
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { dynamodbLedger } from '../src/index.ts';
import { type LedgerStand, startLedgerStand } from './support/ledger-stand.ts';
import { finishedRecord, storeEntries } from './support/many-entries.ts';

const [FEEDS, DAYS, ENTRIES] = [10, 10, 1000];

let stand: LedgerStand;
beforeAll(async () => {
  stand = await startLedgerStand();
}, 30_000);
afterAll(() => stand.stop());

it('a day of a feed among 100,000 entries takes three queries at most, and no scan', { timeout: 600_000 }, async () => {
  const at = (day: number, entry: number): string =>
    new Date(Date.UTC(2026, 10, 1 + day) + entry * 80_000).toISOString();
  const records = function* () {
    for (let feed = 0; feed < FEEDS; feed += 1) {
      for (let day = 0; day < DAYS; day += 1) {
        for (let entry = 0; entry < ENTRIES; entry += 1) {
          yield finishedRecord(`feed-${feed}`, `s3://drop/feed-${feed}/${day}/prices-${entry}.csv.gz`, at(day, entry));
        }
      }
    }
  };
  expect(await storeEntries(stand.client, stand.table, records())).toBe(100_000);
  const client = stand.connect();
  const requests: string[] = [];
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        requests.push(commandName);
        return next(args);
      },
    { step: 'initialize' },
  );
  const ledger = dynamodbLedger({ table: stand.table, client });
  const objects = new Set<string>();
  for await (const { object } of ledger.list!({
    feed: 'feed-3',
    from: new Date(Date.UTC(2026, 10, 5)),
    until: new Date(Date.UTC(2026, 10, 6)),
  })) {
    objects.add(object);
  }
  expect(objects.size).toBe(ENTRIES);
  expect([...objects].every((object) => object.startsWith('s3://drop/feed-3/4/'))).toBe(true);
  expect(new Set(requests)).toEqual(new Set(['QueryCommand']));
  expect(requests.length).toBeLessThanOrEqual(3);
});

import { randomUUID } from 'node:crypto';
import type { LedgerListQuery, ListedEntry } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLedgerTable, ensureLedgerTable, postgresLedger } from '../src/index.ts';
import { readListed } from '../src/ledger-statements.ts';
import { claimOf, newObject, reportOf } from './support/claims.ts';
import { servers, START_MS, type TestServer } from './support/servers.ts';

const START = Date.UTC(2026, 10, 28);
const DONE = { watermark: 3, rejected: 0 };

describe.each(servers)('a listing of postgresLedger on $name', ({ start }) => {
  const tables: string[] = [];
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  }, START_MS);
  afterAll(async () => {
    for (const table of tables) await server.direct.query(`DROP TABLE IF EXISTS "${table}"`);
    await server.stop();
  });

  const newTable = (): string => {
    const table = `listing_${randomUUID()}`;
    tables.push(table);
    return table;
  };
  const all = async (table: string, query: Partial<LedgerListQuery> = {}): Promise<ListedEntry[]> => {
    const entries: ListedEntry[] = [];
    const { list } = postgresLedger({ client: server.direct, table });
    for await (const entry of list!({ feed: 'prices', from: new Date(START), ...query })) entries.push(entry);
    return entries;
  };

  /** Adds finished entries, one a second, by one statement. */
  const addEntries = (table: string, feed: string, count: number): Promise<unknown> =>
    server.direct.query(
      `INSERT INTO "${table}" (object_key, version_key, stamp, record) SELECT encode(sha256(n::text::bytea), 'hex'), 'v', 's',
       json_build_object('feed', $1::text, 'object', 'o' || n, 'origin', json_build_object('id', 'o' || n, 'uri', 'o'), 'state', 'complete',
         'watermark', 1, 'rejected', 0, 'attempts', 1, 'claimId', 'c', 'leaseUntil', 0, 'stamp', 's', 'updatedAt', at, 'firstClaimedAt', at)
       FROM (SELECT n, to_char(timestamp '2026-11-28' + n * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
             FROM generate_series(0, $2::int - 1) AS n) AS numbered`,
      [feed, String(count)],
    );

  it('reads page after page, and each entry once', async () => {
    const table = newTable();
    await createLedgerTable({ client: server.direct, table });
    await addEntries(table, 'prices', 700);
    await addEntriesOfOther(table);
    const found = await all(table);
    expect(found.map(({ object }) => object)).toEqual(Array.from({ length: 700 }, (_, n) => `o${n}`));
    const part = await all(table, { from: new Date(START + 100_000), until: new Date(START + 400_000) });
    expect(part.map(({ object }) => object)).toEqual(Array.from({ length: 300 }, (_, n) => `o${n + 100}`));
  });

  /** An object of another feed, with a key of its own. */
  const addEntriesOfOther = async (table: string): Promise<void> => {
    const ledger = postgresLedger({ client: server.direct, table }, () => START + 5000);
    await ledger.claim(claimOf(newObject(), '01', { feed: 'stock' }));
  };

  it('goes by an index', async () => {
    const table = newTable();
    await createLedgerTable({ client: server.direct, table });
    await addEntries(table, 'prices', 1000);
    await server.direct.query(`ANALYZE "${table}"`);
    const period = { feed: 'prices', from: '2026-11-28T00:00:10.000Z', until: '2026-11-28T00:00:12.000Z' };
    const { text, values } = readListed(`"${table}"`, period, undefined, 300);
    const { rows } = (await server.direct.query(`EXPLAIN ${text}`, values)) as { rows: Record<string, string>[] };
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain(`${table}_listing`);
    expect(plan).not.toContain('Seq Scan');
  });

  it('is added to a table of an earlier release, with the entries that are in it', async () => {
    const table = newTable();
    await server.direct.query(
      `CREATE TABLE "${table}" (object_key text, version_key text, stamp text NOT NULL, record json NOT NULL, PRIMARY KEY (object_key, version_key))`,
    );
    await addEntries(table, 'prices', 3);
    await server.direct.query(
      `UPDATE "${table}" SET record = replace(record::text, 'firstClaimedAt', 'unknown')::json WHERE record->>'object' = 'o2'`,
    );
    // Runs need nothing of it.
    const ledger = postgresLedger({ client: server.direct, table }, () => START + 60_000);
    const holder = claimOf(newObject());
    await ledger.claim(holder);
    await expect(all(table)).rejects.toMatchObject({
      code: 'POSTGRES_LISTING_MISSING',
      message: expect.stringContaining('ensureLedgerTable()'),
    });
    expect(await createLedgerTable({ client: server.direct, table })).toEqual({ created: false });
    await expect(all(table)).rejects.toMatchObject({ code: 'POSTGRES_LISTING_MISSING' });
    for (let time = 0; time < 2; time += 1) {
      expect(await ensureLedgerTable({ client: server.direct, table })).toEqual({ created: false });
    }
    await ledger.finish(holder, DONE, reportOf(holder));
    expect((await all(table)).map(({ object, firstClaimedAt }) => [object, firstClaimedAt])).toEqual([
      ['o0', '2026-11-28T00:00:00.000Z'],
      ['o1', '2026-11-28T00:00:01.000Z'],
      ['o2', '2026-11-28T00:00:02.000Z'],
      [holder.object, '2026-11-28T00:01:00.000Z'],
    ]);
  });

  it('is made with a new table, whatever the length of its name', async () => {
    const table = newTable();
    expect(await ensureLedgerTable({ client: server.direct, table })).toEqual({ created: true });
    expect(await all(table)).toEqual([]);
    const long = `${'n'.repeat(62)}a`;
    tables.push(long);
    await createLedgerTable({ client: server.direct, table: long });
    expect(await all(long)).toEqual([]);
  });
});

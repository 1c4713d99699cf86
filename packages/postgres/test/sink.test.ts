import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresClient, postgresSink, type PostgresSinkOptions } from '../src/index.ts';
import { codeOf } from './support/code-of.ts';
import { countingContext, entriesOf } from './support/entries.ts';
import { servers, START_MS, type TestServer } from './support/servers.ts';

type Options = Partial<PostgresSinkOptions<string>>;

describe.each(servers)('postgresSink on $name', ({ start }) => {
  let server: TestServer;
  const tables: string[] = [];
  beforeAll(async () => {
    server = await start();
  }, START_MS);
  afterAll(async () => {
    for (const table of tables) await server.direct.query(`DROP TABLE "${table}"`);
    await server.stop();
  });

  async function tableOf(columns: string): Promise<string> {
    const table = `Sink."${randomUUID()}`.slice(0, 63).replaceAll('"', "'");
    await server.direct.query(`CREATE TABLE "${table}" (${columns})`);
    tables.push(table);
    return table;
  }
  async function write(table: string, values: readonly object[], options: Options = {}) {
    const context = countingContext();
    const sink = postgresSink<string>({ client: server.direct, table, key: 'id', ...options });
    const refusals = (await sink.write(entriesOf(values), context)) ?? [];
    return { refusals: refusals.map(({ position, code }) => ({ position, code })), counted: context.counted };
  }
  async function rowsOf(table: string, columns = '*'): Promise<readonly unknown[]> {
    return (await server.direct.query(`SELECT ${columns} FROM "${table}" ORDER BY 1`)).rows;
  }

  it('writes the last of those with one key, counts the others, and overwrites at the next delivery', async () => {
    const table = await tableOf('id text PRIMARY KEY, n integer');
    const first = await write(table, [
      { id: 'a', n: 1 },
      { id: 'b', n: 2 },
      { id: 'a', n: 3 },
      { id: 'a', n: 4 },
    ]);
    expect(first).toEqual({ refusals: [], counted: { duplicates: 2 } });
    expect(await rowsOf(table)).toEqual([
      { id: 'a', n: 4 },
      { id: 'b', n: 2 },
    ]);
    await write(table, [{ id: 'a', n: 5 }, { id: 'c' }]);
    expect(await rowsOf(table)).toEqual([
      { id: 'a', n: 5 },
      { id: 'b', n: 2 },
      { id: 'c', n: null },
    ]);
  });

  it('knows keys that the table holds equal though they are spelled differently', async () => {
    const table = await tableOf('id numeric PRIMARY KEY, n integer');
    const values = [
      { id: '10', n: 1 },
      { id: '1.0', n: 2 },
      { id: 1, n: 3 },
      { id: '01', n: 4 },
      { id: 2, n: 5 },
    ];
    expect(await write(table, values)).toEqual({ refusals: [], counted: { duplicates: 2 } });
    expect(await rowsOf(table, 'id::text, n')).toEqual([
      { id: '01'.slice(1), n: 4 },
      { id: '10', n: 1 },
      { id: '2', n: 5 },
    ]);
    const bad = [...values, { id: '1.00', n: 6 }, { id: 3, n: 'x' }, { id: 'y', n: 1 }];
    expect((await write(table, bad)).refusals).toEqual([
      { position: 6, code: 'POSTGRES_ROW_REFUSED' },
      { position: 7, code: 'POSTGRES_ROW_REFUSED' },
    ]);
    expect(await rowsOf(table, 'id::numeric::integer AS id, n')).toEqual([
      { id: 1, n: 6 },
      { id: 2, n: 5 },
      { id: 10, n: 1 },
    ]);
    const uuids = await tableOf('id uuid PRIMARY KEY');
    const id = randomUUID();
    expect((await write(uuids, [{ id }, { id: id.toUpperCase() }])).counted).toEqual({ duplicates: 1 });
  });

  it('refuses those that the table refuses, by position, and writes the others', async () => {
    const table = await tableOf('id integer PRIMARY KEY, n integer CHECK (n <> 13), must text NOT NULL');
    const values = Array.from({ length: 100 }, (_, n) => ({ id: n, n, must: n === 77 ? null : 'x' }));
    expect((await write(table, values)).refusals).toEqual([
      { position: 13, code: 'POSTGRES_ROW_REFUSED' },
      { position: 77, code: 'POSTGRES_ROW_REFUSED' },
    ]);
    expect(await rowsOf(table, 'count(*)::integer AS n')).toEqual([{ n: 98 }]);
  });

  it('refuses all entries of a key whose last is refused, so that none is lost in silence', async () => {
    const table = await tableOf('id integer PRIMARY KEY, n integer');
    expect(
      (
        await write(table, [
          { id: 1, n: 1 },
          { id: 2, n: 2 },
          { id: 1, n: 'x' },
        ])
      ).refusals,
    ).toEqual([
      { position: 0, code: 'POSTGRES_ROW_REFUSED' },
      { position: 2, code: 'POSTGRES_ROW_REFUSED' },
    ]);
  });

  it('keeps rows that are there, where it is told to', async () => {
    const table = await tableOf('id text PRIMARY KEY, n integer');
    await write(table, [{ id: 'a', n: 1 }]);
    const again = await write(
      table,
      [
        { id: 'a', n: 2 },
        { id: 'b', n: 3 },
        { id: 'b', n: 4 },
      ],
      { mode: 'keep' },
    );
    expect(again).toEqual({ refusals: [], counted: { duplicates: 1 } });
    expect(await rowsOf(table)).toEqual([
      { id: 'a', n: 1 },
      { id: 'b', n: 3 },
    ]);
  });

  it('takes keys of several columns, tables of keys only, and other unique indexes', async () => {
    const table = await tableOf('"day of" date, sku text, n integer, UNIQUE (sku, "day of")');
    const key = ['day of', 'sku'];
    const values = [1, 2, 3].map((n) => ({ 'day of': '2026-01-02', sku: n < 3 ? 'a' : 'b', n }));
    expect((await write(table, values, { key })).counted).toEqual({ duplicates: 1 });
    await write(table, values, { key });
    expect(await rowsOf(table, 'sku, n')).toEqual([
      { sku: 'a', n: 2 },
      { sku: 'b', n: 3 },
    ]);
    const keysOnly = await tableOf('id text PRIMARY KEY');
    await write(keysOnly, [{ id: 'a' }, { id: 'b' }]);
    await write(keysOnly, [{ id: 'a' }]);
    expect(await rowsOf(keysOnly)).toEqual([{ id: 'a' }, { id: 'b' }]);
  });

  it('leaves columns with a default to it where a record says nothing, whatever the others say', async () => {
    const table = await tableOf(
      "id text PRIMARY KEY, n integer, currency text DEFAULT 'EUR', serial bigserial, twice integer GENERATED ALWAYS AS (n * 2) STORED",
    );
    const values = [
      { id: 'a', n: 1 },
      { id: 'b', n: 2, currency: 'CHF' },
      { id: 'c', currency: undefined },
      { currency: null, id: 'd' },
    ];
    expect((await write(table, values)).refusals).toEqual([]);
    await write(table, [{ id: 'b', n: 3 }]);
    expect(await rowsOf(table, 'id, n, currency, twice, serial > 0 AS numbered')).toEqual([
      { id: 'a', n: 1, currency: 'EUR', twice: 2, numbered: true },
      { id: 'b', n: 3, currency: 'CHF', twice: 6, numbered: true },
      { id: 'c', n: null, currency: 'EUR', twice: null, numbered: true },
      { id: 'd', n: null, currency: null, twice: null, numbered: true },
    ]);
    expect((await write(table, [{ id: 'e', twice: 1 }])).refusals).toEqual([
      { position: 0, code: 'POSTGRES_COLUMN_UNKNOWN' },
    ]);
  });

  it('writes the columns that were chosen, and no other', async () => {
    const table = await tableOf("id text PRIMARY KEY, a text, b text DEFAULT 'own'");
    await write(table, [{ id: '1', a: 'x', b: 'y', unknown: 1 }], { columns: ['a'] });
    expect(await rowsOf(table)).toEqual([{ id: '1', a: 'x', b: 'own' }]);
    expect(await codeOf(write(table, [{ id: '1' }], { columns: ['a', 'c'] }))).toBe('POSTGRES_COLUMN_MISSING');
  });

  it('takes domains, enumerations and schemas', async () => {
    const suffix = randomUUID().slice(0, 8);
    const schema = `Own ${suffix}`;
    await server.direct.query(`CREATE SCHEMA "${schema}"`);
    await server.direct.query(`CREATE TYPE "${schema}"."Kind" AS ENUM ('buy', 'sell')`);
    await server.direct.query(`CREATE DOMAIN "${schema}".doc AS jsonb CHECK (VALUE <> '{}')`);
    await server.direct.query(
      `CREATE TABLE "${schema}".trades (id integer PRIMARY KEY, kind "${schema}"."Kind", doc "${schema}".doc)`,
    );
    const values = [
      { id: 1, kind: 'buy', doc: { a: 1 } },
      { id: 2, kind: 'steal' },
      { id: 3, doc: {} },
    ];
    expect((await write('trades', values, { schema })).refusals.map(({ position }) => position)).toEqual([1, 2]);
    const { rows } = await server.direct.query(`SELECT kind::text, doc::text FROM "${schema}".trades`);
    expect(rows).toEqual([{ kind: 'buy', doc: '{"a": 1}' }]);
    await server.direct.query(`DROP SCHEMA "${schema}" CASCADE`);
  });

  it('fails the write where the table is not there, or has no such key', async () => {
    expect(await codeOf(write('no such table', [{ id: 1 }]))).toBe('POSTGRES_TABLE_NOT_FOUND');
    const table = await tableOf('id integer, part integer, "when" date, UNIQUE (id, part)');
    await server.direct.query(`CREATE UNIQUE INDEX ON "${table}" (id) WHERE part = 1`);
    expect(await codeOf(write(table, [{ id: 1 }]))).toBe('POSTGRES_KEY_NOT_UNIQUE');
    expect(await codeOf(write(table, [{ id: 1 }], { key: 'nothing' }))).toBe('POSTGRES_COLUMN_MISSING');
  });

  it('looks at the table again after it was changed', async () => {
    const table = await tableOf('id integer PRIMARY KEY, n integer');
    const sink = postgresSink<string>({ client: server.direct, table, key: 'id' });
    await sink.write(entriesOf([{ id: 1, n: 1 }]), countingContext());
    await server.direct.query(`ALTER TABLE "${table}" RENAME COLUMN n TO m`);
    expect(await codeOf(sink.write(entriesOf([{ id: 1, n: 2 }]), countingContext()))).toBe('POSTGRES_REQUEST_FAILED');
    await sink.write(entriesOf([{ id: 1, m: 3 }]), countingContext());
    expect(await rowsOf(table)).toEqual([{ id: 1, m: 3 }]);
  });

  it('takes a statement apart where it would be too large', async () => {
    const table = await tableOf('id integer PRIMARY KEY, body text');
    const texts: number[] = [];
    const client: PostgresClient = {
      query: (text, values) => {
        texts.push((values ?? []).reduce<number>((sum, value) => sum + String(value).length, 0));
        return server.direct.query(text, values);
      },
    };
    const body = 'x'.repeat(3_000_000);
    await write(
      table,
      [1, 2, 3, 4, 5].map((id) => ({ id, body })),
      { client },
    );
    expect(texts.slice(1).map((length) => Math.round(length / 3_000_000))).toEqual([2, 2, 1]);
    expect(await rowsOf(table, 'sum(length(body))::integer AS chars')).toEqual([{ chars: 15_000_000 }]);
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresClient, postgresSink, type PostgresSinkOptions } from '../src/index.ts';
import { countingContext, entriesOf } from './support/entries.ts';
import { servers, START_MS, type TestServer } from './support/servers.ts';

const NOT_STORED = 'POSTGRES_ROW_NOT_STORED';

describe.each(servers)('rows that PostgreSQL does not store, without an error, on $name', ({ start }) => {
  let server: TestServer;
  const tables: string[] = [];
  let sent: string[];
  beforeAll(async () => {
    server = await start();
  }, START_MS);
  afterAll(async () => {
    for (const table of tables) await server.direct.query(`DROP TABLE "${table}"`);
    await server.stop();
  });

  async function tableOf(columns: string, rest = ''): Promise<string> {
    const table = `missing_${randomUUID()}`;
    await server.direct.query(`CREATE TABLE "${table}" (${columns}) ${rest}`);
    tables.push(table);
    return table;
  }
  async function trigger(table: string, body: string, event = 'INSERT'): Promise<void> {
    const name = `look_${randomUUID().slice(0, 8)}`;
    await server.direct.query(
      `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN new; END $$`,
    );
    await server.direct.query(
      `CREATE TRIGGER ${name} BEFORE ${event} ON "${table}" FOR EACH ROW EXECUTE FUNCTION ${name}()`,
    );
  }
  const spy: PostgresClient = {
    query: (text, values) => {
      if (text.includes('INSERT INTO')) sent.push(text);
      return server.direct.query(text, values);
    },
  };
  /** A client of a user's own, which passes on nothing but rows. */
  const bare: PostgresClient = {
    query: async (text, values) => ({ rows: (await server.direct.query(text, values)).rows }),
  };
  async function write(table: string, values: readonly object[], options: Partial<PostgresSinkOptions<string>> = {}) {
    sent = [];
    const context = countingContext();
    const sink = postgresSink<string>({ client: spy, table, key: 'id', ...options });
    const refusals = (await sink.write(entriesOf(values), context)) ?? [];
    return { refused: refusals.map(({ position, code }) => `${position} ${code}`), counted: context.counted };
  }
  const idsOf = async (table: string): Promise<unknown> => {
    const { rows } = await server.direct.query(`SELECT id::text AS id FROM "${table}" AS stored ORDER BY stored.id`);
    return (rows as readonly { readonly id: string }[]).map(({ id }) => id).join(' ');
  };
  const values = Array.from({ length: 20 }, (_, id) => ({ id, n: id }));
  const dropped = [3, 11, 17].map((id) => `${id} ${NOT_STORED}`);

  it.each([
    ['with command tags', () => spy],
    ['without command tags', () => bare],
  ])('refuses those that a trigger drops, and no other, by a client %s', async (_, client) => {
    const table = await tableOf('id integer PRIMARY KEY, n integer');
    await trigger(table, 'IF new.n IN (3, 11, 17) THEN RETURN NULL; END IF;');
    expect(await write(table, values, { client: client() })).toEqual({ refused: dropped, counted: {} });
    expect(await write(table, values.slice(3, 4), { client: client() })).toEqual({
      refused: [`0 ${NOT_STORED}`],
      counted: {},
    });
    expect(await idsOf(table)).toBe('0 1 2 4 5 6 7 8 9 10 12 13 14 15 16 18 19');
  });

  it('costs one statement where all rows are stored, and one more where some are not', async () => {
    const table = await tableOf('id integer PRIMARY KEY, n integer');
    await write(table, values);
    await write(table, values);
    expect(sent.length).toBe(1);
    await trigger(table, 'IF new.n IN (3, 11, 17) THEN RETURN NULL; END IF;', 'UPDATE');
    expect((await write(table, values)).refused).toEqual(dropped);
    expect(sent.length).toBe(2);
  });

  it('refuses those that a trigger drops where another changes the keys', async () => {
    const table = await tableOf('id text PRIMARY KEY, n integer');
    await trigger(table, 'new.id := upper(new.id); IF new.n = 2 THEN RETURN NULL; END IF;');
    const named = ['a', 'b', 'c', 'd', 'e'].map((id, n) => ({ id, n }));
    for (let delivery = 0; delivery < 2; delivery += 1) {
      expect(await write(table, named)).toEqual({ refused: [`2 ${NOT_STORED}`], counted: {} });
    }
    expect(await idsOf(table)).toBe('A B D E');
  });

  it('accepts keys that a trigger changes', async () => {
    const table = await tableOf('id text PRIMARY KEY, n integer');
    await trigger(table, 'new.id := upper(new.id);');
    const named = ['a', 'b', 'c'].map((id, n) => ({ id, n }));
    for (const mode of ['upsert', 'upsert', 'keep'] as const) {
      expect(await write(table, named, { mode })).toEqual({ refused: [], counted: {} });
    }
    expect(await idsOf(table)).toBe('A B C');
  });

  it.each([
    ['keep', 'id integer PRIMARY KEY, n integer'],
    ['upsert', 'id integer PRIMARY KEY'],
  ] as const)(
    'with mode %s and the columns %s, tells rows that were there from those that a trigger drops',
    async (mode, columns) => {
      const table = await tableOf(columns);
      const plain = values.map(({ id, n }) => (columns.includes('n integer') ? { id, n } : { id }));
      expect((await write(table, plain.slice(0, 5), { mode })).refused).toEqual([]);
      expect((await write(table, plain.slice(0, 6), { mode })).refused).toEqual([]);
      await trigger(table, 'IF new.id IN (3, 11, 17) THEN RETURN NULL; END IF;');
      // 3 was there before the trigger.
      expect((await write(table, plain, { mode })).refused).toEqual(dropped.slice(1));
      expect((await write(table, plain, { mode })).refused).toEqual(dropped.slice(1));
      expect(await idsOf(table)).toBe('0 1 2 3 4 5 6 7 8 9 10 12 13 14 15 16 18 19');
    },
  );

  it('with mode keep, refuses what a trigger refuses where another was dropped', async () => {
    const table = await tableOf('id integer PRIMARY KEY, n integer CHECK (n < 19)');
    await trigger(table, 'IF new.n IN (3, 11, 17) THEN RETURN NULL; END IF;');
    expect((await write(table, values, { mode: 'keep' })).refused).toEqual([...dropped, '19 POSTGRES_ROW_REFUSED']);
  });

  it('knows triggers of partitions', async () => {
    const table = await tableOf('id integer PRIMARY KEY, n integer', 'PARTITION BY RANGE (id)');
    const part = `${table}_1`;
    await server.direct.query(`CREATE TABLE "${table}_0" PARTITION OF "${table}" FOR VALUES FROM (0) TO (10)`);
    await server.direct.query(`CREATE TABLE "${part}" PARTITION OF "${table}" FOR VALUES FROM (10) TO (20)`);
    await trigger(part, 'IF new.n IN (11, 17) THEN RETURN NULL; END IF;');
    expect((await write(table, values)).refused).toEqual(dropped.slice(1));
    expect((await write(table, values, { mode: 'keep' })).refused).toEqual(dropped.slice(1));
  });

  it('refuses those dropped among keys that the table holds equal', async () => {
    const table = await tableOf('id numeric PRIMARY KEY, n integer');
    await trigger(table, 'IF new.n = 4 THEN RETURN NULL; END IF;');
    const equal = [
      { id: '1.0', n: 1 },
      { id: '1', n: 2 },
      { id: '2', n: 3 },
      { id: '3', n: 4 },
    ];
    expect((await write(table, equal)).refused).toEqual([`3 ${NOT_STORED}`]);
    const { rows } = await server.direct.query(`SELECT n FROM "${table}" ORDER BY id`);
    expect(rows).toEqual([{ n: 2 }, { n: 3 }]);
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresClient, postgresSink, type PostgresSinkOptions } from '../src/index.ts';
import { codeOf } from './support/code-of.ts';
import { countingContext, entriesOf } from './support/entries.ts';
import { servers, START_MS, type TestServer } from './support/servers.ts';

const A = 's3://prices/a.ndjson';
const B = 's3://prices/b.ndjson';

interface Version {
  readonly uri?: string;
  readonly generation?: number;
}

describe.each(servers)('versions of an object on $name', ({ start }) => {
  let server: TestServer;
  const tables: string[] = [];
  beforeAll(async () => {
    server = await start();
  }, START_MS);
  afterAll(async () => {
    for (const table of tables) await server.direct.query(`DROP TABLE "${table}"`);
    await server.stop();
  });

  async function tableOf(columns = 'id text PRIMARY KEY, n integer, source text, generation bigint'): Promise<string> {
    const table = `versions_${randomUUID()}`;
    await server.direct.query(`CREATE TABLE "${table}" (${columns})`);
    tables.push(table);
    return table;
  }
  /** Rows as `landingRow` makes them of a version. */
  const rowsOf = (n: number, ids: string, { uri = A, generation }: Version) =>
    ids.split(' ').map((id) => ({ id, n, source: uri, ...(generation !== undefined && { generation }) }));
  async function write(
    table: string,
    n: number,
    ids: string,
    version: Version,
    options: Partial<PostgresSinkOptions<string>> = {},
  ) {
    const context = countingContext();
    const sink = postgresSink<string>({ client: server.direct, table, key: 'id', ...options });
    const refusals = (await sink.write(entriesOf(rowsOf(n, ids, version), { uri: A, ...version }), context)) ?? [];
    return { refused: refusals.map(({ position, code }) => `${position} ${code}`), ...context.counted };
  }
  async function stored(table: string): Promise<string> {
    const { rows } = await server.direct.query(`SELECT id, n FROM "${table}" ORDER BY id`);
    return (rows as readonly { readonly id: string; readonly n: number }[]).map(({ id, n }) => `${id}${n}`).join(' ');
  }

  it.each([
    ['with command tags', (direct: PostgresClient) => direct],
    [
      'without command tags',
      (direct: PostgresClient): PostgresClient => ({
        query: async (text, values) => ({ rows: (await direct.query(text, values)).rows }),
      }),
    ],
  ])('keeps the row of a newer one, by a client %s', async (_, clientOf) => {
    const table = await tableOf();
    const client = clientOf(server.direct);
    expect(await write(table, 2, 'a b', { generation: 2 }, { client })).toEqual({ refused: [] });
    expect(await write(table, 1, 'a b c', { generation: 1 }, { client })).toEqual({ refused: [], superseded: 2 });
    expect(await stored(table)).toBe('a2 b2 c1');
    expect(await write(table, 1, 'a', { generation: 1 }, { client })).toEqual({ refused: [], superseded: 1 });
    // The same version again, and a newer one.
    expect(await write(table, 3, 'a', { generation: 2 }, { client })).toEqual({ refused: [] });
    expect(await write(table, 4, 'b', { generation: 10 }, { client })).toEqual({ refused: [] });
    expect(await stored(table)).toBe('a3 b4 c1');
  });

  describe('a replay', () => {
    const COLUMNS = 'id text PRIMARY KEY, n integer, source text, generation bigint, ordinal bigint';
    /** Writes one row, whose `n` is its ordinal. */
    async function put(table: string, how: 'write' | 'writeSingly', generation: number, ordinal: number, uri = A) {
      const context = countingContext();
      const sink = postgresSink<string>({ client: server.direct, table, key: 'id' });
      const row = { id: 'a', n: ordinal, source: uri, generation, ordinal };
      expect(await sink[how]!(entriesOf([row], { uri, generation }), context)).toEqual([]);
      return context.counted;
    }

    it('keeps the row of a later record of the same version, and of a newer version', async () => {
      const table = await tableOf(COLUMNS);
      await put(table, 'write', 2, 10);
      expect(await put(table, 'writeSingly', 2, 5)).toEqual({ superseded: 1 });
      expect(await put(table, 'writeSingly', 1, 99)).toEqual({ superseded: 1 });
      expect(await stored(table)).toBe('a10');
      expect(await put(table, 'writeSingly', 2, 10)).toEqual({});
      expect(await put(table, 'writeSingly', 2, 11)).toEqual({});
      expect(await stored(table)).toBe('a11');
      expect(await put(table, 'writeSingly', 3, 1)).toEqual({});
      expect(await put(table, 'writeSingly', 1, 7, B)).toEqual({});
      expect(await stored(table)).toBe('a7');
    });

    it('does not compare ordinals where a run writes again, in order', async () => {
      const table = await tableOf(COLUMNS);
      for (const ordinal of [5, 10, 5, 10]) expect(await put(table, 'write', 1, ordinal)).toEqual({});
      expect(await stored(table)).toBe('a10');
      // A parser that was changed meanwhile numbers the records in another way.
      expect(await put(table, 'write', 1, 9)).toEqual({});
      expect(await stored(table)).toBe('a9');
    });

    it('compares generations alone if the table has no ordinals', async () => {
      const table = await tableOf('id text PRIMARY KEY, n integer, source text, generation bigint, ordinal text');
      await put(table, 'write', 2, 10);
      expect(await put(table, 'writeSingly', 2, 5)).toEqual({});
      expect(await put(table, 'writeSingly', 1, 99)).toEqual({ superseded: 1 });
      expect(await stored(table)).toBe('a5');
    });
  });

  it('compares versions of one object only', async () => {
    const table = await tableOf();
    await write(table, 2, 'a', { generation: 5 });
    expect(await write(table, 3, 'a', { uri: B, generation: 1 })).toEqual({ refused: [] });
    expect(await stored(table)).toBe('a3');
  });

  it('writes where a version is unknown', async () => {
    const table = await tableOf();
    await write(table, 1, 'a', {});
    expect(await write(table, 2, 'a', { generation: 1 })).toEqual({ refused: [] });
    expect(await write(table, 3, 'a', {})).toEqual({ refused: [] });
    expect(await stored(table)).toBe('a3');
  });

  it('takes the newest of one key in a write', async () => {
    const table = await tableOf();
    const sink = postgresSink<string>({ client: server.direct, table, key: 'id' });
    const context = countingContext();
    const mixed = [2, 1, 2].flatMap((generation, n) => [
      ...entriesOf(rowsOf(n, 'a', { generation }), { uri: A, generation }),
    ]);
    expect(await sink.write(mixed.slice(0, 2), context)).toEqual([]);
    expect(context.counted).toEqual({ superseded: 1 });
    expect(await stored(table)).toBe('a0');
    await sink.write(mixed, context);
    expect(await stored(table)).toBe('a2');
  });

  it('does not take what a trigger drops for superseded, nor the other way round', async () => {
    const table = await tableOf();
    await write(table, 2, 'a c e', { generation: 2 });
    const name = `look_${randomUUID().slice(0, 8)}`;
    await server.direct.query(
      `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.id IN ('b', 'd') THEN RETURN NULL; END IF; RETURN new; END $$`,
    );
    await server.direct.query(
      `CREATE TRIGGER ${name} BEFORE INSERT ON "${table}" FOR EACH ROW EXECUTE FUNCTION ${name}()`,
    );
    expect(await write(table, 1, 'a b c d e f', { generation: 1 })).toEqual({
      refused: ['1 POSTGRES_ROW_NOT_STORED', '3 POSTGRES_ROW_NOT_STORED'],
      superseded: 3,
    });
    expect(await stored(table)).toBe('a2 c2 e2 f1');
  });

  it('compares among keys that the table holds equal', async () => {
    const table = await tableOf('id numeric PRIMARY KEY, n integer, source text, generation bigint');
    await write(table, 2, '1', { generation: 2 });
    expect(await write(table, 1, '1.0 1.00 2 3', { generation: 1 })).toMatchObject({ refused: [] });
    expect(await stored(table)).toBe('12 21 31');
  });

  it('does not compare where it is told not to, or where the columns have a meaning of their own', async () => {
    const table = await tableOf();
    await write(table, 2, 'a', { generation: 2 });
    expect(await write(table, 1, 'a', { generation: 1 }, { compareVersions: false })).toEqual({ refused: [] });
    expect(await stored(table)).toBe('a1');
    const own = postgresSink<string>({ client: server.direct, table, key: 'id' });
    const entries = entriesOf([{ id: 'p', n: 1, source: 'shop', generation: 1 }], { uri: A, generation: 1 });
    await own.write(
      entriesOf([{ id: 'p', n: 9, source: 'shop', generation: 9 }], { uri: A, generation: 1 }),
      countingContext(),
    );
    expect(await own.write(entries, countingContext())).toEqual([]);
    const { rows } = await server.direct.query(`SELECT n FROM "${table}" WHERE id = 'p'`);
    expect(rows).toEqual([{ n: 1 }]);
    const texts = await tableOf('id text PRIMARY KEY, n integer, source text, generation text');
    await write(texts, 1, 'a', { generation: 9 });
    expect(await write(texts, 2, 'a', { generation: 1 })).toEqual({ refused: [] });
  });

  it('compares by other columns, and fails where they are asked for and missing', async () => {
    const table = await tableOf('id text PRIMARY KEY, n integer, origin text, version bigint');
    const compareVersions = { source: 'origin', generation: 'version' };
    const sink = postgresSink<string>({ client: server.direct, table, key: 'id', compareVersions });
    const counted = await Promise.resolve(countingContext());
    for (const version of [2, 1]) {
      await sink.write(
        entriesOf([{ id: 'a', n: version, origin: A, version }], { uri: A, generation: version }),
        counted,
      );
    }
    expect(counted.counted).toEqual({ superseded: 1 });
    expect(await stored(table)).toBe('a2');
    for (const asked of [
      true,
      { source: 'origin', generation: 'n_is_no_such' },
      { source: 'origin', generation: 'origin2' },
    ]) {
      expect(await codeOf(write(table, 1, 'a', {}, { compareVersions: asked, columns: ['n'] }))).toBe(
        'POSTGRES_COLUMN_MISSING',
      );
    }
  });

  it('writes without comparing to a table that lacks the column', async () => {
    const table = await tableOf('id text PRIMARY KEY, n integer, source text');
    expect(await write(table, 2, 'a', { generation: 2 })).toEqual({ refused: [] });
    expect(await write(table, 1, 'a', { generation: 1 })).toEqual({ refused: [] });
    expect(await stored(table)).toBe('a1');
    const sink = postgresSink<string>({ client: server.direct, table, key: 'id' });
    // A property of the record's own with that name is refused like any other.
    const own = await sink.write(
      entriesOf([{ id: 'b', source: A, generation: 7 }], { uri: A, generation: 1 }),
      countingContext(),
    );
    expect(own).toMatchObject([{ position: 0, code: 'POSTGRES_COLUMN_UNKNOWN' }]);
  });
});

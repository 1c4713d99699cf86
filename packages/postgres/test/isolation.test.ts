import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresClient, postgresSink, type PostgresSinkOptions } from '../src/index.ts';
import { codeOf } from './support/code-of.ts';
import { countingContext, entriesOf } from './support/entries.ts';
import { poolOn } from './support/pool-on.ts';
import { servers, START_MS, type TestServer } from './support/servers.ts';

const HALLS = ['north', 'north', 'south', 'north'].map((hall, id) => ({ id, hall }));

/** A client that counts INSERT statements, and may reject them as PostgreSQL would. */
function spied(direct: PostgresClient, faultOf: (records: number) => string | undefined = () => undefined) {
  const sent: number[] = [];
  const query: PostgresClient['query'] = async (text, values = []) => {
    if (!text.includes('INSERT INTO')) return direct.query(text, values);
    const records = String(values[0])
      .split(',')
      .filter((one) => one !== '{}').length;
    sent.push(records);
    const code = faultOf(records);
    if (code !== undefined) throw Object.assign(new Error('said by a test'), { code, severity: 'ERROR' });
    return direct.query(text, values);
  };
  return { client: { query }, sent };
}

describe.each(servers)('a fault of one row on $name', ({ start }) => {
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
    const table = `isolation_${randomUUID()}`;
    await server.direct.query(`CREATE TABLE "${table}" (${columns})`);
    tables.push(table);
    return table;
  }
  /** A trigger before each row, whose body may look at `new`. */
  async function trigger(table: string, body: string): Promise<void> {
    const name = `look_${randomUUID().slice(0, 8)}`;
    await server.direct.query(
      `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN new; END $$`,
    );
    await server.direct.query(
      `CREATE TRIGGER look BEFORE INSERT ON "${table}" FOR EACH ROW EXECUTE FUNCTION ${name}()`,
    );
  }
  const sinkOf = (table: string, options: Partial<PostgresSinkOptions<string>> = {}) =>
    postgresSink<string>({ client: server.direct, table, key: 'id', retry: { attempts: 3, baseMs: 0 }, ...options });
  const write = async (sink: ReturnType<typeof sinkOf>, values: readonly object[]) =>
    ((await sink.write(entriesOf(values), countingContext())) ?? []).map(({ position, code }) => ({ position, code }));
  const idsOf = async (table: string) =>
    ((await server.direct.query(`SELECT id FROM "${table}" ORDER BY 1`)).rows as { readonly id: number }[]).map(
      ({ id }) => id,
    );

  it.each(['HX001', '42883', '0A000', '21000', 'XX000'])(
    'refuses a row alone where a trigger raises %s',
    async (state) => {
      const table = await tableOf('id integer PRIMARY KEY, hall text');
      await trigger(
        table,
        `IF new.hall = 'south' THEN RAISE EXCEPTION 'no such hall' USING ERRCODE = '${state}'; END IF;`,
      );
      expect(await write(sinkOf(table), HALLS)).toEqual([{ position: 2, code: 'POSTGRES_ROW_REFUSED' }]);
      expect(await idsOf(table)).toEqual([0, 1, 3]);
      // At any place: alone in its write, and in a sink that has written nothing.
      expect(await write(sinkOf(table), HALLS.slice(2, 3))).toEqual([{ position: 0, code: 'POSTGRES_ROW_REFUSED' }]);
    },
  );

  it('fails where each row fails by a code that it does not know, unless the table took others', async () => {
    const table = await tableOf('id integer PRIMARY KEY, hall text');
    await trigger(table, "IF new.hall = 'south' THEN RAISE EXCEPTION 'no' USING ERRCODE = 'HX001'; END IF;");
    const south = [10, 11, 12].map((id) => ({ id, hall: 'south' }));
    const sink = sinkOf(table);
    expect(await codeOf(sink.write(entriesOf(south), countingContext()))).toBe('POSTGRES_REQUEST_FAILED');
    expect(await write(sink, HALLS.slice(0, 1))).toEqual([]);
    expect((await write(sink, south)).map(({ position }) => position)).toEqual([0, 1, 2]);
  });

  it('does not look for a row where the statement cannot work', async () => {
    const table = await tableOf('id integer PRIMARY KEY, hall text');
    const { client, sent } = spied(server.direct);
    const sink = sinkOf(table, { client });
    await write(sink, HALLS);
    await server.direct.query(`ALTER TABLE "${table}" RENAME COLUMN hall TO room`);
    const thrown = await sink.write(entriesOf(HALLS), countingContext()).catch((error: unknown) => error);
    // The statement without rows cannot quote one, so PostgreSQL's text is kept.
    expect(thrown).toMatchObject({
      code: 'POSTGRES_REQUEST_FAILED',
      retryable: false,
      message: expect.stringContaining('column "hall"') as string,
    });
    expect(sent).toEqual([4, 4, 0]);
  });

  it('sends fewer rows where the server has no time for all of them', async () => {
    const table = await tableOf('id integer PRIMARY KEY, hall text');
    const { client, sent } = spied(server.direct, (records) => (records > 1 ? '57014' : undefined));
    expect(await write(sinkOf(table, { client }), HALLS)).toEqual([]);
    expect(sent).toEqual([4, 2, 1, 1, 2, 1, 1]);
    expect(await idsOf(table)).toEqual([0, 1, 2, 3]);
  });

  it('rejects, and refuses nothing, where the server has no time for a single row', async () => {
    const table = await tableOf('id integer PRIMARY KEY, hall text');
    const { client, sent } = spied(server.direct, () => '57014');
    const thrown = await sinkOf(table, { client })
      .write(entriesOf(HALLS), countingContext())
      .catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'POSTGRES_UNAVAILABLE', retryable: true });
    expect(sent).toEqual([4, 2, 1, 1, 1]);
  });

  it.each(['08P01', '53300', '57P01', '57P03', '40001', '25006'])(
    'outlives %s, and rejects for another try when the budget is used up',
    async (code) => {
      const table = await tableOf('id integer PRIMARY KEY, hall text');
      let left = 2;
      const passing = spied(server.direct, () => ((left -= 1) >= 0 ? code : undefined));
      const context = countingContext();
      expect(await sinkOf(table, { client: passing.client }).write(entriesOf(HALLS), context)).toEqual([]);
      expect(context.counted).toEqual({ retries: 2 });
      const lasting = spied(server.direct, () => code);
      const thrown = await sinkOf(table, { client: lasting.client })
        .write(entriesOf(HALLS), countingContext())
        .catch((error: unknown) => error);
      expect(thrown).toMatchObject({ code: 'POSTGRES_UNAVAILABLE', retryable: true, details: { sqlState: code } });
      expect(lasting.sent).toEqual([4, 4, 4]);
    },
  );

  it('writes the last of equal keys also where halves look for a bad row', async () => {
    const table = await tableOf('id numeric PRIMARY KEY, n integer');
    const values = [
      { id: '1.00', n: 1 },
      { id: '1.0', n: 2 },
      { id: '5', n: 'x' },
      { id: '1', n: 3 },
    ];
    expect(await write(sinkOf(table), values)).toEqual([{ position: 2, code: 'POSTGRES_ROW_REFUSED' }]);
    const { rows } = await server.direct.query(`SELECT n FROM "${table}"`);
    expect(rows).toEqual([{ n: 3 }]);
  });

  /** Works with the rights of a role. PGlite has one session, whose role changes. */
  async function as<T>(role: string, work: (client: PostgresClient) => Promise<T>): Promise<T> {
    if (server.crash === undefined) {
      await server.direct.query(`SET ROLE ${role}`);
      try {
        return await work(server.direct);
      } finally {
        await server.direct.query('RESET ROLE');
      }
    }
    const pool = poolOn(server.port!, { user: role });
    try {
      return await work(pool);
    } finally {
      await pool.end();
    }
  }

  it('refuses what a policy does not let in, one by one, and fails where a right is missing', async () => {
    const table = await tableOf('id integer PRIMARY KEY, hall text, serial bigserial');
    const role = `loader_${randomUUID().slice(0, 8)}`;
    const run = (text: string) => server.direct.query(text);
    await run(`CREATE ROLE ${role} LOGIN`);
    await run(`ALTER TABLE "${table}" ENABLE ROW LEVEL SECURITY`);
    await run(`CREATE POLICY own ON "${table}" USING (true) WITH CHECK (hall = 'north')`);
    await run(`GRANT SELECT ON "${table}" TO ${role}`);
    const columns = ['hall'];
    const south = [20, 21].map((id) => ({ id, hall: 'south' }));

    const withoutRights = await as(role, async (direct) => {
      const { client, sent } = spied(direct);
      return { code: await codeOf(write(sinkOf(table, { client, columns }), HALLS)), sent };
    });
    expect(withoutRights).toEqual({ code: 'POSTGRES_ACCESS_DENIED', sent: [4, 0] });

    // The default of a column that nobody writes needs the sequence: that shows at a row only, and at each.
    await run(`GRANT INSERT, UPDATE ON "${table}" TO ${role}`);
    const code = await as(role, (client) => codeOf(write(sinkOf(table, { client, columns }), HALLS)));
    expect(code).toBe('POSTGRES_ACCESS_DENIED');

    await run(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
    const refusals = await as(role, async (client) => [
      ...(await write(sinkOf(table, { client, columns }), HALLS)),
      // All of them, in a sink that has written nothing: a policy is about rows.
      ...(await write(sinkOf(table, { client, columns }), south)),
    ]);
    expect(refusals).toEqual([2, 0, 1].map((position) => ({ position, code: 'POSTGRES_ROW_REFUSED' })));
    expect(await idsOf(table)).toEqual([0, 1, 3]);
    await run(`DROP OWNED BY ${role}`);
    await run(`DROP ROLE ${role}`);
  });
});

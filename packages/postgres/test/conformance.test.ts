import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chaosCases, eachCases, optionCases, sinkCases, type SinkCasesOptions, supportsLine } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ensureTable,
  landingColumns,
  landingRow,
  type LandingRow,
  type PostgresClient,
  postgresSink,
} from '../src/index.ts';
import { poolOn } from './support/pool-on.ts';
import { allServers, START_MS, type TestServer } from './support/servers.ts';
import { startTcpProxy } from './support/tcp-proxy.ts';

const land = landingRow<string>();

/** How the sink reaches a server, and how that is taken away. */
interface Reach {
  readonly client: PostgresClient;
  readonly interrupt: () => () => void;
  readonly calls: () => number;
  readonly close: () => Promise<void>;
}

async function throughProxy(port: number): Promise<Reach> {
  const proxy = await startTcpProxy(port);
  const pool = poolOn(proxy.port);
  const close = async (): Promise<void> => {
    await pool.end();
    await proxy.stop();
  };
  return { client: pool, interrupt: proxy.interrupt, calls: proxy.calls, close };
}

/** In the process there is no wire: calls fail as they would on a connection that breaks. */
function inProcess(direct: PostgresClient): Reach {
  let calls = 0;
  let away = false;
  const query: PostgresClient['query'] = async (text, values) => {
    calls += 1;
    if (away) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
    return direct.query(text, values);
  };
  const interrupt = () => {
    away = true;
    return () => void (away = false);
  };
  return { client: { query }, interrupt, calls: () => calls, close: async () => {} };
}

const supports = { refusals: true, groups: false, mixedItems: true, shared: true, outages: true };

describe.each(allServers)('postgresSink keeps the contract on $name', ({ start }) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  }, START_MS);
  afterAll(() => server.stop());

  const options: SinkCasesOptions<LandingRow<string>> = {
    supports,
    record: (text, place) => land.apply(text, place) as LandingRow<string>,
    keyed: (text, key, place) => landingRow<string>({ key: () => key }).apply(text, place) as LandingRow<string>,
    // PostgreSQL itself refuses it, so that the sink has to find it among the others.
    refused: {
      record: (place) => ({ ...(land.apply('bad', place) as LandingRow<string>), upload_date: 'yesterday or so' }),
      code: 'POSTGRES_ROW_REFUSED',
    },
    create: async () => {
      const table = `cases_${randomUUID()}`;
      const { direct, port } = server;
      await ensureTable({ client: direct, table, columns: landingColumns() });
      const reach = port === undefined ? inProcess(direct) : await throughProxy(port);
      const retry = { attempts: 100, baseMs: 5, capMs: 50, timeMs: 1500 };
      const create = () => postgresSink({ client: reach.client, table, retry });
      return {
        sink: create(),
        another: create,
        calls: reach.calls,
        interrupt: reach.interrupt,
        stored: async () => {
          const { rows } = await direct.query(`SELECT record #>> '{}' AS text FROM "${table}"`);
          return (rows as readonly { readonly text: string }[]).map(({ text }) => text);
        },
        close: async () => {
          await reach.close();
          await direct.query(`DROP TABLE "${table}"`);
        },
      };
    },
  };
  for (const { clause, name, run } of [...sinkCases(options), ...chaosCases({ ...options, runs: 3 })]) {
    it(`${clause} ${name}`, run);
  }
});

describe('landingRow keeps the contract', () => {
  const nested = eachCases<unknown, unknown>({
    create: () => landingRow(),
    samples: [
      { name: 'an object', input: { price: 1 } },
      { name: 'nothing', input: null },
      { name: 'a list', input: [1, [2]] },
    ],
  });
  for (const { clause, name, run } of nested) it(`nested: ${clause} ${name}`, run);
  const flat = eachCases<unknown, unknown>({
    create: () => landingRow({ layout: 'flat', key: 'content' }),
    samples: [
      { name: 'an object', input: { price: 1 } },
      { name: 'no object', input: 'text', error: 'LANDING_RECORD_NOT_OBJECT' },
      { name: 'a name of landing', input: { feed: 1 }, error: 'LANDING_NAME_TAKEN' },
    ],
  });
  for (const { clause, name, run } of flat) it(`flat: ${clause} ${name}`, run);
});

describe('options', () => {
  const cases = {
    postgresSink: optionCases({
      make: (own) => postgresSink(own as Parameters<typeof postgresSink>[0]),
      valid: { table: 'prices', client: { query: () => {} }, retry: { attempts: 1 } },
      invalid: [
        { table: '' },
        { table: 'x'.repeat(64) },
        { schema: 1 },
        { key: [] },
        { key: ['a', 'a'] },
        { columns: [''] },
        { mode: 'insert' },
        { concurrency: 0 },
        { maxRows: 0 },
        { timeoutMs: 0 },
        { timeoutMs: 2 ** 31 },
        { compareVersions: 'always' },
        { compareVersions: [] },
        { compareVersions: { source: '' } },
        { compareVersions: { source: 'generation' } },
        { retry: { capMs: 2 ** 31 } },
        { retry: { baseMs: 2 ** 31 } },
        { inexactNumbers: true },
        { connection: '' },
        { client: 'postgresql://localhost' },
        { retry: { attempts: 0 } },
      ],
    }),
    landingRow: optionCases({
      make: (own) => landingRow(own),
      valid: { names: { uuid: 'id' }, layout: 'flat', key: 'content' },
      invalid: [{ layout: 'wide' }, { key: 'uuid' }, { names: { uuid: 'feed' } }],
    }),
  };
  for (const [plugin, list] of Object.entries(cases)) for (const { name, run } of list) it(`${plugin}: ${name}`, run);
});

it('the README says what is supported', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(supportsLine('postgresSink', supports));
});

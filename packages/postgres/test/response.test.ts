import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureTable, type PostgresClient, postgresSink, type PostgresSinkOptions } from '../src/index.ts';
import { codeOf } from './support/code-of.ts';
import { countingContext, entriesOf } from './support/entries.ts';
import { servers, START_MS, type TestServer } from './support/servers.ts';

const INVALID = 'POSTGRES_RESPONSE_INVALID';
const VALUES = [
  { id: 1, n: 1 },
  { id: 2, n: 2 },
];

describe('a response that PostgreSQL does not send', () => {
  let server: TestServer;
  const table = 'responses';
  beforeAll(async () => {
    server = await servers[0]!.start();
    await server.direct.query(`CREATE TABLE ${table} (id numeric PRIMARY KEY, n integer)`);
  }, START_MS);
  afterAll(async () => {
    await server.direct.query(`DROP TABLE ${table}`);
    await server.stop();
  });

  /** A client whose response to statements with a text is another one; the true one may be looked at. */
  function lying(about: string, response: (true_: unknown) => unknown): PostgresClient {
    return {
      query: async (text, values) => {
        const result = await server.direct.query(text, values);
        return (text.includes(about) ? response(result) : result) as typeof result;
      },
    };
  }
  const write = (
    client: PostgresClient,
    values: readonly object[] = VALUES,
    options: Partial<PostgresSinkOptions<string>> = {},
  ) =>
    postgresSink<string>({ client, table, key: 'id', retry: { attempts: 2, baseMs: 0 }, ...options }).write(
      entriesOf(values),
      countingContext(),
    );

  const shapes: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['a text', 'INSERT 0 2'],
    ['an empty object', {}],
    ['rows that are no list', { rows: 'INSERT 0 2', command: 'INSERT', rowCount: 2 }],
    ['results of several statements', [{ rows: [], command: 'INSERT', rowCount: 2 }]],
  ];

  it.each<readonly [string, unknown]>([
    ...shapes,
    ['another command', { rows: [], command: 'SELECT', rowCount: 2 }],
    ['no count, where the client reported one before', { rows: [], command: 'INSERT', rowCount: null }],
    ['a count of more rows than were sent', { rows: [], command: 'INSERT', rowCount: 3 }],
    ['a count below zero', { rows: [], command: 'INSERT', rowCount: -1 }],
    ['a count that is no number', { rows: [], command: 'INSERT', rowCount: '2' }],
    ['half a row', { rows: [], command: 'INSERT', rowCount: 1.5 }],
  ])('to an INSERT is refused: %s', async (_, response) => {
    expect(await codeOf(write(lying('INSERT INTO', () => response)))).toBe(INVALID);
  });

  it.each<readonly [string, unknown]>([
    ...shapes,
    ['no row', { rows: [] }],
    ['two rows', { rows: [{ written: '2' }, { written: '2' }] }],
    ['a row without the count', { rows: [{ count: '2' }] }],
    ['a row that is a list', { rows: [['2']] }],
    ['a count that is no text', { rows: [{ written: 2 }] }],
    ['a count that is no number', { rows: [{ written: 'two' }] }],
    ['a count of more rows than were sent', { rows: [{ written: '3' }] }],
  ])('to a statement that counts by itself is refused: %s', async (_, response) => {
    const bare: PostgresClient = {
      query: async (text, values) => {
        const { rows } = await server.direct.query(text, values);
        return (text.includes('INSERT INTO') ? response : { rows }) as { rows: unknown[] };
      },
    };
    expect(await codeOf(write(bare))).toBe(INVALID);
  });

  it.each<readonly [string, unknown]>([
    ...shapes,
    ['no row', { rows: [], command: 'SELECT', rowCount: 0 }],
    ['a row of another query', { rows: [{ now: 'today' }], rowCount: 1 }],
    ['columns that are no JSON', { rows: [{ found: 'true', columns: '<html>', keys: null }] }],
    ['columns that are none', { rows: [{ found: 'true', columns: '[{"name":"id"}]', keys: '[["id"]]' }] }],
    ['columns that are no list', { rows: [{ found: 'true', columns: '{}', keys: '[["id"]]' }] }],
    ['keys that are none', { rows: [{ found: 'true', columns: '[]', keys: '["id"]' }] }],
  ])('to the question for columns is refused, and not taken for a missing table: %s', async (_, response) => {
    const client = lying('pg_class', () => response);
    expect(await codeOf(write(client))).toBe(INVALID);
    expect(await codeOf(ensureTable({ client, table, columns: { id: 'numeric' }, key: 'id' }))).toBe(INVALID);
  });

  it('to the question for types is refused', async () => {
    const client = lying('to_regtype', () => ({ rows: [] }));
    expect(await codeOf(ensureTable({ client, table, columns: { id: 'numeric' }, key: 'id' }))).toBe(INVALID);
  });

  it('to the question for equal keys, or for missing rows, is refused', async () => {
    const equal = [{ id: '1.0', n: 1 }, ...VALUES];
    expect(
      await codeOf(
        write(
          lying('DISTINCT ON', () => ({ rows: [{ keys: '2' }] })),
          equal,
        ),
      ),
    ).toBe(INVALID);
    const short = (response: unknown): PostgresClient => ({
      query: async (text, values) => {
        const result = await server.direct.query(text, values);
        if (text.includes('NOT EXISTS')) return response as typeof result;
        return text.startsWith('INSERT') ? { ...result, rowCount: 1, affectedRows: 1 } : result;
      },
    });
    for (const list of ['[3]', '[0]', '["1"]', '{}', '[1,1,1]', 'no JSON', 2]) {
      expect(await codeOf(write(short({ rows: [{ written: '1', missing: list }] })))).toBe(INVALID);
      expect(await codeOf(write(short({ rows: [{ absent: list }] }), VALUES, { mode: 'keep' }))).toBe(INVALID);
    }
  });
});

import { randomUUID } from 'node:crypto';
import { isMillraceError, type MillraceError } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  columnsFromSchema,
  ensureTable,
  type EnsurePostgresTableOptions,
  landingColumns,
  postgresSink,
  type StandardJsonSchema,
} from '../src/index.ts';
import { countingContext, entriesOf } from './support/entries.ts';
import { servers, START_MS, type TestServer } from './support/servers.ts';

async function thrownBy(work: () => unknown): Promise<MillraceError> {
  try {
    await work();
  } catch (error) {
    if (isMillraceError(error)) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

describe('columnsFromSchema', () => {
  it('reads zod', () => {
    const schema = z.object({
      id: z.uuid(),
      sku: z.string(),
      amount: z.number(),
      pieces: z.int(),
      open: z.boolean(),
      at: z.iso.datetime(),
      day: z.iso.date().nullable(),
      kind: z.enum(['buy', 'sell']).optional(),
      one: z.literal('a'),
      either: z.union([z.string(), z.number()]),
      mixed: z.union([z.iso.date(), z.iso.datetime()]),
      dates: z.union([z.iso.date(), z.null()]),
      tags: z.array(z.string()),
      size: z.object({ x: z.number() }).nullish(),
      anything: z.unknown(),
      currency: z.string().default('EUR'),
    });
    expect(columnsFromSchema(schema)).toEqual({
      id: { type: 'uuid', required: true },
      sku: { type: 'text', required: true },
      amount: { type: 'numeric', required: true },
      pieces: { type: 'bigint', required: true },
      open: { type: 'boolean', required: true },
      at: { type: 'timestamptz', required: true },
      day: { type: 'date', required: false },
      kind: { type: 'text', required: false },
      one: { type: 'text', required: true },
      either: { type: 'jsonb', required: true },
      mixed: { type: 'text', required: true },
      dates: { type: 'date', required: false },
      tags: { type: 'jsonb', required: true },
      size: { type: 'jsonb', required: false },
      anything: { type: 'jsonb', required: false },
      currency: { type: 'text', required: true },
    });
  });

  it('reads what other libraries write', () => {
    const schema = (properties: object): StandardJsonSchema => ({
      '~standard': {
        version: 1,
        vendor: 'own',
        jsonSchema: { output: () => ({ type: 'object', properties, required: Object.keys(properties) }) },
      },
    });
    const properties = {
      a: { enum: ['x', 'y'] },
      b: { const: null },
      c: { enum: [1, null] },
      d: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
      e: { const: true },
      f: {},
    };
    expect(columnsFromSchema(schema(properties))).toEqual({
      a: { type: 'text', required: true },
      b: { type: 'jsonb', required: false },
      c: { type: 'numeric', required: false },
      d: { type: 'bigint', required: false },
      e: { type: 'boolean', required: true },
      f: { type: 'jsonb', required: false },
    });
  });

  it.each<readonly [string, unknown]>([
    ['a schema that cannot say', { '~standard': { version: 1, vendor: 'mute', validate: () => {} } }],
    ['a type that JSON Schema has no word for', z.object({ n: z.bigint() })],
    ['no object', z.string()],
    ['an object without names', z.record(z.string(), z.string())],
    ['nothing', undefined],
  ])('refuses %s', async (_, schema) => {
    expect((await thrownBy(() => columnsFromSchema(schema as StandardJsonSchema))).code).toBe(
      'POSTGRES_SCHEMA_UNREADABLE',
    );
  });
});

describe.each(servers)('ensureTable on $name', ({ start }) => {
  let server: TestServer;
  const tables: string[] = [];
  beforeAll(async () => {
    server = await start();
  }, START_MS);
  afterAll(async () => {
    for (const table of tables) await server.direct.query(`DROP TABLE "${table}"`);
    await server.stop();
  });
  const newName = (): string => {
    const table = `Own "table" ${randomUUID()}`.slice(0, 60).replaceAll('"', '.');
    tables.push(table);
    return table;
  };
  const ensure = (options: Partial<EnsurePostgresTableOptions> & { readonly table: string }) =>
    ensureTable({ client: server.direct, columns: { id: 'integer', name: 'varchar(20)' }, key: 'id', ...options });

  it('makes a table once, that the sink can write to', async () => {
    const table = newName();
    const columns = {
      id: { type: 'int8', required: true },
      'a "b"': 'numeric(6,2)',
      tags: 'text[]',
      at: 'timestamp (3) with time zone',
    };
    expect(await ensure({ table, columns })).toEqual({ created: true });
    expect(await ensure({ table, columns })).toEqual({ created: false });
    const sink = postgresSink<string>({ client: server.direct, table, key: 'id' });
    expect(
      await sink.write(entriesOf([{ id: 1n, 'a "b"': '1.25', tags: ['x'], at: new Date(0) }]), countingContext()),
    ).toEqual([]);
    const { rows } = await server.direct.query(`SELECT "a ""b"""::text AS a FROM "${table}"`);
    expect(rows).toEqual([{ a: '1.25' }]);
  });

  it('makes it once where many ask at the same time', async () => {
    const table = newName();
    await Promise.all(Array.from({ length: 5 }, () => ensure({ table, columns: landingColumns(), key: 'uuid' })));
    expect(await ensure({ table, columns: landingColumns(), key: ['uuid'] })).toEqual({ created: false });
  });

  it('leaves other columns, other names of types, lengths and other unique keys alone', async () => {
    const table = newName();
    await server.direct.query(`CREATE TABLE "${table}" (own text, id int4 NOT NULL UNIQUE, name character varying(5))`);
    expect(await ensure({ table })).toEqual({ created: false });
  });

  it('says what differs', async () => {
    const table = newName();
    await server.direct.query(
      `CREATE TABLE "${table}" (id bigint, part integer, name text NOT NULL, PRIMARY KEY (id, part))`,
    );
    const { code, details } = await thrownBy(() =>
      ensure({ table, columns: { id: 'integer', name: 'text', more: 'date' } }),
    );
    expect(code).toBe('POSTGRES_TABLE_DIFFERS');
    expect(details).toEqual({
      differences: [
        { setting: 'id', expected: 'integer NOT NULL', actual: 'bigint NOT NULL' },
        { setting: 'name', expected: 'text', actual: 'text NOT NULL' },
        { setting: 'more', expected: 'date', actual: 'none' },
        { setting: 'key', expected: 'id', actual: 'id, part' },
      ],
    });
  });

  it('fails with a code where PostgreSQL does not know the type or the schema', async () => {
    const table = `never ${randomUUID()}`;
    expect((await thrownBy(() => ensure({ table, columns: { id: 'colour' } }))).code).toBe('POSTGRES_REQUEST_FAILED');
    expect((await thrownBy(() => ensure({ table, schema: 'nowhere' }))).code).toBe('POSTGRES_TABLE_NOT_FOUND');
    expect((await thrownBy(() => ensure({ table, signal: AbortSignal.abort() }))).code).toBe('POSTGRES_ABORTED');
  });

  it.each([
    { table: '' },
    { columns: {} },
    { columns: { id: 'integer); DROP TABLE prices; --' } },
    { columns: { id: { type: 'integer', required: 'yes' } } },
    { columns: ['id'] },
    { key: 'other' },
    { key: [] },
    { timeoutMs: 0 },
    { timeoutMs: 2 ** 31 },
  ])('refuses the options %o', async (options) => {
    expect((await thrownBy(() => ensure({ table: 'x', ...(options as object) }))).code).toBe('OPTION_INVALID');
  });

  it('refuses an unknown option, and columns without the default key', async () => {
    expect((await thrownBy(() => ensure({ table: 'x', colums: {} } as never))).code).toBe('OPTION_UNKNOWN');
    const withoutKey = { client: server.direct, table: 'x', columns: { id: 'integer' } };
    expect((await thrownBy(() => ensureTable(withoutKey))).code).toBe('OPTION_INVALID');
  });
});

import { randomUUID } from 'node:crypto';
import { feed, flatMap, memoryLedger, type Parser, purge, type Source } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureTable, landingColumns, landingRow, postgresSink } from '../src/index.ts';
import { allServers, START_MS, type TestServer } from './support/servers.ts';

interface Row {
  readonly sku: string;
  readonly of: string;
}

interface Version {
  readonly id: string;
  readonly rows: readonly Row[];
  readonly broken?: boolean;
}

const versions: Source<Version, readonly Row[]> = {
  name: 'versions',
  describe: () => 'object',
  open: async ({ id, rows, broken }) => ({
    origin: { id, uri: 'mem:object', lastModified: '2026-11-22T10:00:00.000Z' },
    chunks: async function* () {
      for (let at = 0; at < rows.length; at += 10) yield rows.slice(at, at + 10);
      if (broken === true) throw new Error('the object ends too early');
    },
  }),
};
const rows: Parser<readonly Row[], Row> = {
  kind: 'parser',
  name: 'rows',
  start: () => ({ push: (chunk) => chunk }),
};
const make = (of: string, count: number): Row[] => Array.from({ length: count }, (_, n) => ({ sku: `s${n}`, of }));

describe.each(allServers)("versions: 'replace' on $name", ({ start }) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  }, START_MS);
  afterAll(() => server.stop());

  async function landing(uuid = 'uuid') {
    const table = `replace_${randomUUID()}`;
    const columns = landingColumns();
    await ensureTable({ client: server.direct, table, columns: { ...columns, uuid: { type: uuid, required: true } } });
    const sink = postgresSink({ client: server.direct, table, maxRows: 20 });
    const stored = async (): Promise<Record<string, number>> => {
      const text = `SELECT record->>'of' AS of, count(*)::int AS n FROM "${table}" GROUP BY 1 ORDER BY 1`;
      const { rows: found } = await server.direct.query(text);
      return Object.fromEntries((found as readonly { of: string; n: number }[]).map(({ of, n }) => [of, n]));
    };
    return { sink, stored, table };
  }
  const options = () => ({ versions: 'replace', onFailure: 'report', ledger: memoryLedger() }) as const;

  it.each(['uuid', 'text'])(
    'leaves no row of a truncated version, nor of its branches, with keys of type %s',
    async (type) => {
      const { sink, stored } = await landing(type);
      const prices = feed('prices')
        .from(versions)
        .through(rows)
        .through(flatMap((row: Row) => (row.sku === 's3' ? [row, row, row] : row.sku === 's4' ? [] : [row])))
        .through(landingRow())
        .to(sink);
      const run = options();
      await prices.run([{ id: 'v1', rows: make('cut', 50), broken: true }], run);
      expect((await stored())['cut']).toBeGreaterThan(30);
      await prices.run([{ id: 'v2', rows: make('whole', 60) }], run);
      expect(await stored()).toEqual({ whole: 61 });
    },
  );

  it('leaves a row whose natural key a newer version has taken, and says before what it would delete', async () => {
    const { sink, stored } = await landing();
    const prices = feed('prices')
      .from(versions)
      .through(rows)
      .through(landingRow<Row>({ key: ({ sku }) => sku }))
      .to(sink);
    const { ledger } = options();
    await prices.run([{ id: 'v1', rows: make('old', 60) }], { ledger });
    await prices.run([{ id: 'v2', rows: make('new', 40) }], { ledger });
    expect(await stored()).toEqual({ new: 40, old: 20 });
    const object = { described: 'object' };
    expect(await purge({ feed: prices, ledger, object, dryRun: true })).toMatchObject({ deleted: 20 });
    expect(await stored()).toEqual({ new: 40, old: 20 });
    expect(await purge({ feed: prices, ledger, object })).toMatchObject({ deleted: 20, versions: [{ version: 'v1' }] });
    expect(await stored()).toEqual({ new: 40 });
  });

  it('refuses natural keys of rows that are kept as they were', async () => {
    const { table } = await landing();
    const sink = postgresSink({ client: server.direct, table, mode: 'keep' });
    const prices = feed('prices')
      .from(versions)
      .through(rows)
      .through(landingRow<Row>({ key: ({ sku }) => sku }))
      .to(sink);
    await expect(prices.run([], options())).rejects.toMatchObject({ code: 'RETIRE_UNSUPPORTED' });
  });

  it('names the column that the rows would be found by', async () => {
    const { table } = await landing();
    await server.direct.query(`ALTER TABLE "${table}" DROP COLUMN generation`);
    const prices = feed('prices')
      .from(versions)
      .through(rows)
      .through(landingRow<Row>({ key: ({ sku }) => sku }))
      .to(postgresSink({ client: server.direct, table }));
    const run = options();
    await prices.run([{ id: 'v1', rows: make('old', 2) }], run);
    const { reports } = await prices.run([{ id: 'v2', rows: make('new', 1) }], run);
    expect(reports[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'POSTGRES_COLUMN_MISSING', details: { column: 'generation' } },
    });
  });
});

import { randomUUID } from 'node:crypto';
import { feed, flatMap, memoryLedger, type Parser, purge, type Source } from '@millrace/core';
import { type LandingOptions, landingVersion } from '@millrace/core/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureTable, landingColumns, landingRow, type PostgresClient, postgresSink } from '../src/index.ts';
import { servers, START_MS, type TestServer } from './support/servers.ts';

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

describe.each(servers)("versions: 'replace' on $name", ({ start }) => {
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

  it('stays away if the new version is not what the feed expects', async () => {
    const { sink, stored } = await landing();
    const prices = feed('prices', { expect: { records: { min: 30 } } })
      .from(versions)
      .through(rows)
      .through(landingRow())
      .to(sink);
    const run = options();
    await prices.run([{ id: 'v1', rows: make('whole', 30) }], run);
    const { reports } = await prices.run([{ id: 'v2', rows: make('short', 12) }], run);
    expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'OBJECT_RECORDS_UNEXPECTED' } });
    expect(await stored()).toEqual({ short: 12, whole: 30 });
    await prices.run([{ id: 'v3', rows: make('corrected', 40) }], run);
    expect(await stored()).toEqual({ corrected: 40 });
  });

  it('is not needed to tell rows of versions apart, in a table that has the column; one without it takes them too', async () => {
    for (const hasColumn of [true, false]) {
      const { sink, stored, table } = await landing();
      if (!hasColumn) await server.direct.query(`ALTER TABLE "${table}" DROP COLUMN source_version`);
      const prices = feed('prices').from(versions).through(rows).through(landingRow()).to(sink);
      const run = { ...options(), versions: 'newest' } as const;
      await prices.run([{ id: 'v1', rows: make('cut', 30), broken: true }], run);
      const { reports } = await prices.run([{ id: 'v2', rows: make('whole', 40) }], run);
      expect(reports[0]).toMatchObject({ outcome: 'complete', written: 40 });
      expect(await stored()).toMatchObject({ whole: 40 });
      if (!hasColumn) continue;
      const text = `SELECT DISTINCT record->>'of' AS of, source_version::text AS version FROM "${table}" ORDER BY 1`;
      const { rows: found } = await server.direct.query(text);
      const versionsOf = (found as readonly { of: string; version: string }[]).map(({ of, version }) => [
        of,
        version.replaceAll('-', ''),
      ]);
      expect(versionsOf).toEqual([
        ['cut', landingVersion('v1')],
        ['whole', landingVersion('v2')],
      ]);
    }
  });

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

  it.each<[string, LandingOptions<Row>]>([
    ['keys by place', {}],
    ['natural keys', { key: ({ sku, of }) => `${sku} ${of}` }],
  ])('continues at the next delivery, whichever statement failed, after a dry run: %s', async (_, how) => {
    for (const at of [1, 2, 3]) {
      let deletes = 0;
      let isCut = true;
      const client: PostgresClient = {
        query: async (text, values) => {
          if (typeof text === 'string' && text.includes('DELETE FROM') && isCut && (deletes += 1) === at)
            throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
          return server.direct.query(text, values);
        },
      };
      const { stored, table } = await landing();
      const sink = postgresSink({ client, table, maxRows: 20, retry: { attempts: 1 } });
      const prices = feed('prices')
        .from(versions)
        .through(rows)
        .through(flatMap((row: Row) => (row.sku === 's3' ? [row, { ...row, sku: 's3b' }] : [row])))
        .through(landingRow<Row>(how))
        .to(sink);
      const run = options();
      for (const id of ['a', 'b', 'c']) await prices.run([{ id, rows: make(`old ${id}`, 30), broken: true }], run);
      const olds = Object.values(await stored()).reduce((sum, n) => sum + n, 0);
      const whole = { id: 'v2', rows: make('whole', 40) };
      await prices.run([whole], { ledger: run.ledger });
      const purging = { feed: prices, ledger: run.ledger, object: { described: 'object' } };
      expect(await purge({ ...purging, dryRun: true })).toMatchObject({ deleted: olds });
      expect(Object.values(await stored()).reduce((sum, n) => sum + n, 0)).toBe(olds + 41);
      // One statement finds all natural keys.
      const isLast = 'key' in how && at > 1;
      const { reports } = await prices.run([whole], run);
      if (!isLast) expect(reports[0]).toMatchObject({ outcome: 'failed', error: { retryable: true } });
      isCut = false;
      expect((await prices.run([whole], run)).reports[0]?.outcome).toBe('duplicate');
      expect(await stored()).toEqual({ whole: 41 });
    }
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

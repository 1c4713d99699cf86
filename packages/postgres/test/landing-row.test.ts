import { randomUUID } from 'node:crypto';
import { feed, flatMap, isMillraceError, landingUuid, map } from '@millrace/core';
import { landingItem } from '@millrace/dynamodb';
import { parseNdjson } from '@millrace/formats';
import { memorySource } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsFromSchema, ensureTable, landingColumns, landingRow, postgresSink } from '../src/index.ts';
import { z } from 'zod';
import { countingContext, entriesOf } from './support/entries.ts';
import { servers, START_MS, type TestServer } from './support/servers.ts';

describe('landingRow', () => {
  it('gives the same uuid and origin as landingItem of @millrace/dynamodb', () => {
    const places = entriesOf(Array.from({ length: 50 }, (_, n) => ({ n }))).flatMap((entry) => [
      entry,
      { ...entry, branch: '0.1' },
    ]);
    for (const { value, ...place } of places) {
      const row = landingRow<unknown>().apply(value, place);
      expect(row).toEqual(landingItem<unknown>().apply(value, place));
      expect(row).toMatchObject({ uuid: landingUuid(place.item.id, place.ordinal, place.branch) });
      const key = ({ n }: { readonly n: number }): string => `sku ${n}`;
      const options = { key, layout: 'flat', names: { uuid: 'id', feed: 'landed_feed' } } as const;
      expect(landingRow(options).apply(value, place)).toEqual(landingItem(options).apply(value, place));
    }
  });

  it('makes keys of contents that jsonb holds equal', () => {
    const byContent = landingRow<unknown>({ key: 'content' });
    const uuid = (value: unknown): unknown => (byContent.apply(value, entriesOf([0])[0]!) as { uuid: string }).uuid;
    expect(uuid({ a: 1, b: [{ c: 2, d: undefined }] })).toBe(uuid({ b: [{ c: 2n }], a: 1n }));
    expect(new Set([{ a: 1 }, { a: '1' }, [{ a: 1 }], { a: null }, {}, 1, null].map(uuid)).size).toBe(7);
    const thrown = (() => {
      try {
        return uuid(new Map());
      } catch (error) {
        return isMillraceError(error) ? error.code : error;
      }
    })();
    expect(thrown).toBe('POSTGRES_VALUE_UNSUPPORTED');
  });
});

const Price = z.object({ sku: z.string(), amount: z.number(), day: z.iso.date().optional() });

describe.each(servers)('a feed into a landing table on $name', ({ start }) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  }, START_MS);
  afterAll(() => server.stop());

  it('lands every record once, delivered twice, and keeps branches apart', async () => {
    const table = `landing_${randomUUID()}`;
    await ensureTable({ client: server.direct, table, columns: landingColumns() });
    const lines = Array.from({ length: 2500 }, (_, n) => JSON.stringify({ sku: `s${n}`, amount: n / 4 })).join('\n');
    const source = memorySource<string>({
      objects: { 'a.ndjson': [lines], 'b.ndjson': ['{"sku":"x","amount":1}\n'] },
    });
    const prices = feed('prices')
      .from(source)
      .through(parseNdjson<z.infer<typeof Price>>())
      .through(flatMap((price) => (price.sku === 's7' ? [price, price] : price.sku === 's8' ? [] : [price])))
      .through(landingRow())
      .to(postgresSink({ client: server.direct, table, maxRows: 100 }));
    for (let delivery = 0; delivery < 2; delivery += 1) {
      const report = await prices.run(source.refs(), { onFailure: 'report' });
      expect(report.totals).toMatchObject({ read: 2501, expanded: 1, dropped: 1, written: 2501 });
    }
    const { rows } = await server.direct.query(
      `SELECT count(*)::integer AS rows, count(DISTINCT uuid)::integer AS uuids, count(branch)::integer AS branches,
       sum((record->>'amount')::numeric)::text AS amount, min(feed) AS feed FROM "${table}"`,
    );
    expect(rows).toEqual([{ uuids: 2501, rows: 2501, branches: 2501, amount: '780938.25', feed: 'prices' }]);
    await server.direct.query(`DROP TABLE "${table}"`);
  });

  it('lands flat, in a table made of the schema', async () => {
    const table = `landing_${randomUUID()}`;
    const columns = { ...landingColumns({ feed: 'landed_feed' }, 'flat'), ...columnsFromSchema(Price) };
    await ensureTable({ client: server.direct, table, columns });
    const source = memorySource<string>({
      objects: { a: ['{"sku":"a","amount":0.1}\n{"sku":"b","amount":2,"day":"2026-01-02"}'] },
    });
    const prices = feed('prices')
      .from(source)
      .through(parseNdjson<z.infer<typeof Price>>())
      .through(map((price) => price))
      .through(landingRow({ layout: 'flat', names: { feed: 'landed_feed' } }))
      .to(postgresSink({ client: server.direct, table }));
    await prices.run(source.refs());
    const { rows } = await server.direct.query(
      `SELECT sku, amount::text, day::text, ordinal::integer, landed_feed FROM "${table}" ORDER BY sku`,
    );
    expect(rows).toEqual([
      { sku: 'a', amount: '0.1', day: null, ordinal: 0, landed_feed: 'prices' },
      { sku: 'b', amount: '2', day: '2026-01-02', ordinal: 1, landed_feed: 'prices' },
    ]);
    await server.direct.query(`DROP TABLE "${table}"`);
  });

  it.each(['nested', 'flat'] as const)(
    'keeps a newer version from an older one, %s, with a natural key',
    async (layout) => {
      const table = `landing_${randomUUID()}`;
      const columns = { ...landingColumns({}, layout), ...(layout === 'flat' && columnsFromSchema(Price)) };
      await ensureTable({ client: server.direct, table, columns });
      const land = landingRow<z.infer<typeof Price>, NonNullable<unknown>, typeof layout>({
        layout,
        key: ({ sku }) => sku,
      });
      const sink = postgresSink({ client: server.direct, table });
      const context = countingContext();
      const deliver = async (amount: number, generation: number): Promise<void> => {
        const entries = entriesOf(
          ['a', 'b'].map((sku) => ({ sku, amount })),
          { generation },
        );
        const rows = entries.map((entry) => ({ ...entry, generation, value: land.apply(entry.value, entry) as never }));
        expect(await sink.write(rows, context)).toEqual([]);
      };
      await deliver(2, 7);
      await deliver(1, 6);
      expect(context.counted).toEqual({ superseded: 2 });
      const amount = layout === 'flat' ? 'amount' : "(record->>'amount')";
      const { rows } = await server.direct.query(`SELECT ${amount}::text AS amount, generation::text FROM "${table}"`);
      expect(rows).toEqual([1, 2].map(() => ({ amount: '2', generation: '7' })));
      await server.direct.query(`DROP TABLE "${table}"`);
    },
  );
});

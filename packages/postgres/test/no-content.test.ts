import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { feed } from '@millrace/core';
import { parseNdjson } from '@millrace/formats';
import { memorySource } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresClient, postgresSink } from '../src/index.ts';
import { countingContext, entriesOf } from './support/entries.ts';
import { servers, START_MS, type TestServer } from './support/servers.ts';

const CANARY = 'c4n4ry';
const BEYOND = Number('740740740740740740740');

describe.each(servers)('content of records on $name', ({ start }) => {
  let server: TestServer;
  const table = `canaries_${randomUUID().slice(0, 8)}`;
  beforeAll(async () => {
    server = await start();
    await server.direct.query(
      `CREATE TABLE ${table} (id text PRIMARY KEY, n integer CHECK (n <> 13), day date, doc jsonb, bytes bytea, tags text[], short varchar(3) UNIQUE, amount numeric(4,2))`,
    );
    await server.direct.query(`INSERT INTO ${table} (id, short) VALUES ('there', 'abc')`);
    await server.direct.query(
      `CREATE FUNCTION ${table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.id LIKE 'raise%' THEN RAISE EXCEPTION 'no %', new.id USING ERRCODE = split_part(new.id, '-', 2), DETAIL = new.id, HINT = new.id; END IF; IF new.id LIKE 'drop%' THEN RETURN NULL; END IF; RETURN new; END $$`,
    );
    await server.direct.query(`CREATE TRIGGER look BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION ${table}()`);
  }, START_MS);
  afterAll(async () => {
    await server.direct.query(`DROP TABLE ${table}`);
    await server.stop();
  });
  const sinkOf = (client: PostgresClient = server.direct) =>
    postgresSink<string>({ client, table, key: 'id', retry: { attempts: 2, baseMs: 0 } });
  const shown = (error: unknown): string => `${inspect(error, { depth: 20 })} ${JSON.stringify(error)}`;

  const bad: readonly (readonly [string, Record<string, unknown>])[] = [
    ['an integer', { n: CANARY }],
    ['a date', { day: CANARY }],
    ['a number beyond its type', { n: 740_740_740_740 }],
    ['a number beyond 2^53 - 1', { n: BEYOND }],
    ['a number in JSON beyond 2^53 - 1', { doc: { a: BEYOND } }],
    ['a scale', { amount: '7407407407.4' }],
    ['a check', { n: 13, id: `${CANARY}-check` }],
    ['a length', { short: CANARY }],
    ['another unique key', { short: 'abc', id: `${CANARY}-unique` }],
    ['text for bytes', { bytes: CANARY }],
    ['an object for text', { tags: { [CANARY]: CANARY } }],
    ['an object with a constructor of its own', { day: { constructor: { name: CANARY } } }],
    ['a map', { doc: new Map([[CANARY, CANARY]]) }],
    ['a NUL character', { day: `${CANARY}\0` }],
    ['half a surrogate pair', { doc: `${CANARY}\ud800` }],
    ['a property without a column', { [CANARY]: 1 }],
    [
      'a getter that throws',
      {
        get n() {
          throw new Error(CANARY);
        },
      },
    ],
    [
      'toJSON that throws',
      {
        doc: {
          toJSON: () => {
            throw new TypeError(CANARY);
          },
        },
      },
    ],
    ['no key', { id: undefined, day: CANARY }],
    ['a trigger that raises', { id: `raise-P0001-${CANARY}` }],
    ['a trigger that raises a code of its own', { id: `raise-HX001-${CANARY}` }],
    ['a trigger that drops', { id: `drop-${CANARY}` }],
  ];

  it.each(bad)('is not in what a record is refused with: %s', async (_, values) => {
    const record = Object.defineProperties({ id: CANARY }, Object.getOwnPropertyDescriptors(values));
    const refusals = await sinkOf().write(entriesOf([record, { id: 'good' }]), countingContext());
    expect(refusals).toMatchObject([{ position: 0 }]);
    for (const hidden of [CANARY, '740740740', '7.4074074', 'abc']) expect(shown(refusals)).not.toContain(hidden);
  });

  it.each(['40001', '42883', '53200', 'XX000', '57014'])('is not in what a write rejects with: %s', async (state) => {
    const entries = entriesOf([1, 2].map((n) => ({ id: `raise-${state}-${CANARY}${n}` })));
    const thrown = await sinkOf()
      .write(entries, countingContext())
      .catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: expect.stringMatching(/^POSTGRES_(UNAVAILABLE|REQUEST_FAILED)$/) as string });
    expect(shown(thrown)).not.toContain(CANARY);
    expect(shown(thrown)).toContain(state);
  });

  it('is not in what a client reports that keeps statements and parameters', async () => {
    const wrapping = (cause?: unknown): PostgresClient => ({
      query: (text, values = []) =>
        text.includes('INSERT INTO')
          ? Promise.reject(Object.assign(new Error(`Failed: ${text} ${String(values)}`, { cause }), { params: values }))
          : server.direct.query(text, values),
    });
    const causes = [
      new Error('read ECONNRESET'),
      Object.assign(new Error(CANARY), { code: '22P02' }),
      Object.assign(new Error(CANARY), { code: '57P01' }),
    ];
    for (const cause of causes) {
      const settled = await sinkOf(wrapping(cause))
        .write(entriesOf([{ id: CANARY }]), countingContext())
        .catch((error: unknown) => error);
      expect(shown(settled)).toMatch(/POSTGRES_(UNAVAILABLE|ROW_REFUSED)/);
      expect(shown(settled)).not.toContain(CANARY);
    }
  });

  it('is not in a report', async () => {
    const lines = bad
      .filter(
        ([, values]) =>
          !Object.values(Object.getOwnPropertyDescriptors(values)).some(
            (property) => property.value === undefined || typeof property.value === 'object',
          ),
      )
      .map(([, values]) =>
        JSON.stringify({ id: CANARY, ...values }).replaceAll(/7407407407407407\d+/g, '740740740740740740740'),
      );
    const source = memorySource<string>({ objects: { a: [`${lines.join('\n')}\n{"id":"good"}\n`] } });
    const report = await feed('canaries')
      .from(source)
      .through(parseNdjson<{ readonly id: string }>())
      .to(postgresSink({ client: server.direct, table, key: 'id' }))
      .run(source.refs(), {
        onFailure: 'report',
        maxRejections: { share: 1 },
        quarantine: { name: 'kept', write: async () => {} },
      });
    expect(report.totals.rejected).toBeGreaterThan(10);
    expect(shown(report)).not.toContain(CANARY);
  });
});

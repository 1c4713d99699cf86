import { feed } from '@millrace/core';
import { parseNdjson } from '@millrace/formats';
import { memorySource } from '@millrace/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PostgresClient, postgresSink } from '../src/index.ts';
import { servers, START_MS, type TestServer } from './support/servers.ts';

let server: TestServer;
beforeAll(async () => {
  server = await servers[0]!.start();
  await server.direct.query('CREATE TABLE key_order (id integer PRIMARY KEY, parts integer)');
}, START_MS);
afterAll(async () => {
  await server.direct.query('DROP TABLE key_order');
  await server.stop();
});

it('ends with the last record of each key, however long a statement takes', async () => {
  const changes = [1, 2, 3].flatMap((parts) => Array.from({ length: 25 }, (_, id) => ({ id, parts })));
  const text = changes.map((change) => `${JSON.stringify(change)}\n`).join('');
  let inserts = 0;
  const client: PostgresClient = {
    query: async (statement, values) => {
      // The first statement stays behind for as long as the event loop has anything else to do.
      if (statement.startsWith('INSERT') && (inserts += 1) === 1) {
        for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      }
      return server.direct.query(statement, values);
    },
  };
  const source = memorySource({ objects: { changes: [text] } });
  const report = await feed('stock')
    .from(source)
    .through(parseNdjson<{ id: number; parts: number }>())
    .to(postgresSink({ client, table: 'key_order', key: 'id', maxRows: 25 }))
    .run(source.refs());
  expect(report).toMatchObject({ outcome: 'complete', totals: { written: 75 } });
  expect(inserts).toBe(3);
  const { rows } = await server.direct.query('SELECT DISTINCT parts FROM key_order');
  expect(rows).toEqual([{ parts: 3 }]);
});

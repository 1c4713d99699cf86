import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '@millrace/core/plugin';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdTimers } from '../../../test/support/hold-timers.ts';
import { postgresSink, type PostgresSinkOptions } from '../src/index.ts';
import { codeOf } from './support/code-of.ts';
import { countingContext, entriesOf } from './support/entries.ts';
import { poolOn } from './support/pool-on.ts';
import { systemServers, START_MS, type TestServer, wireServers } from './support/servers.ts';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy.ts';

const VALUES = Array.from({ length: 50 }, (_, id) => ({ id, n: id }));

describe.each(wireServers)('faults on the wire of $name', ({ start }) => {
  let server: TestServer;
  let proxy: TcpProxy;
  let pool: pg.Pool;
  let table: string;
  beforeAll(async () => {
    server = await start();
    proxy = await startTcpProxy(server.port!);
  }, START_MS);
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });
  beforeEach(async () => {
    table = `faults_${randomUUID()}`;
    await server.direct.query(`CREATE TABLE "${table}" (id integer PRIMARY KEY, n integer)`);
    pool = poolOn(proxy.port);
  });
  afterEach(async () => {
    // A pool waits for its connections, for a silent one for ever.
    proxy.interrupt()();
    await pool.end();
    await server.direct.query(`DROP TABLE "${table}"`);
  });

  const sinkOf = (options: Partial<PostgresSinkOptions<'id'>> = {}) =>
    postgresSink({ client: pool, table, key: 'id', retry: { baseMs: 5, capMs: 50 }, ...options });
  const write = async (sink: ReturnType<typeof sinkOf>, values: readonly object[], context: Context) =>
    (await sink.write(entriesOf(values), context)) ?? [];
  async function sums(): Promise<unknown> {
    const { rows } = await server.direct.query(
      `SELECT count(*)::integer AS rows, sum(n)::integer AS sum FROM "${table}"`,
    );
    return rows[0];
  }

  it.each([
    ['a connection that is cut before the statement comes', 'cutBefore'],
    ['a connection that is cut after the rows were committed', 'cutAnswer'],
    ['a connection that goes silent', 'stallAnswer'],
  ] as const)('outlives %s', async (_, fault) => {
    const timeoutMs = 77_777;
    using timers = holdTimers(timeoutMs);
    const sink = sinkOf({ timeoutMs });
    await write(sink, VALUES.slice(0, 1), countingContext());
    const context = countingContext();
    proxy[fault]('INSERT INTO');
    const writing = write(sink, VALUES, context);
    if (fault === 'stallAnswer') {
      await vi.waitFor(() => expect(proxy.stalled()).toBeGreaterThan(0));
      timers.fire();
    }
    expect(await writing).toEqual([]);
    expect(context.counted).toEqual({ retries: 1 });
    expect(await sums()).toEqual({ rows: 50, sum: 1225 });
  });

  it('finds bad records though connections break meanwhile', async () => {
    const values = VALUES.map(({ id, n }) => ({ id, n: n % 10 === 3 ? 'x' : n }));
    const sink = sinkOf();
    await write(sink, values.slice(0, 1), countingContext());
    for (const fault of ['cutBefore', 'cutAnswer', 'cutBefore', 'cutAnswer'] as const) proxy[fault]('INSERT INTO');
    const refusals = await write(sink, values, countingContext());
    expect(refusals.map(({ position }) => position)).toEqual([3, 13, 23, 33, 43]);
    expect(await sums()).toEqual({ rows: 45, sum: 1225 - 3 - 13 - 23 - 33 - 43 });
  });

  it('gives up with a code and its cause where nobody listens', async () => {
    const restore = proxy.interrupt();
    const sink = sinkOf({ retry: { attempts: 3, baseMs: 1 } });
    const context = countingContext();
    const thrown = await write(sink, VALUES, context).catch((error: unknown) => error);
    restore();
    expect(thrown).toMatchObject({ code: 'POSTGRES_UNAVAILABLE', cause: expect.any(Error) as Error });
    expect(context.counted).toEqual({ retries: 2 });
    expect(await write(sink, VALUES, countingContext())).toEqual([]);
  });

  it('opens a pool of its own by a URL, and closes it', async () => {
    const sink = sinkOf({
      connection: `postgresql://postgres@127.0.0.1:${proxy.port}/postgres`,
      client: undefined as never,
    });
    expect(await write(sink, VALUES, countingContext())).toEqual([]);
    await sink.close?.();
    expect(await sums()).toEqual({ rows: 50, sum: 1225 });
  });
});

describe.each(systemServers)('faults of $name', ({ start }) => {
  let server: TestServer;
  let table: string;
  beforeAll(async () => {
    server = await start();
  }, START_MS);
  afterAll(() => server.stop());
  beforeEach(async () => {
    table = `faults_${randomUUID()}`;
    await server.direct.query(`CREATE TABLE "${table}" (id integer PRIMARY KEY, n integer)`);
  });

  it('outlives crashes of the server in the middle of writing, and loses nothing that it accepted', async () => {
    const pool = poolOn(server.port!);
    const sink = postgresSink<string>({
      client: pool,
      table,
      key: 'id',
      retry: { attempts: 100, baseMs: 20, capMs: 100 },
    });
    const context = countingContext();
    let done = 0;
    const writing = (async () => {
      for (; done < 120; done += 1) {
        await sink.write(entriesOf(Array.from({ length: 50 }, (_, n) => ({ id: done * 50 + n, n }))), context);
        await sleep(5);
      }
    })();
    for (const after of [20, 60]) {
      while (done < after) await sleep(5);
      await server.crash!();
    }
    await writing;
    expect(context.counted['retries']).toBeGreaterThan(0);
    const { rows } = await server.direct.query(`SELECT count(*)::integer AS rows FROM "${table}"`);
    expect(rows).toEqual([{ rows: 6000 }]);
    await pool.end();
  });

  it('tries again after a deadlock', async () => {
    const pool = poolOn(server.port!, { options: '-c deadlock_timeout=200ms' });
    const other = poolOn(server.port!, { max: 1, options: '-c deadlock_timeout=60s' });
    const sink = postgresSink<string>({ client: pool, table, key: 'id' });
    await sink.write(
      entriesOf([
        { id: 1, n: 0 },
        { id: 2, n: 0 },
      ]),
      countingContext(),
    );
    await other.query('BEGIN');
    await other.query(`UPDATE "${table}" SET n = 7 WHERE id = 2`);
    const context = countingContext();
    const writing = sink.write(
      entriesOf([
        { id: 1, n: 1 },
        { id: 2, n: 2 },
      ]),
      context,
    );
    await untilWaiting();
    await other.query(`UPDATE "${table}" SET n = 7 WHERE id = 1`);
    await other.query('COMMIT');
    expect(await writing).toEqual([]);
    expect(context.counted['retries']).toBeGreaterThanOrEqual(1);
    const { rows } = await server.direct.query(`SELECT id, n FROM "${table}" ORDER BY id`);
    expect(rows).toEqual([
      { id: 1, n: 1 },
      { id: 2, n: 2 },
    ]);
    await other.end();
    await pool.end();
  });

  it('settles within a second or so of the signal, though its statement waits for a lock', async () => {
    const pool = poolOn(server.port!);
    const sink = postgresSink<string>({ client: pool, table, key: 'id' });
    await sink.write(entriesOf([{ id: 1, n: 0 }]), countingContext());
    const holder = await pool.connect();
    await holder.query('BEGIN');
    await holder.query(`LOCK TABLE "${table}"`);
    const controller = new AbortController();
    const writing = codeOf(sink.write(entriesOf([{ id: 1, n: 1 }]), countingContext(controller.signal)));
    await untilWaiting();
    const aborted = once(controller.signal, 'abort');
    controller.abort(new Error('stopped'));
    await aborted;
    // It ends while the lock that it waits for is held.
    expect(await writing).toBe('POSTGRES_ABORTED');
    await holder.query('COMMIT');
    holder.release();
    await pool.end();
  });

  it('fails at once where a right is missing, or the user', async () => {
    const role = `poor_${randomUUID().slice(0, 8)}`;
    await server.direct.query(`CREATE ROLE ${role} LOGIN`);
    const poor = poolOn(server.port!, { user: role });
    const sink = postgresSink<string>({ client: poor, table, key: 'id' });
    expect(await codeOf(sink.write(entriesOf([{ id: 1, n: 1 }]), countingContext()))).toBe('POSTGRES_ACCESS_DENIED');
    await poor.end();
    const nobody = poolOn(server.port!, { user: 'nobody at all' });
    const denied = postgresSink<string>({ client: nobody, table, key: 'id' });
    expect(await codeOf(denied.write(entriesOf([{ id: 1 }]), countingContext()))).toBe('POSTGRES_ACCESS_DENIED');
    await nobody.end();
  });

  it('fails, and does not lose records one by one, where statements take too long for the server', async () => {
    const slow = poolOn(server.port!, { options: '-c statement_timeout=100' });
    const sink = postgresSink<string>({ client: slow, table, key: 'id', retry: { attempts: 2, baseMs: 1 } });
    await sink.write(entriesOf([{ id: 1, n: 0 }]), countingContext());
    const holder = poolOn(server.port!, { max: 1 });
    await holder.query('BEGIN');
    await holder.query(`LOCK TABLE "${table}"`);
    expect(await codeOf(sink.write(entriesOf(VALUES), countingContext()))).toBe('POSTGRES_UNAVAILABLE');
    await holder.query('COMMIT');
    expect(await sink.write(entriesOf(VALUES), countingContext())).toEqual([]);
    await holder.end();
    await slow.end();
  });

  /** Until a statement of another connection waits for a lock. */
  async function untilWaiting(): Promise<void> {
    for (;;) {
      const { rows } = await server.direct.query('SELECT FROM pg_locks WHERE NOT granted');
      if (rows.length > 0) return;
      await sleep(10);
    }
  }
});

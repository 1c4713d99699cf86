import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import type { Ledger } from '@millrace/core';
import type { ClaimRequest } from '@millrace/core/plugin';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdTimers } from '../../../test/support/hold-timers.ts';
import { createLedgerTable, type PostgresClient, postgresLedger, type PostgresLedgerOptions } from '../src/index.ts';
import { claimOf, LEASE_MS, newObject, reportOf } from './support/claims.ts';
import { poolOn } from './support/pool-on.ts';
import { servers, START_MS, systemServers, type TestServer, wireServers } from './support/servers.ts';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy.ts';

const WRITE = 'WITH written';
const PATIENT = { baseMs: 1, capMs: 5 };
const IMPATIENT = { attempts: 1 };
const table = `ledger_${randomUUID()}`;

type Step = readonly [name: string, writes: number, run: (ledger: Ledger, request: ClaimRequest) => Promise<unknown>];

const claim: Step[2] = async (by, request) => {
  expect(await by.claim(request)).toMatchObject({ outcome: 'granted', watermark: 0, rejected: 0 });
};
const checkpoint: Step[2] = (by, request) => by.checkpoint(request, { watermark: 2, rejected: 1 });
const finish: Step[2] = (by, request) => by.finish(request, { watermark: 3, rejected: 1 }, reportOf(request));

/** What a run asks in turn, and how many writes it takes. */
const STEPS: Readonly<Record<ClaimRequest['versions'], readonly Step[]>> = {
  newest: [
    ['claim', 2, claim],
    ['checkpoint', 2, checkpoint],
    ['finish', 3, finish],
  ],
  all: [
    ['claim', 2, claim],
    ['checkpoint', 1, checkpoint],
    ['finish', 1, finish],
  ],
};

/** Every write of every step. */
const WRITES = (['newest', 'all'] as const).flatMap((versions) =>
  STEPS[versions].flatMap(([name, writes], step) =>
    Array.from({ length: writes }, (_, skip) => [versions, name, skip + 1, step] as const),
  ),
);

describe.each(wireServers)('a ledger whose wire breaks, on $name', ({ start }) => {
  let server: TestServer;
  let proxy: TcpProxy;
  let pool: pg.Pool;
  /** Without faults. */
  let direct: Ledger;
  beforeAll(async () => {
    server = await start();
    await createLedgerTable({ client: server.direct, table });
    direct = postgresLedger({ client: server.direct, table });
    proxy = await startTcpProxy(server.port!);
  }, START_MS);
  afterAll(async () => {
    await proxy.stop();
    await server.direct.query(`DROP TABLE "${table}"`);
    await server.stop();
  });
  beforeEach(() => {
    pool = poolOn(proxy.port);
  });
  afterEach(async () => {
    // A pool waits for its connections, for a silent one for ever.
    proxy.interrupt()();
    await pool.end();
  });
  const ledgerBy = (retry: PostgresLedgerOptions['retry']) => postgresLedger({ client: pool, table, retry: retry! });

  describe.each([
    ['sent again', PATIENT],
    ['not sent again', IMPATIENT],
  ])('a write whose response is lost and that is %s', (_, retry) => {
    it.each(WRITES)('is found in place: %s, %s, write %i', async (versions, _name, write, failing) => {
      const request = claimOf(newObject(), '0a', { versions, versionTag: 'tag' });
      const by = ledgerBy(retry);
      for (const [index, [, , run]] of STEPS[versions].entries()) {
        if (index === failing) proxy.cutAnswer(WRITE, write - 1);
        await run(by, request);
        expect(proxy.armed()).toBe(0);
      }
      const [entry, ...others] = await direct.entries('prices', request.object);
      expect(others).toEqual([]);
      expect(entry).toMatchObject({ state: 'complete', attempts: 1, watermark: 3, rejected: 1, leaseUntil: 0 });
      expect(entry?.report?.outcome).toBe('complete');
      // Nothing is left that would hold up the next version.
      await claim(direct, claimOf(request.object, '0b', { versions }));
    });

    it('is not taken for granted if the claim is another one’s', async () => {
      let now = 1_000_000;
      const clocked = postgresLedger({ client: server.direct, table }, () => now);
      const late = claimOf(newObject());
      await claim(clocked, late);
      now += LEASE_MS;
      await claim(clocked, claimOf(late.object));
      for (const step of [checkpoint, finish]) {
        proxy.cutAnswer(WRITE);
        const asked = step(
          postgresLedger({ client: pool, table, retry }, () => now),
          { ...late, purpose: 'run' },
        );
        await expect(asked).rejects.toMatchObject({ code: 'LEDGER_LEASE_LOST', retryable: true });
        proxy.disarm();
      }
      const [entry] = await clocked.entries('prices', late.object);
      expect(entry).toMatchObject({ state: 'claimed', attempts: 2, watermark: 0 });
    });
  });

  it.each(WRITES)(
    'fails with a retryable error and can be asked again if a write never arrives: %s, %s, write %i',
    async (versions, _name, write, failing) => {
      const request = claimOf(newObject(), '0a', { versions });
      const by = ledgerBy(IMPATIENT);
      for (const [index, [, , run]] of STEPS[versions].entries()) {
        if (index === failing) {
          proxy.cutBefore(WRITE, write - 1);
          await expect(run(by, request)).rejects.toMatchObject({ code: 'POSTGRES_UNAVAILABLE', retryable: true });
        }
        await run(by, request);
      }
      const [entry] = await direct.entries('prices', request.object);
      expect(entry).toMatchObject({ state: 'complete', attempts: 1, watermark: 3, rejected: 1 });
    },
  );

  it('sends a write again on another connection if the first one goes silent', async () => {
    const timeoutMs = 77_777;
    using timers = holdTimers(timeoutMs);
    const by = postgresLedger({ client: pool, table, retry: PATIENT, timeoutMs });
    const request = claimOf(newObject());
    proxy.stallAnswer(WRITE);
    const before = proxy.stalled();
    const claiming = claim(by, request);
    await vi.waitFor(() => expect(proxy.stalled()).toBeGreaterThan(before), { timeout: 30_000 });
    timers.fire();
    await claiming;
    expect(await direct.entries('prices', request.object)).toMatchObject([{ state: 'claimed', attempts: 1 }]);
  });

  it('says so if nobody listens', async () => {
    const restore = proxy.interrupt();
    const away = { code: 'POSTGRES_UNAVAILABLE', retryable: true };
    const by = ledgerBy({ attempts: 2, baseMs: 1 });
    await expect(by.claim(claimOf(newObject()))).rejects.toMatchObject(away);
    await expect(by.entries('prices', newObject())).rejects.toMatchObject(away);
    restore();
    await claim(by, claimOf(newObject()));
  });

  it('opens a pool of its own by a URL', async () => {
    const connection = `postgresql://postgres@127.0.0.1:${proxy.port}/postgres`;
    const request = claimOf(newObject());
    const by = postgresLedger({ connection, table });
    for (const [, , run] of STEPS.newest) await run(by, request);
    expect(await direct.entries('prices', request.object)).toMatchObject([{ state: 'complete' }]);
  });
});

describe.each(systemServers)('a ledger on $name', ({ start }) => {
  it(
    'keeps what it confirmed when the server crashes, and goes on by itself',
    async () => {
      const server = await start();
      await createLedgerTable({ client: server.direct, table });
      const pool = poolOn(server.port!);
      const by = postgresLedger({ client: pool, table, retry: { attempts: 100, baseMs: 20, capMs: 100 } });
      const request = claimOf(newObject());
      for (const [, , run] of STEPS.newest) {
        await run(by, request);
        const [entry] = await by.entries('prices', request.object);
        await server.crash!();
        expect(await by.entries('prices', request.object)).toEqual([entry]);
      }
      await pool.end();
      await server.stop();
    },
    START_MS,
  );
});

describe('a ledger', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await servers[0]!.start();
    await createLedgerTable({ client: server.direct, table });
  }, START_MS);
  afterAll(async () => {
    await server.direct.query(`DROP TABLE "${table}"`);
    await server.stop();
  });
  /** A client whose response to statements with a text is another one. */
  const lying = (about: string, response: (sent: unknown) => unknown): PostgresClient => ({
    query: async (text, values) => {
      const result = await server.direct.query(text, values);
      return (text.includes(about) ? response(result) : result) as typeof result;
    },
  });

  it('is not reverted by a write that the server carries out late', async () => {
    for (const late of [0, 1, 2, 3, 4, 5, 6]) {
      const request = claimOf(newObject());
      let seen = 0;
      let straggler: (() => Promise<unknown>) | undefined;
      const client: PostgresClient = {
        query: async (text, values) => {
          if (text.startsWith(WRITE) && seen++ === late) {
            straggler = () => server.direct.query(text, values);
            throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
          }
          return server.direct.query(text, values);
        },
      };
      const by = postgresLedger({ client, table, retry: PATIENT });
      for (const [, , run] of STEPS.newest) await run(by, request);
      await claim(by, claimOf(request.object, '02'));
      const stored = () =>
        server.direct.query(`SELECT * FROM "${table}" WHERE record->>'object' = $1 ORDER BY 1, 2`, [request.object]);
      const before = (await stored()).rows;
      expect(before).toHaveLength(3);
      await straggler!();
      expect((await stored()).rows).toEqual(before);
    }
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'sends write %i once more if its response is lost, and reads nothing',
    async (lost) => {
      let reads = 0;
      let writes = 0;
      const client: PostgresClient = {
        query: async (text, values) => {
          const result = await server.direct.query(text, values);
          if (!text.startsWith(WRITE)) reads += 1;
          else if (writes++ === lost) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
          return result;
        },
      };
      const request = claimOf(newObject());
      const by = postgresLedger({ client, table, retry: PATIENT });
      for (const [, , run] of STEPS.newest) await run(by, request);
      expect({ reads, writes }).toEqual({ reads: 1, writes: 8 });
      expect(await by.entries('prices', request.object)).toMatchObject([{ state: 'complete', attempts: 1 }]);
    },
  );

  it('refuses to read from a standby', async () => {
    const standby = lying('standby', () => ({
      rows: [{ standby: 'true', head: null, version: null, versions: null }],
    }));
    const by = postgresLedger({ client: standby, table });
    const refused = {
      code: 'POSTGRES_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('primary') as string,
    };
    await expect(by.claim(claimOf(newObject()))).rejects.toMatchObject(refused);
    await expect(by.entries('prices', newObject())).rejects.toMatchObject(refused);
  });

  const head = { feed: 'prices', object: 'o', stamp: 's', leaseUntil: 0 };
  it.each([
    ['nothing', undefined],
    ['no row, which would mean no entry', { rows: [] }],
    ['two rows', { rows: [{ standby: 'false', head: null, version: null, versions: null }, {}] }],
    ['a row without columns', { rows: [{ standby: 'false' }] }],
    ['what is not JSON', { rows: [{ standby: 'false', head: '{', version: null, versions: '{' }] }],
    ['a text in place of a record', { rows: [{ standby: 'false', head: '"x"', version: null, versions: '"x"' }] }],
    [
      'a record without a stamp',
      { rows: [{ standby: 'false', head: JSON.stringify({ ...head, stamp: 1 }), version: null, versions: '[{}]' }] },
    ],
  ])('refuses a response with %s', async (_, response) => {
    const by = postgresLedger({ client: lying('standby', () => response), table });
    const refused = { code: 'POSTGRES_RESPONSE_INVALID' };
    await expect(by.claim(claimOf(newObject()))).rejects.toMatchObject(refused);
    await expect(by.entries('prices', newObject())).rejects.toMatchObject(refused);
  });

  it.each([
    ['nothing', undefined],
    ['no row', { rows: [] }],
    ['a count of two', { rows: [{ written: '2' }] }],
  ])('reads what is in place if a write gets a response with %s', async (_, response) => {
    const request = claimOf(newObject());
    const by = postgresLedger({ client: lying(WRITE, () => response), table });
    for (const [, , run] of STEPS.newest) await run(by, request);
    expect(await by.entries('prices', request.object)).toMatchObject([{ state: 'complete', attempts: 1 }]);
  });

  it('says that its table is missing, or another kind of table', async () => {
    const other = `other_${randomUUID()}`;
    const by = postgresLedger({ client: server.direct, table: other });
    const request = claimOf(newObject());
    await expect(by.claim(request)).rejects.toMatchObject({ code: 'POSTGRES_TABLE_NOT_FOUND' });
    await expect(checkpoint(by, request)).rejects.toMatchObject({ code: 'POSTGRES_TABLE_NOT_FOUND' });
    await expect(by.entries('prices', request.object)).rejects.toMatchObject({ code: 'POSTGRES_TABLE_NOT_FOUND' });
    await server.direct.query(`CREATE TABLE "${other}" (uuid uuid PRIMARY KEY)`);
    const refused = {
      code: 'POSTGRES_REQUEST_FAILED',
      message: expect.stringContaining('createLedgerTable()') as string,
    };
    await expect(by.claim(request)).rejects.toMatchObject(refused);
    await expect(by.entries('prices', request.object)).rejects.toMatchObject(refused);
    await expect(createLedgerTable({ client: server.direct, table: other })).rejects.toMatchObject({
      code: 'POSTGRES_TABLE_DIFFERS',
    });
    await server.direct.query(`DROP TABLE "${other}"`);
  });

  it('quotes nothing that it keeps if the server refuses it', async () => {
    const other = `other_${randomUUID()}`;
    await createLedgerTable({ client: server.direct, table: other });
    await server.direct.query(`ALTER TABLE "${other}" ADD CHECK (record->>'state' IS DISTINCT FROM 'complete')`);
    const by = postgresLedger({ client: server.direct, table: other });
    const request = claimOf(newObject());
    await claim(by, request);
    const report = reportOf(request, { rejections: { CANARY: 1 } });
    const thrown = await by.finish(request, { watermark: 3, rejected: 1 }, report).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'POSTGRES_REQUEST_FAILED', details: { sqlState: '23514' } });
    expect(inspect(thrown, { depth: null })).not.toContain('CANARY');
    await server.direct.query(`DROP TABLE "${other}"`);
  });
});

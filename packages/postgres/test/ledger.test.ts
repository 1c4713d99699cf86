import { randomUUID } from 'node:crypto';
import { memoryLedger, MillraceError } from '@millrace/core';
import type { ClaimAnswer } from '@millrace/core/plugin';
import { ledgerCases, optionCases } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLedgerTable, type PostgresClient, postgresLedger } from '../src/index.ts';
import { claimOf, LEASE_MS, newObject, reportOf } from './support/claims.ts';
import { poolOn } from './support/pool-on.ts';
import { servers, START_MS, type TestServer, wireServers } from './support/servers.ts';

const table = `ledger_${randomUUID()}`;

describe.each(servers)('postgresLedger on $name', ({ start }) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await createLedgerTable({ client: server.direct, table });
  }, START_MS);
  afterAll(async () => {
    await server.direct.query(`DROP TABLE "${table}"`);
    await server.stop();
  });
  const ledgerOn = (client: PostgresClient, now?: () => number) => postgresLedger({ client, table }, now);

  const cases = ledgerCases({ create: (now) => ledgerOn(server.direct, now), lists: true });
  it.each(cases.map((one) => [`${one.clause} ${one.name}`, one] as const))('keeps the contract: %s', (_, one) =>
    one.run(),
  );

  it.each([
    ['newest', 'nothing'],
    ['newest', 'another version, its lease over'],
    ['newest', 'the same version, its lease over'],
    ['all', 'nothing'],
    ['all', 'the same version, its lease over'],
  ] as const)('grants one of two claimants that have read the same: %s, %s before', async (versions, before) => {
    const object = newObject();
    let time = 1_000_000;
    const now = () => time;
    if (before !== 'nothing') {
      const earlier = before.startsWith('another') ? '00' : '01';
      await ledgerOn(server.direct, now).claim(claimOf(object, earlier, { versions }));
      time += LEASE_MS;
    }
    const meeting = meetBeforeWriting(server.direct, 2);
    const answers = await Promise.all(
      [1, 2].map(() => ledgerOn(meeting, now).claim(claimOf(object, '01', { versions }))),
    );
    expect(outcomes(answers)).toEqual(['granted', 'held']);
    const attempts = before.startsWith('the same') ? 2 : 1;
    expect(await ledgerOn(server.direct).entries('prices', object)).toContainEqual(
      expect.objectContaining({ sequencer: '01', state: 'claimed', attempts }),
    );
  });

  it('asks as little as it says', async () => {
    const asked: string[] = [];
    const counting: PostgresClient = {
      query: (text, values) => {
        asked.push(text.startsWith('WITH written') ? 'write' : 'read');
        return server.direct.query(text, values);
      },
    };
    const ledger = ledgerOn(counting);
    const calls = async (work: Promise<unknown>): Promise<string> => {
      asked.length = 0;
      await work;
      return asked.join(' ');
    };
    for (const [versions, expected] of [
      ['newest', ['read write write', 'write write', 'write write write']],
      ['all', ['read write write', 'write', 'write']],
    ] as const) {
      const request = claimOf(newObject(), '01', { versions });
      const progress = { watermark: 3, rejected: 0 };
      expect([
        await calls(ledger.claim(request)),
        await calls(ledger.checkpoint(request, progress)),
        await calls(ledger.finish(request, progress, reportOf(request))),
      ]).toEqual(expected);
      expect(await calls(ledger.claim({ ...request, claimId: 'other' }))).toBe('read');
      expect(await calls(ledger.entries('prices', request.object))).toBe('read');
    }
  });

  it.each([
    [
      'of 20,000 characters that do not compress',
      Array.from({ length: 600 }, () => randomUUID())
        .join('/')
        .slice(0, 20_000),
    ],
    ['with a NUL, a substitute and half a surrogate pair', `\0-\u001A0000-${randomUUID()}-\uD800-😀`],
    ['with quotes and backslashes', `'"\\u0000\\\\u001a0000\\${randomUUID()}`],
  ])('takes names of objects %s', async (_, object) => {
    const ledger = ledgerOn(server.direct);
    for (const version of ['01', '02']) {
      const request = claimOf(object, version);
      expect(await ledger.claim(request)).toMatchObject({ outcome: 'granted' });
      await ledger.finish(request, { watermark: 3, rejected: 0 }, reportOf(request));
      expect(await ledger.claim({ ...request, claimId: 'later' })).toEqual({ outcome: 'complete' });
    }
    const entries = await ledger.entries('prices', object);
    expect(entries.map(({ object: name, origin }) => [name, origin.id]).toSorted()).toEqual([
      [object, `${object}?versionId=01`],
      [object, `${object}?versionId=02`],
    ]);
    // Another feed, and a name that differs in its last character only, have entries of their own.
    expect(await ledger.entries('other', object)).toEqual([]);
    expect(await ledger.entries('prices', `${object}x`)).toEqual([]);
  });

  it('keeps what the memory ledger keeps, errors of reports included', async () => {
    const object = newObject();
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const now = () => 1_000_000;
    const ledgers = [ledgerOn(server.direct, now), memoryLedger(now)];
    for (const [index, details] of [undefined, { at: 1, big: 2n ** 60n }, cyclic].entries()) {
      const request = claimOf(object, `0${index}`, { versionTag: 'tag', signature: 'cut by lines' });
      const error = new MillraceError('CSV_BAD', 'A row is bad.', {
        details,
        ordinal: 3,
        stage: 'csv',
        retryable: true,
        cause: new MillraceError('A_CAUSE', 'Because.', { cause: new TypeError('x') }),
      });
      const report = reportOf(request, { outcome: 'failed', error });
      const [kept, expected] = await Promise.all(
        ledgers.map(async (ledger) => {
          await ledger.claim(request);
          await ledger.checkpoint(request, { watermark: 2, rejected: 1 });
          await ledger.finish(request, { watermark: 3, rejected: 2 }, report);
          return (await ledger.entries('prices', object)).find(({ origin }) => origin.id === request.origin.id)!;
        }),
      );
      const { report: stored, ...entry } = kept!;
      const { report: _given, ...wanted } = expected!;
      expect(entry).toEqual(wanted);
      expect({ ...stored, error: undefined }).toEqual({ ...report, error: undefined });
      expect(stored!.error).toBeInstanceOf(MillraceError);
      expect(stored!.error).toMatchObject({ code: 'CSV_BAD', message: 'A row is bad.', ordinal: 3, retryable: true });
      expect(stored!.error!.toJSON()['cause']).toBe('A_CAUSE: Because. (caused by TypeError)');
      const plain =
        details === cyclic ? { omitted: expect.any(String) as string } : details && { at: 1, big: String(2n ** 60n) };
      expect(stored!.error!.details).toEqual(plain);
    }
  });

  it('shows entries to SQL as the README says', async () => {
    const request = claimOf(newObject());
    const ledger = ledgerOn(server.direct);
    await ledger.claim(request);
    await ledger.finish(request, { watermark: 3, rejected: 0 }, reportOf(request));
    const { rows } = await server.direct.query(
      `SELECT record->>'state' AS state, record->'report'->>'written' AS written
       FROM "${table}" WHERE version_key <> 'head' AND record->>'object' = $1`,
      [request.object],
    );
    expect(rows).toEqual([{ state: 'complete', written: '3' }]);
  });
});

describe.each(wireServers)('claimants with pools of their own, on $name', ({ start }) => {
  it(
    'race for an object, and one is granted',
    async () => {
      const server = await start();
      await createLedgerTable({ client: server.direct, table });
      const pools = [1, 2, 3].map(() => poolOn(server.port!, { max: 2 }));
      const ledgers = pools.map((client) => postgresLedger({ client, table, retry: { baseMs: 1, capMs: 5 } }));
      for (const versions of ['newest', 'all'] as const) {
        for (let round = 0; round < 10; round += 1) {
          const object = newObject();
          const answers = await Promise.all(ledgers.map((ledger) => ledger.claim(claimOf(object, '01', { versions }))));
          expect(outcomes(answers)).toEqual(['granted', 'held', 'held']);
        }
      }
      await Promise.all(pools.map((pool) => pool.end()));
      await server.direct.query(`DROP TABLE "${table}"`);
      await server.stop();
    },
    START_MS,
  );
});

function outcomes(answers: readonly ClaimAnswer[]): readonly string[] {
  return answers.map(({ outcome }) => outcome).toSorted();
}

/** Holds the first writes until all claimants have read and want to write. */
function meetBeforeWriting(client: PostgresClient, claimants: number): PostgresClient {
  let waiting = 0;
  const all = Promise.withResolvers<void>();
  return {
    query: async (text, values) => {
      if (text.startsWith('WITH written')) {
        waiting += 1;
        if (waiting >= claimants) all.resolve();
        await all.promise;
      }
      return client.query(text, values);
    },
  };
}

describe('options', () => {
  const client = { query: () => {} };
  const shared = [{ table: '' }, { table: 'x'.repeat(64) }, { schema: 1 }, { timeoutMs: 0 }, { timeoutMs: 2 ** 31 }];
  const cases = {
    postgresLedger: optionCases({
      make: (own) => postgresLedger(own as Parameters<typeof postgresLedger>[0]),
      valid: { table: 'ledger', schema: 'audit', client, timeoutMs: 1, retry: { attempts: 1 } },
      invalid: [...shared, { connection: '' }, { client: 'postgresql://localhost' }, { retry: { attempts: 0 } }],
    }),
  };
  for (const [plugin, list] of Object.entries(cases)) for (const { name, run } of list) it(`${plugin}: ${name}`, run);

  it.each([...shared, { columns: {} }, { key: 'uuid' }])('createLedgerTable refuses %j', async (own) => {
    const options = { table: 'ledger', client, ...own } as unknown as Parameters<typeof createLedgerTable>[0];
    await expect(createLedgerTable(options)).rejects.toMatchObject({ code: expect.stringMatching(/^OPTION_/) });
  });
});

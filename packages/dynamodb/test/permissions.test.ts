import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { feed, map, purge, replay } from '@millrace/core';
import type { HeadRecord, LandingOptions, VersionRecord } from '@millrace/core/plugin';
import { parseNdjson } from '@millrace/formats';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { memorySource } from '@millrace/testkit';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createLandingTable,
  createLedgerTable,
  createQuarantineTable,
  dynamodbLedger,
  dynamodbQuarantine,
  dynamodbSink,
  dynamodbSource,
  landingItem,
  parseItems,
} from '../src/index.ts';
import { headItem, versionItem } from '../src/ledger-item.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** What the README says that a part needs. */
function documented(part: string): readonly string[] {
  const table = readme.slice(readme.indexOf('### Permissions'));
  const row = table.split('\n').find((line) => line.startsWith(`| ${part} `));
  return [...(row ?? '').matchAll(/`dynamodb:(\w+)`/g)].map(([, action]) => action!).toSorted();
}

let at: TestEndpoints;
let direct: DynamoDBClient;
beforeAll(async () => {
  at = await endpointsForTests();
  direct = new DynamoDBClient(at.dynamodb);
}, 30_000);
afterAll(async () => {
  direct.destroy();
  await at.stop();
});

/** A client, and the actions that were asked for through it so far. */
function watched() {
  const client = new DynamoDBClient(at.dynamodb);
  const seen = new Set<string>();
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        seen.add(commandName.replace(/Command$/, ''));
        return next(args);
      },
    { step: 'initialize' },
  );
  const take = (): readonly string[] => {
    const actions = [...seen].toSorted();
    seen.clear();
    return actions;
  };
  return { client, take };
}

interface Row {
  readonly n: number;
}

interface Own {
  readonly name?: string;
  readonly own?: object;
  readonly landing?: LandingOptions<Row>;
}

describe('the permissions that the README lists', { timeout: 60_000 }, () => {
  it('are those that are used', async () => {
    const [table, ledgerTable, quarantineTable] = ['l', 'g', 'q'].map((one) => `${one}-${randomUUID()}`) as [
      string,
      string,
      string,
    ];
    await createLandingTable({ table, client: direct });
    await createLedgerTable({ table: ledgerTable, client: direct });
    await createQuarantineTable({ table: quarantineTable, client: direct });
    const [sinks, ledgers, quarantines, sources] = [watched(), watched(), watched(), watched()];
    const ledger = dynamodbLedger({ table: ledgerTable, client: ledgers.client });
    const quarantine = dynamodbQuarantine({ table: quarantineTable, client: quarantines.client });
    const lines = '{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n';
    const source = (text: string) => memorySource<string>({ objects: { object: [text] } });
    const flow = (isFixed: boolean, { name = 'rows', own = {}, landing = {} }: Own = {}) =>
      feed(name)
        .from(source(lines))
        .through(parseNdjson<Row>())
        .through(
          map((row) => {
            if (row.n === 2 && !isFixed) throw new Error('two');
            return row;
          }),
        )
        .through(landingItem<Row>(landing))
        .to(dynamodbSink({ table, client: sinks.client, sender: 'sdk', ...own } as never));
    const refs = source(lines).refs();
    const options = { ledger, quarantine, maxRejections: { share: 1 } };
    const object = { described: 'memory:object' };

    await flow(false).run(refs, options);
    expect(sinks.take()).toEqual(['BatchWriteItem']);
    const keyless = feed('keyless')
      .from(source(lines))
      .through(parseNdjson<Row>())
      .through(map(({ n }) => ({ uuid: n })))
      .to(dynamodbSink({ table, client: sinks.client, sender: 'sdk' }));
    await keyless.run(refs, { onFailure: 'report' });
    expect(sinks.take()).toEqual(documented('`dynamodbSink`'));

    await replay(flow(true), quarantine.rejections({ feed: 'rows' }), { ledger, settled: quarantine.settle });
    expect(sinks.take()).toEqual(['BatchWriteItem']);
    expect(quarantines.take()).toEqual(documented('`dynamodbQuarantine`'));
    const byKey = { key: ({ n }: Row) => `${n}` };
    const natural = (own: object, isFixed = true) => flow(isFixed, { name: 'natural', own, landing: byKey });
    const conditional = documented('with `keepNewest`, and `replay` of natural keys');
    await natural({ keepNewest: true }, false).run(refs, options);
    expect(sinks.take()).toEqual(conditional);
    await replay(natural({}), quarantine.rejections({ feed: 'natural' }), { ledger, settled: quarantine.settle });
    expect(sinks.take()).toEqual(conditional);

    const versionOf = async (name: string) => (await ledger.entries(name, object.described))[0]!.origin.id;
    await purge({ feed: flow(true), ledger, object, version: await versionOf('rows') });
    expect(sinks.take()).toEqual(documented("with `versions: 'replace'`, and `purge`"));
    await purge({ feed: natural({ retireByScan: true }), ledger, object, version: await versionOf('natural') });
    expect(sinks.take()).toEqual(documented('with `retireByScan`'));
    expect(ledgers.take()).toEqual(documented('`dynamodbLedger`'));

    await feed('unload')
      .from(dynamodbSource({ client: sources.client }))
      .through(parseItems())
      .to({ name: 'none', write: async () => {} })
      .run(dynamodbSource({ client: sources.client }).segments({ table }));
    expect(sources.take()).toEqual(documented('`dynamodbSource`'));
    for (const { client } of [sinks, ledgers, quarantines, sources]) client.destroy();
  });
});

describe('the attributes of a ledger that the README lists', () => {
  const key = { object: 'f#o', version: 'v' };
  const listed = (from: string, to: string): readonly string[] => {
    const start = readme.indexOf(from);
    expect(start).toBeGreaterThan(0);
    const text = readme.slice(start + from.length, readme.indexOf(to, start));
    return [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name!).toSorted();
  };
  const keysOf = (item: object): readonly string[] =>
    Object.keys(item)
      .filter((name) => !Object.hasOwn(key, name))
      .toSorted();

  it('are all that a version and a head can have', () => {
    const head: Required<HeadRecord> = {
      feed: 'f',
      object: 'o',
      stamp: 's',
      claimId: 'c',
      leaseUntil: 0,
      sequencer: '01',
      unsequenced: true,
      lastModified: 'd',
      generation: 1,
      mixed: true,
      updatedAt: 'u',
    };
    const version: Required<VersionRecord> = {
      feed: 'f',
      object: 'o',
      stamp: 's',
      origin: { id: 'i', uri: 'o' },
      state: 'complete',
      watermark: 1,
      rejected: 0,
      attempts: 1,
      claimId: 'c',
      leaseUntil: 0,
      sequencer: '01',
      versionTag: 't',
      generation: 1,
      signature: 's',
      reach: 1,
      branches: [1],
      groups: [1],
      dates: ['d'],
      retiredBelow: 0,
      retired: true,
      report: {} as VersionRecord['report'] & object,
      firstClaimedAt: 'f',
      updatedAt: 'u',
    };
    expect(listed('Beside these a version has ', '; a head has')).toEqual(keysOf(versionItem(key, version, 1)));
    expect(listed('; a head has ', '. Each is there')).toEqual(keysOf(headItem(key, head, 1)));
  });
});

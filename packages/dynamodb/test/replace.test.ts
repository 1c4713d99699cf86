import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  feed,
  type Feed,
  flatMap,
  landingUuid,
  memoryLedger,
  type Parser,
  purge,
  type RunOptions,
  type Source,
} from '@millrace/core';
import { landingVersion, type LandingOptions } from '@millrace/core/plugin';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dynamodbSink, type DynamodbSinkOptions, ensureTable, landingItem, packed } from '../src/index.ts';
import { localTables } from './support/local-tables.ts';
import { removeTable } from './support/remove-table.ts';
import { unpacked } from './support/unpacked.ts';

const tables = localTables();

interface Row {
  readonly sku: string;
  readonly of: string;
  readonly text?: string;
}

/** One version of an object. A broken one ends in an error after all of its rows, as a truncated file does. */
interface Version {
  readonly id: string;
  readonly rows: readonly Row[];
  readonly broken?: boolean;
  readonly lastModified?: string;
}

const versions: Source<Version, readonly Row[]> = {
  name: 'versions',
  describe: () => 'object',
  open: async ({ id, rows, broken, lastModified = '2026-11-22T10:00:00.000Z' }) => ({
    origin: { id, uri: 'mem:object', lastModified },
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
const make = (of: string, count: number, text?: string): Row[] =>
  Array.from({ length: count }, (_, n) => ({ sku: `s${n}`, of, ...(text !== undefined && { text }) }));
const options = (ledger = memoryLedger()) =>
  ({ versions: 'replace', onFailure: 'report', ledger }) satisfies RunOptions;

/** The version of every record in the table, sorted and counted. */
async function landedOf(table: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { record } of await unpacked(await tables.scan(table))) {
    const of = ofRecord(record);
    counts[of] = (counts[of] ?? 0) + 1;
  }
  return counts;
}

/** A pack gives the record, an item of its own the attribute values that it has. */
function ofRecord(record: unknown): string {
  const { of, M } = record as { readonly of?: string; readonly M?: { readonly of: { readonly S: string } } };
  return of ?? M!.of.S;
}

describe("versions: 'replace'", { timeout: 60_000 }, () => {
  async function prices(given: Partial<DynamodbSinkOptions<'uuid', never>> = {}, client = tables.client()) {
    const table = await tables.make();
    const sink = dynamodbSink({ table, client, ...given });
    const start = feed('prices').from(versions).through(rows);
    return { table, start, sink, single: start.through(landingItem()).to(sink) as Feed<Version> };
  }

  it.each([undefined, packed({ records: 20 })])(
    'is not needed to tell the rows of a truncated version from those of the one that was sent again',
    async (pack) => {
      const { table, single } = await prices(pack && { pack });
      const run = { ...options(), versions: 'newest' } as const;
      await single.run([{ id: 'v1', rows: make('cut', 1100), broken: true }], run);
      await single.run([{ id: 'v2', rows: make('whole', 140) }], run);
      const items = await tables.scan(table);
      const found: Record<string, Set<string>> = {};
      for (const { source_version: version, record } of await unpacked(items))
        (found[ofRecord(record)] ??= new Set()).add(String(version));
      expect(found).toEqual({ cut: new Set([landingVersion('v1')]), whole: new Set([landingVersion('v2')]) });
      if (pack === undefined) return;
      const spaces = new Set(items.map(({ space }) => space!.S!.replaceAll('-', '')));
      expect(spaces).toEqual(new Set([landingVersion('v1'), landingVersion('v2')]));
    },
  );

  it('leaves no single row of a truncated version', async () => {
    const { table, single } = await prices();
    const run = options();
    await single.run([{ id: 'v1', rows: make('cut', 130), broken: true }], run);
    expect((await landedOf(table))['cut']).toBeGreaterThan(100);
    const { reports } = await single.run([{ id: 'v2', rows: make('whole', 140) }], run);
    expect(await landedOf(table)).toEqual({ whole: 140 });
    expect(reports[0]?.counters['dynamodb']?.['retired']).toBeGreaterThan(100);
  });

  it('stays away if the new version is not what the feed expects', async () => {
    const { table, single } = await prices();
    const run = { ...options(), expect: { records: { min: 130 } } };
    await single.run([{ id: 'v1', rows: make('whole', 130) }], run);
    const { reports } = await single.run([{ id: 'v2', rows: make('short', 12) }], run);
    expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'OBJECT_RECORDS_UNEXPECTED' } });
    expect(await landedOf(table)).toEqual({ whole: 130, short: 12 });
    await single.run([{ id: 'v3', rows: make('corrected', 140) }], run);
    expect(await landedOf(table)).toEqual({ corrected: 140 });
  });

  it('leaves no pack, however a group was split, and whatever length groups had', async () => {
    const ledger = memoryLedger();
    const { table, start, sink } = await prices({ pack: packed({ records: 20, maxItemBytes: 3000 }) });
    const packs = start.through(landingItem()).to(sink) as Feed<Version>;
    const large = make('old', 95).map((row, n) => (n % 7 === 3 ? { ...row, text: 'x'.repeat(700 + n) } : row));
    const tooLarge = large.with(50, { sku: 's', of: 'old', text: 'y'.repeat(4000) });
    await packs.run([{ id: 'v1', rows: tooLarge }], options(ledger));
    expect(await landedOf(table)).toEqual({ old: 95 });
    const other = dynamodbSink({ table, client: tables.client(), pack: packed({ records: 30 }) });
    const wider = start.through(landingItem()).to(other) as Feed<Version>;
    await wider.run([{ id: 'v2', rows: make('newer', 61) }], options(ledger));
    expect(await landedOf(table)).toEqual({ newer: 61 });
    const without = start.through(landingItem()).to(dynamodbSink({ table, client: tables.client() })) as Feed<Version>;
    await without.run([{ id: 'v3', rows: make('newest', 7) }], options(ledger));
    expect(await landedOf(table)).toEqual({ newest: 7 });
  });

  it.each([undefined, packed({ records: 4, maxItemBytes: 1024 })])(
    'leaves no branch of a nested fan-out',
    async (pack) => {
      const { table, start, sink } = await prices(pack && { pack });
      const fanned = start
        .through(flatMap((row: Row) => Array.from({ length: 1 + (+row.sku.slice(1) % 6) }, () => row)))
        .through(flatMap((row: Row) => (row.of === 'old' ? [row, { ...row, text: 'x'.repeat(200) }, row] : [row])))
        .through(landingItem())
        .to(sink) as Feed<Version>;
      const run = options();
      await fanned.run([{ id: 'v1', rows: make('old', 13) }], run);
      expect((await landedOf(table))['old']).toBe((2 * 21 + 1) * 3);
      await fanned.run([{ id: 'v2', rows: make('new', 3) }], run);
      expect(await landedOf(table)).toEqual({ new: 6 });
    },
  );

  it.each(['upload_date', 'feed', 'source', 'source_version'])('computes the sort key %s', async (sortKey) => {
    const { table } = await prices();
    const sorted = `${table}-${sortKey}`;
    const client = tables.client();
    await ensureTable({ table: sorted, client, partitionKey: 'uuid', sortKey });
    onTestFinished(() => removeTable(client, sorted));
    const sink = dynamodbSink({ table: sorted, client, sortKey: sortKey as 'feed' });
    const keyed = feed('prices')
      .from(versions)
      .through(rows)
      .through(landingItem())
      .to(sink as never) as Feed<Version>;
    const run = options();
    await keyed.run([{ id: 'v1', rows: make('old', 30), broken: true }], run);
    await keyed.run([{ id: 'v2', rows: make('new', 2) }], run);
    expect(await landedOf(sorted)).toEqual({ new: 2 });
  });

  it('finds rows of every date that the same content had', async () => {
    const { table } = await prices();
    const sorted = `${table}-sorted`;
    const client = tables.client();
    await ensureTable({ table: sorted, client, partitionKey: 'uuid', sortKey: 'upload_date' });
    onTestFinished(() => removeTable(client, sorted));
    const sink = dynamodbSink({ table: sorted, client, sortKey: 'upload_date' });
    const dated = feed('prices').from(versions).through(rows).through(landingItem()).to(sink) as Feed<Version>;
    const run = options();
    const cut = { id: 'v1', rows: make('old', 30), broken: true };
    await dated.run([cut], run);
    await dated.run([{ ...cut, lastModified: '2026-11-23T10:00:00.000Z' }], run);
    expect(await landedOf(sorted)).toEqual({ old: 50 });
    await dated.run([{ id: 'v2', rows: make('new', 2), lastModified: '2026-11-24T10:00:00.000Z' }], run);
    expect(await landedOf(sorted)).toEqual({ new: 2 });
  });

  it('leaves rows whose natural keys a newer version has taken, once scans are allowed', async () => {
    const byKey = landingItem<Row>({ key: ({ sku }) => sku });
    const { table, start, sink } = await prices();
    const refused = start.through(byKey).to(sink as never) as Feed<Version>;
    await expect(refused.run([], options())).rejects.toMatchObject({ code: 'RETIRE_UNSUPPORTED' });
    const scanning = dynamodbSink({ table, client: tables.client(), retireByScan: true });
    const natural = start.through(byKey).to(scanning as never) as Feed<Version>;
    const run = options();
    await natural.run([{ id: 'v1', rows: make('old', 60) }], run);
    await natural.run([{ id: 'v2', rows: make('new', 40) }], run);
    expect(await landedOf(table)).toEqual({ new: 40 });
  });

  it('refuses keys that cannot be computed again', async () => {
    const { start, table } = await prices();
    const other = dynamodbSink({ table, client: tables.client(), sortKey: 'record' });
    const feedOf = start.through(landingItem()).to(other as never) as Feed<Version>;
    await expect(feedOf.run([], options())).rejects.toMatchObject({ code: 'RETIRE_UNSUPPORTED' });
  });

  it.each<[string, Partial<DynamodbSinkOptions<'uuid', never>>, LandingOptions<Row>]>([
    ['single rows', {}, {}],
    ['packs', { pack: packed({ records: 4, maxItemBytes: 1024 }) }, {}],
    ['natural keys', { retireByScan: true }, { key: ({ sku, of }) => `${sku} ${of}` }],
  ])('continues at the next delivery, whichever request failed: %s', async (_, given, landing) => {
    for (const at of [1, 2, 3, 5]) {
      const client = tables.newClient();
      const { table, start, sink } = await prices({ retry: { attempts: 1 }, sender: 'sdk', ...given }, client);
      const fanned = start
        .through(flatMap((row: Row) => (+row.sku.slice(1) % 50 === 7 ? [row, { ...row, sku: `${row.sku}b` }] : [row])))
        .through(landingItem<Row>(landing))
        .to(sink as never) as Feed<Version>;
      const ledger = memoryLedger();
      await fanned.run([{ id: 'v1', rows: make('old', 230) }], options(ledger));
      let requests = 0;
      client.middlewareStack.add(
        (next, { commandName }) =>
          async (args) => {
            const isRetiring =
              ['BatchGetItemCommand', 'ScanCommand', 'DeleteItemCommand'].includes(commandName ?? '') ||
              JSON.stringify(args.input).includes('DeleteRequest');
            if (isRetiring && (requests += 1) === at) throw Object.assign(new Error('cut'), { name: 'TimeoutError' });
            return next(args);
          },
        { step: 'initialize', priority: 'low' },
      );
      const whole = { id: 'v2', rows: make('new', 20) };
      const { reports } = await fanned.run([whole], options(ledger));
      expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'DYNAMODB_UNAVAILABLE', retryable: true } });
      const again = await fanned.run([whole], options(ledger));
      expect(again.reports[0]?.outcome).toBe('duplicate');
      expect(await landedOf(table)).toEqual({ new: 21 });
      client.destroy();
    }
  });

  it('leaves a row that a newer version takes between the scan and the delete', async () => {
    const client = tables.newClient();
    const { table, start, sink } = await prices({ retireByScan: true, sender: 'sdk' }, client);
    const natural = start.through(landingItem<Row>({ key: ({ sku }) => sku })).to(sink as never) as Feed<Version>;
    const ledger = memoryLedger();
    await natural.run([{ id: 'v1', rows: make('old', 10) }], options(ledger));
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const output = await next(args);
          if (commandName === 'ScanCommand') {
            // As a request of a newer version would that arrives now.
            const items = (await tables.scan(table)).filter(({ record }) => record?.M?.['sku']?.S === 's9');
            expect(items).toHaveLength(1);
            const taken = {
              ...items[0],
              generation: { N: '3' },
              record: { M: { sku: { S: 's9' }, of: { S: 'newest' } } },
            };
            await tables.client().send(new PutItemCommand({ TableName: table, Item: taken }));
          }
          return output;
        },
      { step: 'initialize', priority: 'low' },
    );
    const { reports } = await natural.run([{ id: 'v2', rows: make('new', 5) }], options(ledger));
    expect(reports[0]).toMatchObject({ outcome: 'complete', counters: { dynamodb: { retired: 4 } } });
    expect(await landedOf(table)).toEqual({ new: 5, newest: 1 });
    client.destroy();
  });
});

describe('purge', { timeout: 60_000 }, () => {
  it.each<[string, Partial<DynamodbSinkOptions<'uuid', never>>, LandingOptions<Row>]>([
    ['packs and branches', { pack: packed({ records: 4, maxItemBytes: 1024 }) }, {}],
    ['natural keys', { retireByScan: true }, { key: ({ sku }) => sku }],
  ])('says what it would delete, and deletes just that: %s', async (what, given, landing) => {
    const table = await tables.make();
    const sink = dynamodbSink({ table, client: tables.client(), ...given });
    const prices = feed('prices')
      .from(versions)
      .through(rows)
      .through(flatMap((row: Row) => (row.sku === 's3' ? [row, { ...row, sku: 's3b' }] : [row])))
      .through(landingItem<Row>(landing))
      .to(sink as never) as Feed<Version>;
    const ledger = memoryLedger();
    await prices.run([{ id: 'v1', rows: make('old', 22) }], { ledger });
    await prices.run([{ id: 'v2', rows: make('new', 11) }], { ledger });
    const before = { old: what === 'natural keys' ? 11 : 23, new: 12 };
    expect(await landedOf(table)).toEqual(before);
    const items = (await tables.scan(table)).length;
    const object = { described: 'object' };
    const dry = await purge({ feed: prices, ledger, object, dryRun: true });
    expect(await landedOf(table)).toEqual(before);
    expect(await purge({ feed: prices, ledger, object })).toMatchObject({ deleted: dry.deleted });
    expect(await landedOf(table)).toEqual({ new: 12 });
    expect((await tables.scan(table)).length).toBe(items - dry.deleted);
  });

  it('says what it would delete, and deletes just that', async () => {
    const table = await tables.make();
    const sink = dynamodbSink({ table, client: tables.client() });
    const prices = feed('prices').from(versions).through(rows).through(landingItem()).to(sink) as Feed<Version>;
    const ledger = memoryLedger();
    await prices.run([{ id: 'v1', rows: make('old', 12) }], { ledger });
    await prices.run([{ id: 'v2', rows: make('new', 11) }], { ledger });
    const object = { described: 'object' };
    const dry = await purge({ feed: prices, ledger, object, dryRun: true });
    expect(dry).toMatchObject({ considered: 12, deleted: 12, versions: [{ version: 'v1' }] });
    expect(await landedOf(table)).toEqual({ old: 12, new: 11 });
    expect(await purge({ feed: prices, ledger, object })).toEqual({ ...dry, dryRun: false });
    const left = (await tables.scan(table)).map(({ uuid }) => uuid?.S).toSorted();
    expect(left).toEqual(Array.from({ length: 11 }, (_, n) => landingUuid('v2', n)).toSorted());
  });
});

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DeleteTableCommand, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { RecordContext } from '@millrace/core';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { chaosCases, sinkCases, type SinkCasesOptions, startFaultProxy, supportsLine } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createLandingTable,
  dynamodbSink,
  type LandingItem,
  landingItem,
  packed,
  type PackOptions,
} from '../../src/index.ts';
import { unpacked } from './unpacked.ts';

let at: TestEndpoints;
let direct: DynamoDBClient;

const land = landingItem<string>();

/** The sink as it is, or one that packs; what it has written is read as it says in its README: each uuid once. */
const casesOf = (pack: PackOptions | undefined): SinkCasesOptions<LandingItem<string>> => ({
  supports: { refusals: true, groups: pack !== undefined, mixedItems: true, shared: true, outages: true },
  record: (text, place) => land.apply(text, place) as LandingItem<string>,
  ...(pack === undefined && {
    keyed: (text: string, key: string, place: RecordContext) =>
      landingItem<string>({ key: () => key }).apply(text, place) as LandingItem<string>,
  }),
  refused: {
    record: (place) => land.apply('x'.repeat(400 * 1024), place) as LandingItem<string>,
    code: 'DYNAMODB_ITEM_TOO_LARGE',
  },
  create: async () => {
    const table = `millrace-conformance-${randomUUID()}`;
    await createLandingTable({ table, client: direct });
    const proxy = await startFaultProxy(at.dynamodb.endpoint);
    const client = new DynamoDBClient({ ...at.dynamodb, endpoint: proxy.url, maxAttempts: 1 });
    const retry = { attempts: 100, baseMs: 5, capMs: 50, timeMs: 1500 };
    const create = () =>
      dynamodbSink({ table, client, retry, ...(pack ? { pack: packed(pack) } : { retireByScan: true }) });
    return {
      sink: create(),
      another: create,
      calls: () => proxy.calls.length,
      interrupt: () => proxy.add({ kind: 'dynamodbError', code: 'InternalServerError', status: 500, times: 1e9 }),
      stored: async () => {
        const texts: (readonly [uuid: string, text: string])[] = [];
        for await (const { Items = [] } of paginateScan(
          { client: direct },
          { TableName: table, ConsistentRead: true },
        )) {
          for (const { uuid, record } of await unpacked(Items)) texts.push([uuid as string, record as string]);
        }
        return pack === undefined ? texts.map(([, text]) => text) : [...new Map(texts).values()];
      },
      close: async () => {
        client.destroy();
        await proxy.stop();
        await direct.send(new DeleteTableCommand({ TableName: table }));
      },
    };
  },
});

/** Declares the cases of the contract for the sink, with single items or with packs. */
export function testSinkContract(what: 'single items' | 'packs', pack?: PackOptions): void {
  beforeAll(async () => {
    // Faults are put in front of it, so it is the local one in any case.
    at = await endpointsForTests({});
    direct = new DynamoDBClient(at.dynamodb);
  });
  afterAll(async () => {
    direct.destroy();
    await at.stop();
  });

  describe(`dynamodbSink keeps the contract with ${what}`, () => {
    const options = casesOf(pack);
    const cases = [...sinkCases(options), ...chaosCases({ ...options, runs: 3 })];
    for (const { clause, name, run } of cases) it(`${clause} ${name}`, run);

    it('and its README says what it supports', () => {
      const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
      expect(readme).toContain(
        supportsLine(what === 'packs' ? 'dynamodbSink with pack' : 'dynamodbSink', options.supports),
      );
    });
  });
}

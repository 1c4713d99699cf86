import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { feed, reconcile, references, type Sink } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { toS3Handler } from '@millrace/lambda-adapter';
import { s3Source } from '@millrace/s3';
import {
  type Deployment,
  judge,
  lineRecord,
  type LineRecord,
  type ObjectContent,
  scenarioOf,
  simulate,
} from '@millrace/testkit/simulation';
import { expect, test } from 'vitest';

/** A sink of one's own: each record is an item. `forgetful` is a mistake: it does not wait for what it sends. */
function itemSink(client: DynamoDBClient, forgetful: boolean): Sink<LineRecord> {
  return {
    name: 'items',
    limits: { count: 10 },
    write: async (entries) => {
      const puts = entries.map(({ value: { object, version, line } }) => {
        const Item = { uuid: { S: `${object}/${version}/${line}` } };
        return client.send(new PutItemCommand({ TableName: 'own', Item, ReturnConsumedCapacity: 'TOTAL' }));
      });
      if (forgetful) void Promise.allSettled(puts);
      else await Promise.all(puts);
    },
  };
}

const content = (version: number): ObjectContent => ({
  object: 'o',
  version,
  lines: 30,
  keys: 30,
  broken: [],
  odd: [],
});

/** A feed into that sink, called by Lambda for each object. */
function ownDeployment(forgetful: boolean): Deployment {
  return {
    name: 'own',
    start: ({ s3, table, ledger, quarantine, bucket }) => {
      const shared = { region: 'us-east-1', credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' } };
      const source = s3Source({
        client: new S3Client({ ...shared, requestHandler: s3 as never, forcePathStyle: true }),
      });
      const client = new DynamoDBClient({ ...shared, requestHandler: table as never });
      const own = feed('own')
        .from(source)
        .through(decodeText('utf-8'))
        .through(parseNdjson<LineRecord>())
        .to(itemSink(client, forgetful));
      const options = { ledger, quarantine, leaseMs: 10_000 };
      const list = () => source.list({ bucket });
      return {
        handler: toS3Handler(own, { ...options, log: () => {} }),
        run: () => own.run(list(), { ...options, onFailure: 'report' }),
        reconcile: () => own.run(references(reconcile({ feed: own, list: list(), ledger })), options),
        replay: async () => {},
      };
    },
    expect: (written) => {
      const keys = Array.from({ length: written.lines }, (_, line) => {
        const { object, version } = lineRecord(written, line)!;
        return `${object}/${version}/${line}`;
      });
      return { delivered: keys.map((key) => ({ key, value: key })), rejected: [], read: written.lines };
    },
    read: ({ uuid }) => [{ key: String(uuid!['S']), value: String(uuid!['S']) }],
    scenario: (seed, chance) => ({
      seed,
      settings: {
        bucket: { versioned: true, etags: 'strong', checksums: true },
        queue: { visibilityMs: 60_000, maxReceives: 5, batchSize: 1 },
        lambda: { timeoutMs: 60_000, concurrency: 1 },
        carrier: 'async',
        clockOffsetMs: 0,
        network: { haltsBeforeSocket: false, longestDelayMs: 150 },
        options: {},
      },
      events: [
        { at: 1000, kind: 'put', content: content(0), notices: [500] },
        { at: 1100, kind: 'fault', service: 'table', fault: 'delay', times: chance.integer(1, 5) },
        { at: chance.integer(5000, 9000), kind: 'put', content: content(1), notices: [500] },
      ],
    }),
  };
}

async function rulesBroken(forgetful: boolean): Promise<readonly string[]> {
  const deployment = ownDeployment(forgetful);
  const rules = new Set<string>();
  for (let seed = 1; seed <= 10; seed += 1) {
    const history = await simulate(deployment, scenarioOf(deployment, String(seed)));
    expect(history.completions.length).toBeGreaterThan(0);
    for (const { rule } of await judge(deployment, history)) rules.add(rule);
  }
  return [...rules];
}

test('lets the author of a plugin simulate it', { timeout: 60_000 }, async () => {
  await expect(rulesBroken(false)).resolves.toEqual([]);
});

test('shows that author a sink that does not wait for its writes', { timeout: 60_000 }, async () => {
  await expect(rulesBroken(true)).resolves.toContain('complete-too-early');
});

import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { ItemContext, Source } from '@millrace/core';
import type { Context } from '@millrace/core/plugin';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import {
  parserCases,
  eachCases,
  optionCases,
  sourceCases,
  type SourceSupports,
  startFaultProxy,
  supportsLine,
} from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbSource, jsonItem, parseItems, type TableSegment } from '../src/index.ts';
import { packLine } from './support/pack-line.ts';

let at: TestEndpoints;
let direct: DynamoDBClient;
beforeAll(async () => {
  // Faults are put in front of it, so it is the local one in any case.
  at = await endpointsForTests({});
  direct = new DynamoDBClient(at.dynamodb);
});
afterAll(async () => {
  direct.destroy();
  await at.stop();
});

const supports: SourceSupports = { pinned: false, listing: false, breaks: true, holds: true };

const PIECE = 300_000;

/** An object of the cases is a table of one partition: the object's bytes are those of its items, in their order. */
async function putObject(table: string, content: Uint8Array): Promise<void> {
  await direct.send(new DeleteTableCommand({ TableName: table })).catch(() => {});
  await direct.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'object', AttributeType: 'S' },
        { AttributeName: 'number', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'object', KeyType: 'HASH' },
        { AttributeName: 'number', KeyType: 'RANGE' },
      ],
    }),
  );
  await waitUntilTableExists({ client: direct, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.1 }, { TableName: table });
  for (let start = 0; start < content.length; start += PIECE) {
    const Item = {
      object: { S: 'a' },
      number: { N: `${start}` },
      bytes: { B: content.subarray(start, start + PIECE) },
    };
    await direct.send(new BatchWriteItemCommand({ RequestItems: { [table]: [{ PutRequest: { Item } }] } }));
  }
}

/** The source as it is, but that each chunk is the bytes that the items of it hold. */
function unframed(source: Source<TableSegment, Uint8Array>): Source<TableSegment, Uint8Array> {
  return {
    ...source,
    open: async (ref: TableSegment, context: Context) => {
      const item = await source.open(ref, context);
      return {
        ...item,
        chunks: async function* (itemContext: ItemContext) {
          let text = '';
          for await (const chunk of item.chunks(itemContext)) {
            text += Buffer.from(chunk).toString();
            const lines = text.split('\n');
            text = lines.pop()!;
            for (const line of lines) {
              const { Item } = JSON.parse(line) as { readonly Item: { readonly bytes: { readonly B: string } } };
              yield Buffer.from(Item.bytes.B, 'base64');
            }
          }
        },
      };
    },
  };
}

/** Files of a directory that this process has open, whether they are still in it or not. */
async function filesOpen(directory: string): Promise<number> {
  const names = await readdir('/proc/self/fd');
  const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  return targets.filter((target) => target.startsWith(directory)).length;
}

describe('dynamodbSource keeps the contract', () => {
  const cases = sourceCases<TableSegment, Uint8Array>({
    supports,
    create: async () => {
      const prefix = `millrace-unload-${randomUUID()}-`;
      const directory = mkdtempSync(join(tmpdir(), 'millrace-unload-'));
      const proxy = await startFaultProxy(at.dynamodb.endpoint);
      const client = new DynamoDBClient({
        ...at.dynamodb,
        endpoint: proxy.url,
        maxAttempts: 1,
      });
      const tables = new Set<string>();
      return {
        source: unframed(
          dynamodbSource({
            client,
            directory,
            consistentRead: true,
            timeoutMs: 4_000,
            retry: { baseMs: 5, capMs: 50 },
          }),
        ),
        put: async (name, content) => {
          const table = prefix + name;
          tables.add(table);
          await putObject(table, content);
          return { table };
        },
        missing: { table: `${prefix}missing` },
        respell: ({ table }) => ({ table, segment: 0, totalSegments: 1 }),
        cutShort: (_, after) => void proxy.add({ kind: 'resetMidBody', at: after, match: ({ op }) => op === 'Scan' }),
        stall: (_, after) =>
          void proxy.add({ kind: 'stall', at: after, forMs: 60_000, match: ({ op }) => op === 'Scan' }),
        held: () => filesOpen(directory),
        close: async () => {
          client.destroy();
          await proxy.stop();
          rmSync(directory, { recursive: true });
          for (const table of tables) await direct.send(new DeleteTableCommand({ TableName: table }));
        },
      };
    },
  });
  for (const { clause, name, run } of cases) it(`${clause} ${name}`, run);

  it('and the README says what it supports', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(supportsLine('dynamodbSource', supports));
  });
});

describe('parseItems keeps the contract', async () => {
  const pack = await packLine([{ a: 1 }, { b: 'é' }, { c: 18446744073709551617n }]);
  const single = '{"Item":{"uuid":{"S":"u"},"record":{"M":{"n":{"N":"1.5"},"s":{"SS":["a"]},"b":{"B":"aGk="}}}}}';
  // Each of these packs holds a thousand times what it takes.
  const dense = Buffer.from((await packLine([{ text: 'x'.repeat(390_000) }])).repeat(50));
  let outputLength = 0;
  for await (const output of parseItems()
    .start({} as never)
    .push(dense) as AsyncIterable<unknown>) {
    outputLength += JSON.stringify(output).length;
  }
  const cases = parserCases({
    create: () => parseItems(),
    expansion: { input: dense, outputLength },
    samples: [
      { name: 'nothing', input: Buffer.from(''), outputs: [] },
      {
        name: 'single items',
        input: Buffer.from(`${single}\n\n${single}\r\n`),
        outputs: Array.from({ length: 2 }, () => ({
          uuid: 'u',
          record: { n: 1.5, s: new Set(['a']), b: new Uint8Array([104, 105]) },
        })),
      },
      { name: 'a last line without an end', input: Buffer.from(single) },
      { name: 'a pack between single items', input: Buffer.from(`${single}\n${pack}${single}\n`) },
      {
        name: 'lines that are no items',
        input: Buffer.concat([
          Buffer.from(`{}\nnull\n${single}\n{"Item":{"a":1}}\n{"Item":{"a":{"S":"`),
          Buffer.of(0xff),
          Buffer.from('"}}}\n'),
        ]),
        rejections: Array.from({ length: 4 }, () => 'DYNAMODB_LINE_INVALID'),
      },
      {
        name: 'a damaged pack',
        input: Buffer.from(pack.replace(/"records":\{"B":"..../, '"records":{"B":"AAAA')),
        rejections: ['UNPACK_DAMAGED'],
      },
      { name: 'cut short', input: Buffer.from(`${single}\n${single.slice(0, -3)}`), error: 'DYNAMODB_LINES_TRUNCATED' },
    ],
    endless: [{ name: 'a line without an end', chunk: Buffer.from('x'.repeat(65_536)) }],
  });
  for (const { clause, name, run } of cases) it(`${clause} ${name}`, run);
});

describe('jsonItem keeps the contract', () => {
  const cases = eachCases<object, object>({
    create: () => jsonItem(),
    samples: [
      { name: 'plain JSON', input: { a: 1, b: [null, { c: 'd' }] } },
      {
        name: 'sets and binary',
        input: { s: new Set(['a']), b: new Uint8Array([104, 105]) },
        outputs: [{ s: ['a'], b: 'aGk=' }],
      },
    ],
  });
  for (const { clause, name, run } of cases) it(`${clause} ${name}`, run);
});

describe('options', () => {
  const cases = {
    dynamodbSource: optionCases({
      make: dynamodbSource,
      invalid: [
        { where: { a: [] } },
        { filter: {} },
        { attributes: [] },
        { maxReadUnitsPerSecond: 0 },
        { directory: 1 },
      ],
    }),
    parseItems: optionCases({ make: parseItems, invalid: [{ maxLineBytes: 0 }, { exactNumber: 1 }] }),
  };
  for (const [plugin, list] of Object.entries(cases)) for (const { name, run } of list) it(`${plugin}: ${name}`, run);
});

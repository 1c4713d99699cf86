import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { encodeCsv } from '@millrace/formats';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import {
  chaosCases,
  optionCases,
  sinkCases,
  type SinkCasesOptions,
  sourceCases,
  type SourceSupports,
  startFaultProxy,
  supportsLine,
} from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Quarantine, s3Sink, type S3SinkOptions, s3Source } from '../src/index.ts';
import { writtenObjects } from './sink-stand.ts';

let at: TestEndpoints;
let direct: S3Client;
beforeAll(async () => {
  // Faults are put in front of it, so it is the local one in any case. What it holds goes with it.
  at = await endpointsForTests({});
  direct = new S3Client(at.s3);
});
afterAll(async () => {
  direct.destroy();
  await at.stop();
});

const supports: SourceSupports = { pinned: true, listing: true, breaks: true, holds: true, ranges: true };

describe('s3Source keeps the contract', () => {
  const cases = sourceCases({
    supports,
    create: async () => {
      const bucket = `millrace-conformance-${randomUUID()}`;
      await direct.send(new CreateBucketCommand({ Bucket: bucket }));
      const proxy = await startFaultProxy(at.s3.endpoint);
      const agent = new Agent({ keepAlive: true });
      const client = new S3Client({ ...at.s3, endpoint: proxy.url, requestHandler: { httpAgent: agent } });
      const source = s3Source({ client });
      return {
        source,
        put: async (key, Body) => {
          const { ETag } = await direct.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
          return { bucket, key, etag: ETag! };
        },
        missing: { bucket, key: 'missing' },
        respell: ({ key }) => ({ bucket, key }),
        list: () => source.list({ bucket }),
        cutShort: (_, after) => void proxy.add({ kind: 'resetMidBody', at: after }),
        stall: (_, after) => void proxy.add({ kind: 'stall', at: after, forMs: 60_000 }),
        held: () => Object.values(agent.sockets).reduce((sum, sockets) => sum + (sockets?.length ?? 0), 0),
        close: async () => {
          client.destroy();
          agent.destroy();
          await proxy.stop();
        },
      };
    },
  });
  it.each(cases.map((one) => [`${one.clause} ${one.name}`, one] as const))('%s', (_, one) => one.run());

  it('and its README says what it supports', () => {
    expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(
      supportsLine('s3Source', supports),
    );
  });
});

interface Text {
  readonly text: unknown;
}

const ways: Readonly<Record<string, Partial<S3SinkOptions<Text>>>> = {
  'gzipped NDJSON': {},
  'CSV by partition, in small objects': {
    encode: encodeCsv({ columns: ['text'], header: false }),
    compress: 'none',
    maxPartBytes: 64,
    partition: ({ text }, { branch }) => ({ kind: `${String(text).length % 2}`, branch }),
  },
};

const sinkSupports = { refusals: true, groups: true, mixedItems: false, shared: true, outages: true };

describe.each(Object.entries(ways))('s3Sink keeps the contract with %s', (_, way) => {
  const options: SinkCasesOptions<Text> = {
    supports: sinkSupports,
    record: (text) => ({ text }),
    refused: {
      record: () => ({ text: new Set(['a']) }),
      code: `${way.encode === undefined ? 'JSON' : 'CSV'}_VALUE_UNSUPPORTED`,
    },
    create: async () => {
      const bucket = `millrace-conformance-${randomUUID()}`;
      await direct.send(new CreateBucketCommand({ Bucket: bucket }));
      const proxy = await startFaultProxy(at.s3.endpoint);
      const client = new S3Client({ ...at.s3, endpoint: proxy.url, maxAttempts: 1 });
      const create = () => s3Sink<Text>({ bucket, client, recordsPerPart: 4, retryForMs: 1500, ...way });
      return {
        sink: create(),
        another: create,
        calls: () => proxy.calls.length,
        interrupt: () => proxy.add({ kind: 's3Error', code: 'InternalError', status: 500, times: 1e9 }),
        stored: async () => {
          const lines = (await writtenObjects(direct, bucket)).flatMap(({ text }) => text.split('\n').slice(0, -1));
          return lines.map((line) =>
            line.startsWith('{') ? (JSON.parse(line) as { readonly text: string }).text : line,
          );
        },
        close: async () => {
          client.destroy();
          await proxy.stop();
        },
      };
    },
  };
  const cases = [...sinkCases(options), ...chaosCases({ ...options, runs: 3 })];
  for (const { clause, name, run } of cases) it(`${clause} ${name}`, run);
});

it('the README says what s3Sink supports', () => {
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(
    supportsLine('s3Sink', sinkSupports),
  );
});

describe('options', () => {
  const sink = optionCases({
    make: (options) => s3Sink(options as S3SinkOptions<unknown>),
    valid: { bucket: 'bucket' },
    invalid: [{ bucket: '' }, { recordsPerPart: 1 }, { encode: {} }, { maxPartBytes: 2 ** 40 }, { compress: 'zip' }],
  });
  for (const { name, run } of sink) it(`s3Sink: ${name}`, run);
  const source = optionCases({ make: s3Source, invalid: [{ client: 1 }, { idleTimeoutMs: 0 }, { maxResumes: -1 }] });
  for (const { name, run } of source) it(`s3Source: ${name}`, run);
  const quarantine = optionCases({
    make: (options) => s3Quarantine(options as Parameters<typeof s3Quarantine>[0]),
    valid: { bucket: 'bucket' },
    invalid: [{ bucket: '' }],
  });
  for (const { name, run } of quarantine) it(`s3Quarantine: ${name}`, run);
});

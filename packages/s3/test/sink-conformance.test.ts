import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { encodeCsv } from '@millrace/formats';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { chaosCases, sinkCases, type SinkCasesOptions, startFaultProxy, supportsLine } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Sink, type S3SinkOptions } from '../src/index.ts';
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

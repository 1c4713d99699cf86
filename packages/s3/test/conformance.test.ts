import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { optionCases, sourceCases, type SourceSupports, startFaultProxy, supportsLine } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Quarantine, s3Sink, type S3SinkOptions, s3Source } from '../src/index.ts';

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

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type Expectations, feed, memoryLedger, type Sink } from '@millrace/core';
import { fileSource } from '@millrace/file';
import { endpointsForTests, type TestEndpoints } from '@millrace/local';
import { s3Source } from '@millrace/s3';
import { memorySink, memorySource } from '@millrace/testkit';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseParquet } from '../src/index.ts';

const FLIGHTS = fileURLToPath(new URL('../data/flights-3m.parquet', import.meta.resolve('vega-datasets')));

const ids = Array.from({ length: 5000 }, (_, index) => index);
const file = new Uint8Array(
  parquetWriteBuffer({
    rowGroupSize: 1000,
    codec: 'UNCOMPRESSED',
    columnData: [
      { name: 'id', data: ids, type: 'INT32' },
      { name: 'text', data: ids.map((id) => `text number ${id}, and more of it`), type: 'STRING' },
    ],
  }),
);

const bucket = `millrace-parquet-${randomUUID()}`;
const key = 'a.parquet';
let at: TestEndpoints;
let client: S3Client;
beforeAll(async () => {
  at = await endpointsForTests();
  client = new S3Client(at.s3);
  const { region } = at.s3;
  // S3 wants every region named except its first.
  const elsewhere =
    region === 'us-east-1'
      ? {}
      : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
  await client.send(new CreateBucketCommand({ Bucket: bucket, ...elsewhere }));
});
afterAll(async () => {
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  await client.send(new DeleteBucketCommand({ Bucket: bucket }));
  client.destroy();
  await at.stop();
});

describe('a feed of Parquet', () => {
  it('reads from S3 only what it needs', async () => {
    const { ETag } = await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: file }));
    const ref = { bucket, key, etag: ETag! };
    const all = memorySink<unknown>();
    const whole = await feed('t').from(s3Source({ client })).through(parseParquet()).to(all).run([ref]);
    expect([...all.stored.values()].map(({ entry }) => entry.ordinal)).toEqual(ids);
    expect(whole.totals).toMatchObject({ read: 5000, written: 5000 });
    expect(whole.reports[0]!.counters['s3']).toEqual({ unverified: 1 });
    const some = memorySink<{ readonly id: number }>();
    const report = await feed('t')
      .from(s3Source({ client }))
      .through(parseParquet<{ readonly id: number }>({ columns: ['id'] }))
      .to(some)
      .run([ref]);
    expect(some.values()).toEqual(ids.map((id) => ({ id })));
    // The footer's read takes 64 KiB.
    expect(report.totals.bytesIn).toBeLessThan(100_000);
    expect(whole.totals.bytesIn).toBeGreaterThan(150_000);
    const wrong = feed('t')
      .from(s3Source({ client }))
      .through(parseParquet({ columns: ['id', 'price'] }))
      .to(memorySink<unknown>());
    const { reports } = await wrong.run([ref], { onFailure: 'report' });
    expect(reports[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'PARQUET_COLUMN_MISSING', stage: 'parseParquet' },
    });
  });

  it('may be required to have columns, read or not, to be of a length, and to have rows', async () => {
    const nothing = parquetWriteBuffer({ columnData: [{ name: 'id', data: [], type: 'INT32' }] });
    const source = memorySource({ objects: { a: [file], nothing: [new Uint8Array(nothing)] } });
    const kept = memorySink<unknown>();
    const run = async (name: string, expected: Expectations) => {
      const { reports } = await feed('t', { expect: expected })
        .from(source)
        .through(parseParquet({ columns: ['id'] }))
        .to(kept)
        .run([{ name }], { onFailure: 'report' });
      return reports[0]!.error?.toJSON() ?? reports[0]!.outcome;
    };
    expect(await run('a', { columns: { required: ['text', 'price'] } })).toMatchObject({
      code: 'OBJECT_COLUMNS_MISSING',
      stage: 'parseParquet',
      details: { missing: ['price'], columns: 2 },
    });
    expect(kept.values()).toEqual([]);
    // Of the file only one column is read; its length counts.
    expect(await run('a', { bytes: { max: file.length - 1 } })).toMatchObject({
      code: 'OBJECT_BYTES_UNEXPECTED',
      details: { actual: file.length },
    });
    expect(await run('a', { columns: { required: ['text', 'id'] }, bytes: { min: file.length } })).toBe('complete');
    expect(await run('nothing', {})).toMatchObject({ code: 'OBJECT_WITHOUT_RECORDS' });
    expect(await run('nothing', { records: { min: 0 }, columns: { required: ['id'] } })).toBe('complete');
  });

  it('goes on behind the row groups that were settled, without reading them', async () => {
    const source = memorySource({ objects: { a: [file] } });
    const ledger = memoryLedger();
    const kept: number[] = [];
    let broken = true;
    const sink: Sink<{ readonly id: number }> = {
      name: 'kept',
      limits: { count: 100 },
      write: async (entries) => {
        if (broken && entries[0]!.ordinal >= 3300) throw new Error('the table is away');
        kept.push(...entries.map(({ value }) => value.id));
      },
    };
    const run = () =>
      feed('t')
        .from(source)
        .through(parseParquet<{ readonly id: number }>())
        .to(sink)
        .run(source.refs(), { ledger, onFailure: 'report' });
    expect((await run()).reports[0]).toMatchObject({ outcome: 'failed', watermark: 3300 });
    broken = false;
    const before = source.reads.length;
    const { reports } = await run();
    expect(reports[0]).toMatchObject({ outcome: 'complete', read: 5000, skipped: 3300, written: 1700 });
    expect(kept).toEqual(ids);
    const starts = source.reads.slice(before).flatMap(({ range }) => (range === undefined ? [] : [range.start]));
    // Of five row groups, only the last two are read, beside the footer.
    expect(Math.min(...starts)).toBeGreaterThan(file.length * 0.5);
  });

  it('stops at once', async () => {
    const stop = new AbortController();
    const source = memorySource({ objects: { a: [file] } });
    let seen = 0;
    const sink: Sink<unknown> = {
      name: 'stops',
      limits: { count: 100 },
      write: async (entries) => {
        seen += entries.length;
        if (seen >= 1000) stop.abort();
      },
    };
    const report = await feed('t')
      .from(source)
      .through(parseParquet())
      .to(sink)
      .run(source.refs(), { signal: stop.signal });
    expect(report.reports[0]).toMatchObject({ outcome: 'aborted' });
    expect(seen).toBeLessThan(3000);
  });

  it('carries three million flights, within bounds', async () => {
    let [count, delays, most] = [0, 0, 0];
    const before = process.memoryUsage().rss;
    const sink: Sink<{ readonly delay: number; readonly origin: string }> = {
      name: 'count',
      limits: { count: 1000 },
      write: async (entries) => {
        count += entries.length;
        for (const { value } of entries) delays += value.delay;
        most = Math.max(most, process.memoryUsage.rss());
      },
    };
    const parser = parseParquet<{ readonly delay: number; readonly origin: string }>({ maxBufferBytes: 32 * 2 ** 20 });
    const report = await feed('flights')
      .from(fileSource())
      .through(parser)
      .to(sink)
      .run([{ path: FLIGHTS }]);
    expect(report.totals).toMatchObject({ read: 3_000_000, written: 3_000_000, rejected: 0 });
    expect(count).toBe(3_000_000);
    expect(delays).toBeGreaterThan(0);
    // All of it takes a gigabyte in objects; the young generation of V8 has the most part of this.
    expect(most - before).toBeLessThan(400 * 2 ** 20);
  }, 120_000);
});

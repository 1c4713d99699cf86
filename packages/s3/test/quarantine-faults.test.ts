import { S3Client } from '@aws-sdk/client-s3';
import type { ReadableQuarantine } from '@millrace/core';
import { type Fault, type FaultProxy, startFaultProxy } from '@millrace/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { s3Quarantine, s3Source } from '../src/index.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { rejectingFeed, rejection, write } from './rejections.ts';
import { type TestBuckets, testBuckets } from './test-buckets.ts';

let buckets: TestBuckets;
let proxy: FaultProxy;
let bucket: string;
/** Through the proxy: with the SDK's retries, and with none. */
let retrying: S3Client;
let single: S3Client;

beforeAll(async () => {
  buckets = await testBuckets();
  bucket = await buckets.create('quarantine-faults');
  const { protocol, hostname, port } = await buckets.client.config.endpoint!();
  proxy = await startFaultProxy(`${protocol}//${hostname}:${port}`);
  const { credentials, region } = buckets.client.config;
  retrying = new S3Client({ endpoint: proxy.url, credentials, region, maxAttempts: 5 });
  single = new S3Client({ endpoint: proxy.url, credentials, region, maxAttempts: 1 });
});
afterAll(async () => {
  retrying.destroy();
  single.destroy();
  await proxy.stop();
  await buckets[Symbol.asyncDispose]();
});
afterEach(async () => {
  proxy.clear();
  await proxy.acceptConnections();
});

let places = 0;
interface Place {
  /** One quarantine, through the proxy with one of the clients, and past it. */
  readonly through: (client: S3Client) => ReadableQuarantine;
  readonly direct: ReadableQuarantine;
  readonly keys: () => Promise<string[]>;
}

function fresh(): Place {
  const prefix = `place ${(places += 1)}/`;
  return {
    through: (client) => s3Quarantine({ bucket, prefix, client }),
    direct: s3Quarantine({ bucket, prefix, client: buckets.client }),
    keys: async () =>
      (await collect(s3Source({ client: buckets.client }).list({ bucket, prefix, quarantine: 'include' }))).map(
        ({ key }) => key,
      ),
  };
}

const ofPut = { match: ({ op }: { readonly op: string }): boolean => op === 'PutObject' };
const FAULTS: readonly (readonly [string, Fault, { readonly applied: boolean }])[] = [
  ['503 SlowDown', { kind: 's3Error', code: 'SlowDown', status: 503, ...ofPut }, { applied: false }],
  ['a reset before the answer', { kind: 'resetBeforeResponse', ...ofPut }, { applied: false }],
  ['an answer that is lost after the write', { kind: 'loseAnswer', ...ofPut }, { applied: true }],
];
const prices = { feed: 'prices' };

describe.each(FAULTS)('%s', (_name, fault, { applied }) => {
  it('that passes is not seen: each rejection is kept once', async () => {
    const { through, direct, keys } = fresh();
    proxy.add({ ...fault, times: 2 });
    await write(through(retrying), rejection(0), rejection(1));
    expect(await keys()).toHaveLength(1);
    expect(await collect(direct.rejections(prices))).toEqual([rejection(0), rejection(1)]);
  });

  it('that stays fails the item, and the next run keeps each rejection once', async () => {
    const { through, direct, keys } = fresh();
    const { carried, refs } = rejectingFeed(3);
    const options = {
      quarantine: through(single),
      maxRejections: { share: 1 },
      allRejected: 'accept',
      onFailure: 'report',
    } as const;
    proxy.add({ ...fault, times: Infinity });
    const failed = await carried.run(refs, options);
    expect(failed.reports[0]).toMatchObject({
      outcome: 'failed',
      rejected: 0,
      watermark: 0,
      error: { code: 'S3_UNAVAILABLE', stage: 'quarantine:s3' },
    });
    const left = await keys();
    // The rejections, and the note that the item failed.
    expect(left).toHaveLength(applied ? 2 : 0);

    proxy.clear();
    const again = await carried.run(refs, options);
    expect(again.reports[0]).toMatchObject({ outcome: 'complete', read: 3, rejected: 3, watermark: 3 });
    // What the first run had written after all is the very object that the second one writes.
    expect(await keys()).toEqual(applied ? left : [expect.any(String)]);
    const kept = (await collect(direct.rejections(prices))).filter(({ scope }) => scope !== 'item');
    expect(kept.map(({ ordinal, run }) => [ordinal, run])).toEqual([0, 1, 2].map((ordinal) => [ordinal, again.run]));
  });

  it('settles nothing while it stays, or settles it as asked; asking again settles it once', async () => {
    const { through, direct, keys } = fresh();
    await write(direct, rejection(0), rejection(1));
    proxy.add({ ...fault, times: Infinity });
    expect((await failureOf(through(single).settle([rejection(0)]))).code).toBe('S3_UNAVAILABLE');
    expect(await collect(direct.rejections(prices))).toEqual(applied ? [rejection(1)] : [rejection(0), rejection(1)]);
    proxy.clear();
    await through(single).settle([rejection(0)]);
    expect(await keys()).toHaveLength(2);
    expect(await collect(direct.rejections(prices))).toEqual([rejection(1)]);
  });
});

describe('a refused connection', () => {
  it('that passes is not seen', async () => {
    const { through, direct } = fresh();
    await proxy.refuseConnections();
    let refused = 0;
    const acceptOnceRefused = {
      step: 'finalizeRequest',
      priority: 'low',
      name: 'acceptOnceRefused',
    } as const;
    retrying.middlewareStack.add(
      (next) => (args) =>
        next(args).catch(async (error: unknown) => {
          refused += 1;
          await proxy.acceptConnections();
          throw error;
        }),
      acceptOnceRefused,
    );
    await write(through(retrying), rejection(0));
    retrying.middlewareStack.remove('acceptOnceRefused');
    expect(refused).toBe(1);
    expect(await collect(direct.rejections(prices))).toEqual([rejection(0)]);
  });

  it('that stays fails the item, the settling and the reading', async () => {
    const { through, direct, keys } = fresh();
    await write(direct, rejection(0));
    const { carried, refs } = rejectingFeed(3);
    await proxy.refuseConnections();
    const report = await carried.run(refs, { quarantine: through(single), onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({
      outcome: 'failed',
      rejected: 0,
      error: { code: 'S3_UNAVAILABLE', stage: 'quarantine:s3' },
    });
    expect((await failureOf(through(single).settle([rejection(0)]))).code).toBe('S3_UNAVAILABLE');
    expect((await failureOf(collect(through(single).rejections(prices)))).code).toBe('S3_UNAVAILABLE');
    expect(await keys()).toHaveLength(1);
    expect(await collect(direct.rejections(prices))).toEqual([rejection(0)]);
  });
});

describe('reading', () => {
  const ofGet = { match: ({ op }: { readonly op: string }): boolean => op === 'GetObject' };

  it.each<readonly [string, Fault, string]>([
    ['a listing that is refused', { kind: 's3Error', code: 'SlowDown', status: 503 }, 'S3_UNAVAILABLE'],
    ['an object that is refused', { kind: 's3Error', code: 'SlowDown', status: 503, ...ofGet }, 'S3_UNAVAILABLE'],
    ['a body that is reset', { kind: 'resetMidBody', at: 40, ...ofGet }, 'S3_BODY_TRUNCATED'],
    ['a body that ends early', { kind: 'endMidBody', at: 40, ...ofGet }, 'S3_BODY_TRUNCATED'],
    ['a flipped byte', { kind: 'flipByte', at: 40, ...ofGet }, 'S3_BODY_CORRUPT'],
  ])('gives no part for the whole: %s throws', async (_name, fault, code) => {
    const { through, direct } = fresh();
    await write(direct, rejection(0), rejection(1));
    proxy.add(fault);
    expect((await failureOf(collect(through(single).rejections(prices)))).code).toBe(code);
    expect(await collect(through(single).rejections(prices))).toEqual([rejection(0), rejection(1)]);
  });
});

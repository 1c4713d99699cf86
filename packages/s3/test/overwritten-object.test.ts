import { PutObjectCommand } from '@aws-sdk/client-s3';
import { feed, type ItemReport, memoryLedger, type Parser } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Ref, s3Source } from '../src/index.ts';
import { failureOf } from './failure-of.ts';
import { itemContext } from './item-context.ts';
import { errorAnswer, stubS3 } from './stub-s3.ts';
import { type TestBuckets, testBuckets } from './test-buckets.ts';

// In a bucket without versions, content that was overwritten can never be read again. Its event must come to an end, but not before
// it is known that somebody took up what is there now.

let buckets: TestBuckets;
let bucket: string;
beforeAll(async () => {
  buckets = await testBuckets();
  bucket = await buckets.create('overwritten');
});
afterAll(async () => buckets[Symbol.asyncDispose]());

const wholeChunk: Parser<Uint8Array, string> = {
  kind: 'parser',
  name: 'whole',
  start: () => ({ push: (chunk) => [Buffer.from(chunk).toString()] }),
};

let keys = 0;

/** A key of its own, and a feed that writes to nowhere until it is told to fail. */
function stage(landingCopies: boolean) {
  const key = `object-${(keys += 1)}`;
  const ledger = memoryLedger();
  let failing = false;
  const written: string[] = [];
  const made = feed('latest')
    .from(s3Source({ client: buckets.client, landingCopies }))
    .through(wholeChunk)
    .to({
      name: 'kept',
      write: async (entries) => {
        written.push(...entries.map(({ value }) => value));
        if (failing) throw new Error('the table is away');
      },
    });
  return {
    written,
    fail: (now: boolean): void => void (failing = now),
    put: async (Body: string): Promise<string> => {
      const { ETag = '' } = await buckets.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
      return ETag.replaceAll('"', '');
    },
    run: async (ref: Omit<S3Ref, 'bucket' | 'key'>): Promise<ItemReport> => {
      const { reports } = await made.run([{ bucket, key, ...ref }], { ledger, onFailure: 'report' });
      return reports[0]!;
    },
  };
}

const changed = { outcome: 'failed', error: { code: 'S3_OBJECT_CHANGED' } };

describe.each([true, false])('the event of an overwritten object, with landingCopies: %s', (landingCopies) => {
  it('is stale once a listing has brought what is there now', async () => {
    const { put, run, written } = stage(landingCopies);
    const [older, newer] = [await put('older'), await put('newer')];
    expect(await run({ etag: older, sequencer: '0A' })).toMatchObject(changed);
    expect(await run({ etag: newer })).toMatchObject({ outcome: 'complete' });
    for (let delivery = 0; delivery < 2; delivery += 1)
      expect((await run({ etag: older, sequencer: '0A' })).outcome).toBe('stale');
    expect(written).toEqual(['newer']);
  });

  it('is stale if it was taken up before it was overwritten, and failed', async () => {
    const { fail, put, run } = stage(landingCopies);
    const older = await put('older');
    fail(true);
    expect(await run({ etag: older, sequencer: '0A' })).toMatchObject({ outcome: 'failed' });
    fail(false);
    const newer = await put('newer');
    expect(await run({ etag: older, sequencer: '0A' })).toMatchObject(changed);
    expect(await run({ etag: newer })).toMatchObject({ outcome: 'complete' });
    expect((await run({ etag: older, sequencer: '0A' })).outcome).toBe('stale');
  });

  it('fails for as long as nobody knows of what is there now', async () => {
    const { put, run } = stage(landingCopies);
    const [older, newer] = [await put('older'), await put('newer')];
    await put('newest');
    expect(await run({ etag: newer, sequencer: '0B' })).toMatchObject(changed);
    expect(await run({ etag: older, sequencer: '0A' })).toMatchObject(landingCopies ? changed : { outcome: 'stale' });
  });

  it('fails if its records may lie over those of what is there now', async () => {
    const { fail, put, run } = stage(landingCopies);
    const first = await put('first');
    expect(await run({ etag: first, sequencer: '0A' })).toMatchObject({ outcome: 'complete' });
    const second = await put('second');
    fail(true);
    expect(await run({ etag: second, sequencer: '0B' })).toMatchObject({ outcome: 'failed' });
    fail(false);
    // The first content comes back, and its event is lost.
    expect(await put('first')).toBe(first);
    expect(await run({ etag: second, sequencer: '0B' })).toMatchObject(changed);
    // Once the event is there, what came back is carried again, and the one between is out of date.
    expect(await run({ etag: first, sequencer: '0C' })).toMatchObject({ outcome: 'complete' });
    expect((await run({ etag: second, sequencer: '0B' })).outcome).toBe('stale');
  });

  it('reads content that was written again, whose first event was older than another version', async () => {
    const { fail, put, run, written } = stage(landingCopies);
    const first = await put('first');
    fail(true);
    expect(await run({ etag: first, sequencer: '0A' })).toMatchObject({ outcome: 'failed' });
    fail(false);
    const second = await put('second');
    expect(await run({ etag: second })).toMatchObject({ outcome: 'complete' });
    await put('first');
    expect(await run({ etag: first, sequencer: '0C' })).toMatchObject({ outcome: 'complete' });
    expect(written.at(-1)).toBe('first');
  });
});

describe('s3Source', () => {
  const ref = { bucket: 'bucket', key: 'key', etag: 'a' };
  const refused = errorAnswer(412, 'PreconditionFailed');

  it.each(['open', 'openRanges'] as const)('says by %s what took the place of a version', async (way) => {
    await using stub = await stubS3((request, response) => {
      if (request.method !== 'HEAD' || request.headers['if-match'] !== undefined) return refused(request, response);
      response.writeHead(200, { etag: '"b"', 'x-amz-request-id': 'R', 'content-length': 1 }).end();
    });
    const error = await failureOf(s3Source({ client: stub.client })[way](ref, itemContext()));
    expect(error).toMatchObject({ code: 'S3_OBJECT_CHANGED', retryable: false, details: { replacedBy: 'b' } });
  });

  it('does not look where the version has an id, and does not fail otherwise if it cannot', async () => {
    await using stub = await stubS3(refused);
    const source = s3Source({ client: stub.client });
    const open = (more: object) => failureOf(source.open({ ...ref, ...more }, itemContext()));
    const named = await open({ versionId: 'v' });
    expect(named.details).not.toHaveProperty('replacedBy');
    expect(stub.requests).toHaveLength(1);
    const unknown = await open({});
    expect(unknown).toMatchObject({ code: 'S3_OBJECT_CHANGED' });
    expect(unknown.details).not.toHaveProperty('replacedBy');
  });
});

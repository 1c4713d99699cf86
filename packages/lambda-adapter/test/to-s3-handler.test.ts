import { type Feed, MillraceError } from '@millrace/core';
import { describe, expect, it, vi } from 'vitest';
import { type ObjectRef, ObjectsFailedError, type S3HandlerOptions, toS3Handler } from '../src/index.ts';
import { failing, handMadeFeed } from './hand-made-feed.ts';
import { AWKWARD_KEYS, s3Event, testEvent, withObjectMember } from './s3-payload.ts';

const quiet: S3HandlerOptions = { log: () => undefined };

async function failureOf(work: Promise<unknown>): Promise<ObjectsFailedError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ObjectsFailedError);
  return error as ObjectsFailedError;
}

describe('toS3Handler', () => {
  it('carries every record of the event, in order, each with its reference', async () => {
    const feed = handMadeFeed('prices');
    const report = await toS3Handler(feed, quiet)(s3Event(...AWKWARD_KEYS.map((key) => ({ key, versionId: 'v1' }))));
    expect(feed.calls.map(({ ref }) => ref.key)).toEqual(AWKWARD_KEYS);
    expect(feed.calls[0]?.ref).toEqual({
      bucket: 'supplier-drop',
      key: 'plain.ndjson.gz',
      versionId: 'v1',
      etag: 'd41d8cd98f00b204e9800998ecf8427e',
      size: 1024,
      sequencer: '0055AED6DCD90281E5',
    });
    expect(report.outcomes).toEqual({
      complete: AWKWARD_KEYS.length,
      duplicate: 0,
      stale: 0,
      skipped: 0,
      failed: 0,
      held: 0,
      aborted: 0,
      continued: 0,
      ignored: 0,
      'passed-over': 0,
      'test-event': 0,
    });
    expect(report.objects[1]).toMatchObject({
      outcome: 'complete',
      object: 's3://supplier-drop/with space.gz',
      eventName: 'ObjectCreated:Put',
      feed: 'prices',
      report: { written: 3 },
    });
  });

  it('acknowledges s3:TestEvent without running the feed', async () => {
    const feed = handMadeFeed('prices');
    const report = await toS3Handler(feed, quiet)(testEvent());
    expect(report.outcomes['test-event']).toBe(1);
    expect(feed.calls).toEqual([]);
  });

  it('passes over other events and counts them', async () => {
    const feed = handMadeFeed('prices');
    const removed = { key: 'gone', eventName: 'ObjectRemoved:Delete' };
    const report = await toS3Handler(feed, quiet)(s3Event(removed, { key: 'new' }));
    expect(report.outcomes).toMatchObject({ 'passed-over': 1, complete: 1 });
    expect(report.objects[0]).toEqual({
      outcome: 'passed-over',
      object: 's3://supplier-drop/gone',
      eventName: 'ObjectRemoved:Delete',
    });
    expect(feed.calls.map(({ ref }) => ref.key)).toEqual(['new']);
  });

  it('refuses an event that is no S3 notification, and runs nothing', async () => {
    const feed = handMadeFeed('prices');
    await expect(toS3Handler(feed, quiet)({ Records: [] })).rejects.toMatchObject({ code: 'LAMBDA_EVENT_UNKNOWN' });
    expect(feed.calls).toEqual([]);
  });

  it('refuses an object of its own quarantine on its first event, and carries the others', async () => {
    const feed = handMadeFeed('prices');
    const holds = (uri: string): boolean => uri.startsWith('s3://supplier-drop/quarantine/');
    const quarantine = { name: 'quarantine', write: () => Promise.resolve(), holds };
    const handler = toS3Handler(feed, { ...quiet, quarantine });
    const error = await failureOf(handler(s3Event({ key: 'quarantine/a.gz' }, { key: 'data.gz' })));
    expect(error.failures).toMatchObject([
      { object: 's3://supplier-drop/quarantine/a.gz', error: { code: 'LAMBDA_QUARANTINE_LOOP', retryable: false } },
    ]);
    expect(feed.calls.map(({ ref }) => ref.key)).toEqual(['data.gz']);
  });

  it('hands the run options to the feed, and stops it by no time where there is no context', async () => {
    const feed = handMadeFeed('prices');
    const quarantine = { name: 'quarantine', write: () => Promise.resolve() };
    const options = { quarantine, maxRejections: { count: 5 }, observer: {} };
    await toS3Handler(feed, { ...quiet, ...options, concurrency: 2 })(s3Event({ key: 'k' }));
    expect(feed.calls[0]?.options).toEqual(options);
  });

  it('never closes the feed', async () => {
    const feed = handMadeFeed('prices', failing('bad'));
    const handler = toS3Handler(feed, quiet);
    await handler(s3Event({ key: 'k' }));
    await failureOf(handler(s3Event({ key: 'bad' })));
    expect(feed.closed()).toBe(0);
  });

  it('does nothing until it is called', () => {
    const feed = handMadeFeed('prices');
    const log = vi.fn<(line: string) => void>();
    toS3Handler(feed, { log });
    expect(feed.calls).toEqual([]);
    expect(log).not.toHaveBeenCalled();
  });
});

describe('a failed object', () => {
  const event = s3Event({ key: 'one' }, { key: 'bad two' }, { key: 'three' }, { key: 'bad four' });

  it('fails the invocation after all records were tried', async () => {
    const feed = handMadeFeed('prices', failing('bad'));
    const error = await failureOf(toS3Handler(feed, quiet)(event));
    expect(feed.calls.map(({ ref }) => ref.key)).toEqual(['one', 'bad two', 'three', 'bad four']);
    expect(error.report.outcomes).toMatchObject({ complete: 2, failed: 2 });
  });

  it('is named with its code and carries its report; so do the good ones', async () => {
    const error = await failureOf(toS3Handler(handMadeFeed('prices', failing('bad')), quiet)(event));
    expect(error.code).toBe('LAMBDA_OBJECTS_FAILED');
    expect(error.message).toContain('LAMBDA_OBJECTS_FAILED: 2 of 4 records failed');
    expect(error.message).toContain('s3://supplier-drop/bad two: GZIP_TRUNCATED');
    expect(error.message).toContain('s3://supplier-drop/bad four: GZIP_TRUNCATED');
    expect(error.details).toEqual({
      failures: [
        { object: 's3://supplier-drop/bad two', code: 'GZIP_TRUNCATED' },
        { object: 's3://supplier-drop/bad four', code: 'GZIP_TRUNCATED' },
      ],
    });
    expect(error.failures).toMatchObject([
      { outcome: 'failed', ref: { key: 'bad two' }, report: { outcome: 'failed', unsettled: 3 } },
      { outcome: 'failed', ref: { key: 'bad four' }, report: { outcome: 'failed', unsettled: 3 } },
    ]);
    expect(error.cause).toBe(error.failures[0]?.error);
    expect(error.report.objects[2]).toMatchObject({ outcome: 'complete', report: { written: 3 } });
  });

  it('may be one whose record cannot be read', async () => {
    const feed = handMadeFeed('prices');
    const bad = withObjectMember({ key: 'k' }, 'key', '100%') as { Records: unknown[] };
    const mixed = { Records: [...bad.Records, ...s3Event({ key: 'good' }).Records] };
    const error = await failureOf(toS3Handler(feed, quiet)(mixed));
    expect(error.failures).toMatchObject([
      { outcome: 'failed', object: 's3://supplier-drop/100%', error: { code: 'LAMBDA_KEY_INVALID' } },
    ]);
    expect(feed.calls.map(({ ref }) => ref.key)).toEqual(['good']);
  });

  it('keeps the code of what the run throws', async () => {
    const feed = handMadeFeed('prices', () => {
      throw new MillraceError('FEED_CLOSED', 'Feed prices was closed.');
    });
    const error = await failureOf(toS3Handler(feed, quiet)(s3Event({ key: 'k' })));
    expect(error.failures).toMatchObject([{ outcome: 'failed', feed: 'prices', error: { code: 'FEED_CLOSED' } }]);
  });

  it('has LAMBDA_OBJECT_FAILED where the run throws something without a code', async () => {
    const feed = handMadeFeed('prices', () => {
      throw new RangeError('out of range');
    });
    const error = await failureOf(toS3Handler(feed, quiet)(s3Event({ key: 'k' })));
    expect(error.failures[0]?.error).toMatchObject({ code: 'LAMBDA_OBJECT_FAILED', cause: expect.any(RangeError) });
  });
});

describe('the message of a failed invocation', () => {
  it.each([
    [30_000, 'named in full'],
    [30_001, 'cut'],
  ])('with failures of %d characters is %s', async (length, how) => {
    // Each is `s3://supplier-drop/k: ANY: message; `, and both have the same length but for the rest.
    const head = 's3://supplier-drop/a: ANY: ; '.length;
    const rest = length - 2 * head - 1000;
    const feed = handMadeFeed('prices', ({ ref }) => ({
      outcome: 'failed',
      error: new MillraceError('ANY', 'x'.repeat(ref.key === 'a' ? 1000 : rest)),
    }));
    const { message } = await failureOf(toS3Handler(feed, quiet)(s3Event({ key: 'a' }, { key: 'b' })));
    expect(message).toMatch(
      how === 'cut' ? /x; and 1 more, which the log names$/ : /s3:\/\/supplier-drop\/b: ANY: x+$/,
    );
  });
});

describe('several objects', () => {
  async function most(concurrency: number | undefined): Promise<number> {
    let now = 0;
    let peak = 0;
    const feed = handMadeFeed('prices', async () => {
      peak = Math.max(peak, (now += 1));
      await new Promise((resolve) => void setImmediate(resolve));
      now -= 1;
      return {};
    });
    const objects = Array.from({ length: 9 }, (_, n) => ({ key: `k${n}` }));
    const options = concurrency === undefined ? quiet : { ...quiet, concurrency };
    const report = await toS3Handler(feed, options)(s3Event(...objects));
    expect(report.objects.map(({ ref }) => ref?.key)).toEqual(objects.map(({ key }) => key));
    expect(feed.calls).toHaveLength(9);
    return peak;
  }

  it('go one after the other by default', async () => {
    expect(await most(undefined)).toBe(1);
  });

  it('go at once as far as concurrency says, and are reported in the order of the event', async () => {
    expect(await most(3)).toBe(3);
    expect(await most(50)).toBe(9);
  });

  it('of concurrent invocations of one handler do not mix', async () => {
    const feed = handMadeFeed('prices', async ({ ref }) => {
      for (let turn = ref.key.length % 3; turn > 0; turn -= 1)
        await new Promise((resolve) => void setImmediate(resolve));
      return failing('bad')({ ref, options: {} });
    });
    const handler = toS3Handler(feed, quiet);
    const invocations = Array.from({ length: 20 }, (_, n) => `${n}`.repeat((n % 5) + 1));
    const settled = await Promise.allSettled(
      invocations.map((id, n) => handler(s3Event({ key: `${id}/a` }, { key: n % 2 === 0 ? `${id}/b` : `${id}/bad` }))),
    );
    for (const [n, id] of invocations.entries()) {
      const outcome = settled[n]!;
      expect(outcome.status).toBe(n % 2 === 0 ? 'fulfilled' : 'rejected');
      const report = outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as ObjectsFailedError).report;
      expect(report.objects.map(({ ref }) => ref?.key)).toEqual([`${id}/a`, n % 2 === 0 ? `${id}/b` : `${id}/bad`]);
    }
  });
});

describe('wrong arguments of toS3Handler', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an unfinished feed', { through: () => undefined }],
    ['an array of routes', [{ feed: handMadeFeed('a') }]],
  ])('%s', (_what, target) => {
    expect(() => toS3Handler(target as Feed<ObjectRef>)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });

  it.each<[string, unknown]>([
    ['concurrency', 0],
    ['concurrency', 1.5],
    ['reserveMs', -1],
    ['log', 'console'],
    ['quarantine', 'bucket'],
    ['quarantine', {}],
    ['maxRejections', 5],
    ['observer', 'me'],
  ])('option %s: %j', (option, value) => {
    expect(() => toS3Handler(handMadeFeed('a'), { [option]: value })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', details: expect.objectContaining({ option }) }),
    );
  });

  it.each([{ count: -1 }, { share: 2 }])('option maxRejections: %j', (maxRejections) => {
    expect(() => toS3Handler(handMadeFeed('a'), { maxRejections })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  it('an unknown option', () => {
    expect(() => toS3Handler(handMadeFeed('a'), { deadline: 5 } as S3HandlerOptions)).toThrow(
      expect.objectContaining({ code: 'OPTION_UNKNOWN' }),
    );
  });
});

import { MillraceError } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { routes, type S3BatchHandlerOptions, toS3BatchHandler } from '../src/index.ts';
import { s3BatchEvent } from './carrier-payloads.ts';
import { failing, handMadeFeed } from './hand-made-feed.ts';
import { s3Event } from './s3-payload.ts';

const quiet: S3BatchHandlerOptions = { log: () => undefined };

describe.each(['1.0', '2.0'] as const)('schema %s', (schema) => {
  it('is answered with the ids of the request, and the counts', async () => {
    const handler = toS3BatchHandler(handMadeFeed('prices'), quiet);
    expect(await handler(s3BatchEvent(schema, { key: 'a b+c', versionId: 'v' }))).toEqual({
      invocationSchemaVersion: schema,
      treatMissingKeysAs: 'TemporaryFailure',
      invocationId: 'YXNkbGZqYWRmaiBhc2RmdW9hZHNmZGpmaGFzbGtkaGZza2RmaAo',
      results: [
        {
          taskId: 'dGFza2lkZ29lc2hlcmUK0',
          resultCode: 'Succeeded',
          resultString:
            'complete feed=prices read=3 expanded=0 written=3 rejected=0 dropped=0 skipped=0 unsettled=0 watermark=3 run=run-1',
        },
      ],
    });
  });

  it('answers every task, each by itself', async () => {
    const feed = handMadeFeed('prices', failing('bad'));
    const event = s3BatchEvent(schema, { key: 'a' }, { key: 'bad' }, { key: 'c' });
    const { results } = await toS3BatchHandler(feed, { ...quiet, concurrency: 3 })(event);
    expect(results.map(({ taskId, resultCode }) => [taskId, resultCode])).toEqual([
      ['dGFza2lkZ29lc2hlcmUK0', 'Succeeded'],
      ['dGFza2lkZ29lc2hlcmUK1', 'TemporaryFailure'],
      ['dGFza2lkZ29lc2hlcmUK2', 'Succeeded'],
    ]);
    expect(results[1]?.resultString).toMatch(
      /^failed GZIP_TRUNCATED feed=prices read=3 .* unsettled=3 .*: The file ends/,
    );
  });
});

describe('the result code', () => {
  const codeOf = async (
    behave: Parameters<typeof handMadeFeed>[1],
    options: S3BatchHandlerOptions = {},
  ): Promise<string | undefined> => {
    const handler = toS3BatchHandler(handMadeFeed('prices', behave), { ...quiet, ...options });
    return (await handler(s3BatchEvent('1.0', { key: 'k' }))).results[0]?.resultCode;
  };
  const failedWith = (code: string) => () => ({ outcome: 'failed' as const, error: new MillraceError(code, 'x') });

  it.each(['complete', 'duplicate', 'stale'] as const)('is Succeeded for %s', async (outcome) => {
    expect(await codeOf(() => ({ outcome }))).toBe('Succeeded');
  });

  it.each(['held', 'aborted'] as const)('is TemporaryFailure for %s, whatever is permanent', async (outcome) => {
    expect(await codeOf(() => ({ outcome }), { permanent: () => true })).toBe('TemporaryFailure');
  });

  it.each(['S3_UNAVAILABLE', 'DYNAMODB_THROTTLED', 'GZIP_TRUNCATED'])(
    'is TemporaryFailure for %s, which may be gone the next time',
    async (code) => {
      expect(await codeOf(failedWith(code))).toBe('TemporaryFailure');
    },
  );

  it('is PermanentFailure for too many rejections, and for what the user calls permanent', async () => {
    expect(await codeOf(failedWith('TOO_MANY_REJECTIONS'))).toBe('PermanentFailure');
    const permanent = ({ code }: MillraceError): boolean => code.startsWith('GZIP_');
    expect(await codeOf(failedWith('GZIP_TRUNCATED'), { permanent })).toBe('PermanentFailure');
    expect(await codeOf(failedWith('TOO_MANY_REJECTIONS'), { permanent })).toBe('TemporaryFailure');
  });

  it('is TemporaryFailure for an error that can pass, whatever its code', async () => {
    const error = new MillraceError('TOO_MANY_REJECTIONS', 'x', { retryable: true });
    expect(await codeOf(() => ({ outcome: 'failed', error }))).toBe('TemporaryFailure');
  });

  it('is PermanentFailure for a task that names no object, and for one without a route', async () => {
    const event = s3BatchEvent('1.0', { key: 'a' }, { key: 'b' }, { key: 'in/c' }) as { tasks: object[] };
    event.tasks[0] = { ...event.tasks[0], s3Key: '100%' };
    const feed = handMadeFeed('prices');
    const { results } = await toS3BatchHandler(routes([{ prefix: 'in/', feed }], { unmatched: 'fail' }), quiet)(event);
    expect(results.map(({ resultCode }) => resultCode)).toEqual(['PermanentFailure', 'PermanentFailure', 'Succeeded']);
    expect(results[0]?.resultString).toMatch(/^failed LAMBDA_KEY_INVALID : /);
    expect(results[1]?.resultString).toMatch(/^failed LAMBDA_ROUTE_MISSING : /);
  });

  it('of an object that fans out is permanent only where every failure is', async () => {
    const list = [
      { feed: handMadeFeed('hopeless', failedWith('TOO_MANY_REJECTIONS')) },
      { feed: handMadeFeed('throttled', failedWith('DYNAMODB_THROTTLED')) },
      { feed: handMadeFeed('good') },
    ];
    const handler = toS3BatchHandler(routes(list, { unmatched: 'fail', fanOut: true }), quiet);
    const { results } = await handler(s3BatchEvent('2.0', { key: 'k' }));
    expect(results[0]?.resultCode).toBe('TemporaryFailure');
    expect(results[0]?.resultString.split(' | ').map((part) => part.split(' ')[0])).toEqual([
      'failed',
      'failed',
      'complete',
    ]);
  });
});

describe('the result string', () => {
  it.each([
    [1024, /x$/],
    [1025, /x\.\.\.$/],
  ])('of %d characters ends with %s', async (length, end) => {
    const codeOnly = 'failed ANY feed=prices read=3 expanded=0 written=3 rejected=0 dropped=0 skipped=0 unsettled=0';
    const head = `${codeOnly} watermark=3 run=run-1 : `;
    const error = new MillraceError('ANY', 'x'.repeat(length - head.length));
    const handler = toS3BatchHandler(
      handMadeFeed('prices', () => ({ outcome: 'failed', error })),
      quiet,
    );
    const { results } = await handler(s3BatchEvent('1.0', { key: 'k' }));
    expect(results[0]?.resultString).toHaveLength(1024);
    expect(results[0]?.resultString).toMatch(end);
  });

  it('has at most 1,024 characters, all ASCII, and none that a CSV file must escape', async () => {
    const message = 'Zeile 1: "ä", 日本語\r\n'.repeat(200);
    const error = new MillraceError('ANY', message);
    const handler = toS3BatchHandler(
      handMadeFeed('prices', () => ({ outcome: 'failed', error })),
      quiet,
    );
    const { results } = await handler(s3BatchEvent('1.0', { key: 'k' }));
    expect(results[0]?.resultString).toHaveLength(1024);
    expect(results[0]?.resultString).toMatch(/^[ -~]*\.\.\.$/);
    expect(results[0]?.resultString).not.toMatch(/[",\n\r]/);
  });
});

describe('an invocation', () => {
  it.each([undefined, {}, s3Event({ key: 'k' }), { ...s3BatchEvent('1.0', { key: 'k' }), tasks: [{}] }])(
    'that is none is refused: %#',
    async (event) => {
      const handler = toS3BatchHandler(handMadeFeed('prices'), quiet);
      await expect(handler(event)).rejects.toMatchObject({ code: 'LAMBDA_EVENT_UNKNOWN' });
    },
  );

  it('of an unknown schema is refused', async () => {
    const event = { ...s3BatchEvent('2.0', { key: 'k' }), invocationSchemaVersion: '3.0' };
    const handler = toS3BatchHandler(handMadeFeed('prices'), quiet);
    await expect(handler(event)).rejects.toMatchObject({ code: 'LAMBDA_EVENT_VERSION' });
  });

  it('whose time is over is temporary, and begins nothing', async () => {
    const feed = handMadeFeed('prices');
    const handler = toS3BatchHandler(feed, quiet);
    const { results } = await handler(s3BatchEvent('1.0', { key: 'k' }), { getRemainingTimeInMillis: () => 0 });
    expect(results).toMatchObject([
      { resultCode: 'TemporaryFailure', resultString: expect.stringContaining('LAMBDA_OUT_OF_TIME') },
    ]);
    expect(feed.calls).toEqual([]);
  });

  it('names the task in the log', async () => {
    const lines: unknown[] = [];
    const handler = toS3BatchHandler(handMadeFeed('prices'), { log: (line) => lines.push(JSON.parse(line)) });
    await handler(s3BatchEvent('1.0', { key: 'k' }));
    expect(lines).toMatchObject([{ taskId: 'dGFza2lkZ29lc2hlcmUK0', eventName: 'BatchOperationsTask' }]);
  });

  it('takes keys as percent sequences where the manifest has them so', async () => {
    const feed = handMadeFeed('prices');
    const event = s3BatchEvent('1.0', { key: 'x' }) as { tasks: object[] };
    event.tasks[0] = { ...event.tasks[0], s3Key: 'a+b%20c' };
    await toS3BatchHandler(feed, quiet)(event);
    await toS3BatchHandler(feed, { ...quiet, keys: { s3Batch: 'percent' } })(event);
    expect(feed.calls.map(({ ref }) => ref.key)).toEqual(['a b c', 'a+b c']);
  });

  it.each([{ permanent: 'x' }, { concurrency: 0 }])('refuses the option %j', (options) => {
    expect(() => toS3BatchHandler(handMadeFeed('prices'), options as object)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});

import { MillraceError } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { type LandingCopy, type HandlerOptions, toLandingHandler, toSqsHandler } from '../src/index.ts';
import { sqsEvent, sqsMessage } from './carrier-payloads.ts';
import { AWKWARD_KEYS, s3Event, testEvent } from './s3-payload.ts';

const quiet: HandlerOptions = { log: () => undefined };

function copyInto(bucket: string, seen: string[] = []): LandingCopy {
  return (ref) => {
    seen.push(ref.key);
    if (ref.key.includes('denied')) throw new MillraceError('S3_ACCESS_DENIED', 'No permission.');
    const origin = { id: `s3://${ref.bucket}/${ref.key}#${ref.etag}`, uri: `s3://${ref.bucket}/${ref.key}` };
    return Promise.resolve({
      outcome: ref.key.includes('again') ? 'exists' : 'copied',
      ref: { bucket, key: `landed/${ref.key}` },
      origin,
    });
  };
}

describe('toLandingHandler', () => {
  it('copies every object of the event', async () => {
    const seen: string[] = [];
    const handler = toLandingHandler(copyInto('landing', seen), quiet);
    const report = await handler(s3Event(...AWKWARD_KEYS.map((key) => ({ key })), { key: 'again' }));
    expect(seen).toEqual([...AWKWARD_KEYS, 'again']);
    expect(report.outcomes.complete).toBe(AWKWARD_KEYS.length + 1);
    expect(report.objects[3]).toMatchObject({
      outcome: 'complete',
      ref: { key: 'a b+c/é,;=.gz' },
      copy: { outcome: 'copied', ref: { bucket: 'landing', key: 'landed/a b+c/é,;=.gz' } },
    });
    expect(report.objects.at(-1)?.copy?.outcome).toBe('exists');
  });

  it('acknowledges s3:TestEvent and passes over other events', async () => {
    const seen: string[] = [];
    const handler = toLandingHandler(copyInto('landing', seen), quiet);
    expect((await handler(testEvent())).outcomes['test-event']).toBe(1);
    const removed = s3Event({ key: 'k', eventName: 'ObjectRemoved:Delete' });
    expect((await handler(removed)).outcomes['passed-over']).toBe(1);
    expect(seen).toEqual([]);
  });

  it('fails after all were tried, and names what failed', async () => {
    const seen: string[] = [];
    const handler = toLandingHandler(copyInto('landing', seen), quiet);
    await expect(handler(s3Event({ key: 'denied' }, { key: 'fine' }))).rejects.toMatchObject({
      code: 'LAMBDA_OBJECTS_FAILED',
      message: expect.stringContaining('s3://supplier-drop/denied: S3_ACCESS_DENIED'),
      failures: [{ outcome: 'failed', error: { code: 'S3_ACCESS_DENIED' } }],
      report: { outcomes: { complete: 1, failed: 1 } },
    });
    expect(seen).toEqual(['denied', 'fine']);
  });

  it('refuses an event that is no S3 notification', async () => {
    await expect(toLandingHandler(copyInto('landing'), quiet)({})).rejects.toMatchObject({
      code: 'LAMBDA_EVENT_UNKNOWN',
    });
  });

  it('writes one JSON line for each object, with what the copy did', async () => {
    const lines: string[] = [];
    await toLandingHandler(copyInto('landing'), { log: (line) => lines.push(line) })(
      s3Event({ key: 'a' }, { key: 'b' }),
    );
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'info', outcome: 'complete', object: 's3://supplier-drop/a', copy: { ref: { key: 'landed/a' } } },
      { level: 'info', outcome: 'complete', object: 's3://supplier-drop/b', copy: { ref: { key: 'landed/b' } } },
    ]);
  });

  it('tells the copy when time runs out, and counts it as aborted', async () => {
    const hanging: LandingCopy = (_ref, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const handler = toLandingHandler(hanging, { ...quiet, reserveMs: 20 });
    await expect(handler(s3Event({ key: 'a' }), { getRemainingTimeInMillis: () => 50 })).rejects.toMatchObject({
      failures: [{ outcome: 'aborted', error: { code: 'LAMBDA_OUT_OF_TIME' } }],
    });
  });

  it('refuses what is no function, and unknown or wrong options', () => {
    const invalid = expect.objectContaining({ code: 'OPTION_INVALID' });
    expect(() => toLandingHandler({} as LandingCopy)).toThrow(invalid);
    expect(() => toLandingHandler(copyInto('x'), { concurrency: 0 })).toThrow(invalid);
    expect(() => toLandingHandler(copyInto('x'), { quarantine: {} } as HandlerOptions)).toThrow(
      expect.objectContaining({ code: 'OPTION_UNKNOWN' }),
    );
  });
});

describe('toSqsHandler with a copy', () => {
  const messages = (...keys: readonly string[]) =>
    sqsEvent(...keys.map((key) => sqsMessage(s3Event({ key }), { messageId: key })));

  it('copies the objects of each message, and names the messages that failed', async () => {
    const seen: string[] = [];
    const lines: string[] = [];
    const handler = toSqsHandler(copyInto('landing', seen), { log: (line) => lines.push(line), concurrency: 2 });
    expect(await handler(messages('a', 'denied', 'b'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'denied' }] });
    expect(seen).toEqual(['a', 'denied', 'b']);
    const told = lines.map((line) => JSON.parse(line) as { readonly object: string });
    expect(told.find(({ object }) => object === 's3://supplier-drop/b')).toMatchObject({
      outcome: 'complete',
      copy: { outcome: 'copied', ref: { key: 'landed/b' } },
    });
  });

  it('keeps its messages invisible while it copies', async () => {
    const kept: string[] = [];
    const extended = Promise.withResolvers<void>();
    const copy = copyInto('landing');
    const handler = toSqsHandler((ref, options) => extended.promise.then(() => copy(ref, options)), {
      ...quiet,
      visibility: {
        everyMs: 1,
        extend: async (open) => {
          kept.push(...open.map(({ messageId }) => messageId));
          extended.resolve();
        },
      },
    });
    expect(await handler(messages('a'))).toEqual({ batchItemFailures: [] });
    expect(kept[0]).toBe('a');
  });

  it('refuses options of a feed', () => {
    expect(() => toSqsHandler(copyInto('x'), { quarantine: {} } as HandlerOptions)).toThrow(
      expect.objectContaining({ code: 'OPTION_UNKNOWN' }),
    );
  });
});

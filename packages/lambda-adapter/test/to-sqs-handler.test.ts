import { memoryLedger } from '@millrace/core';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { routes, type SqsHandlerOptions, toSqsHandler } from '../src/index.ts';
import { eventBridgeEvent, snsEnvelope, sqsEvent, sqsMessage } from './carrier-payloads.ts';
import { failing, handMadeFeed } from './hand-made-feed.ts';
import { s3Event, s3Record, testEvent } from './s3-payload.ts';
import { failed, messages } from './sqs-messages.ts';
import { textFeed } from './text-feed.ts';

const quiet: SqsHandlerOptions = { log: () => undefined };

afterEach(() => {
  vi.useRealTimers();
});

describe('a batch', () => {
  it('is answered with no failures where every message is done', async () => {
    const feed = handMadeFeed('prices');
    const event = sqsEvent(
      ...messages(['a']),
      sqsMessage(snsEnvelope(s3Event({ key: 'b' })), { messageId: 'b' }),
      sqsMessage(eventBridgeEvent({ key: 'c+d' }), { messageId: 'c' }),
      sqsMessage([{ bucket: 'x', key: 'e' }], { messageId: 'e' }),
      sqsMessage(testEvent(), { messageId: 'test' }),
      sqsMessage(s3Event({ key: 'gone', eventName: 'ObjectRemoved:Delete' }), { messageId: 'gone' }),
    );
    expect(await toSqsHandler(feed, quiet)(event)).toEqual(failed());
    expect(feed.calls.map(({ ref }) => ref.key)).toEqual(['a', 'b', 'c+d', 'e']);
  });

  it.each([1, 3, 20])('names the messages that failed, and only those, with %s at once', async (concurrency) => {
    const keys = Array.from({ length: 10 }, (_, n) => (n % 4 === 3 ? `bad ${n}` : `good ${n}`));
    const feed = handMadeFeed('prices', failing('bad'));
    const answer = await toSqsHandler(feed, { ...quiet, concurrency })(sqsEvent(...messages(keys)));
    expect(answer).toEqual(failed('bad 3', 'bad 7'));
    expect(feed.calls).toHaveLength(10);
  });

  it('never fails as a whole by a message that cannot be understood', async () => {
    const feed = handMadeFeed('prices');
    const bodies = [
      '',
      'poison',
      '{}',
      'null',
      '[]',
      '{"Records":[{"s3":{}}]}',
      '{"Type":"Notification","Message":"?"}',
    ];
    const poison = bodies.map((body, n) => sqsMessage(body, { messageId: `p${n}` }));
    const answer = await toSqsHandler(feed, quiet)(sqsEvent(...poison, ...messages(['good'])));
    expect(answer).toEqual(failed(...bodies.map((_, n) => `p${n}`)));
    expect(feed.calls.map(({ ref }) => ref.key)).toEqual(['good']);
  });

  it('never fails as a whole, whatever its messages hold', async () => {
    const good = fc.nat(20).map((n) => ({ good: true, body: JSON.stringify(s3Event({ key: `good ${n}` })) }));
    const anything = fc
      .oneof(
        fc.json(),
        fc.string(),
        fc.json().map((text) => JSON.stringify(snsEnvelope(text))),
      )
      .map((body) => ({ good: false, body }));
    // Half of an event, where it was cut or a member became something else.
    const broken = fc
      .record({ name: fc.constantFrom('s3', 'eventName', 'eventVersion'), value: fc.jsonValue() })
      .map(({ name, value }) => ({
        good: false,
        body: JSON.stringify({ Records: [{ ...s3Record({ key: 'k' }), [name]: value }] }),
      }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(good, anything, broken), { minLength: 1, maxLength: 10 }), async (bodies) => {
        const feed = handMadeFeed('prices');
        const event = sqsEvent(...bodies.map(({ body }, n) => sqsMessage(body, { messageId: `m${n}` })));
        const { batchItemFailures } = await toSqsHandler(feed, { ...quiet, concurrency: 3 })(event);
        const ids = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
        expect(new Set(ids).size).toBe(ids.length);
        for (const [n, one] of bodies.entries()) if (one.good) expect(ids).not.toContain(`m${n}`);
        const carried = feed.calls.filter(({ ref }) => ref.key.startsWith('good '));
        expect(carried).toHaveLength(bodies.filter((one) => one.good).length);
      }),
    );
  });

  it('has a message that failed once, however many of its objects failed, after all were tried', async () => {
    const feed = handMadeFeed('prices', failing('bad'));
    const event = sqsEvent(
      sqsMessage(s3Event({ key: 'bad 1' }, { key: 'good' }, { key: 'bad 2' }), { messageId: 'm' }),
      sqsMessage(s3Event({ key: 'x' }, { key: 'y' }), { messageId: 'n' }),
    );
    expect(await toSqsHandler(feed, quiet)(event)).toEqual(failed('m'));
    expect(feed.calls).toHaveLength(5);
  });

  it('fails a message whose object is held by another run', async () => {
    const feed = handMadeFeed('prices', ({ ref }) => (ref.key === 'held' ? { outcome: 'held' } : {}));
    expect(await toSqsHandler(feed, quiet)(sqsEvent(...messages(['held', 'a'])))).toEqual(failed('held'));
  });

  it('is done with what the ledger calls duplicate or stale, and with what no route wants', async () => {
    const feed = handMadeFeed('prices', ({ ref }) => ({ outcome: ref.key === 'in/1' ? 'duplicate' : 'stale' }));
    const table = routes([{ prefix: 'in/', feed }], { unmatched: 'ignore' });
    expect(await toSqsHandler(table, quiet)(sqsEvent(...messages(['in/1', 'in/2', 'out'])))).toEqual(failed());
  });

  it.each([undefined, {}, { Records: [] }, s3Event({ key: 'k' }), [{ bucket: 'b', key: 'k' }]])(
    'that is none is refused: %j',
    async (event) => {
      const feed = handMadeFeed('prices');
      await expect(toSqsHandler(feed, quiet)(event)).rejects.toMatchObject({ code: 'LAMBDA_EVENT_UNKNOWN' });
      expect(feed.calls).toEqual([]);
    },
  );

  it('names the message in the log', async () => {
    const lines: unknown[] = [];
    const handler = toSqsHandler(handMadeFeed('prices'), { log: (line) => lines.push(JSON.parse(line)) });
    await handler(sqsEvent(...messages(['a']), sqsMessage('poison', { messageId: 'p' })), { awsRequestId: 'r' });
    expect(lines).toMatchObject([
      { level: 'info', requestId: 'r', messageId: 'a', outcome: 'complete', object: 's3://supplier-drop/a' },
      { level: 'error', messageId: 'p', outcome: 'failed', error: { code: 'LAMBDA_EVENT_UNKNOWN' } },
    ]);
  });

  it('decodes keys as it is told', async () => {
    const feed = handMadeFeed('prices');
    const handler = toSqsHandler(feed, { ...quiet, keys: { notification: 'none' } });
    await handler(sqsEvent(...messages(['a b'])));
    expect(feed.calls[0]?.ref.key).toBe('a+b');
  });
});

describe('time that runs out', () => {
  it('answers the messages that were not begun as failures', async () => {
    vi.useFakeTimers();
    const texts = textFeed({ a: 'x\n', long: 'x\n'.repeat(10_000), b: 'x\n' }, { pauseMs: 10 });
    const lines: { outcome?: string; error?: { code: string } }[] = [];
    const handler = toSqsHandler(texts.feed, { log: (line) => void lines.push(JSON.parse(line) as object) });
    const answer = handler(sqsEvent(...messages(['a', 'long', 'b', 'c'])), { getRemainingTimeInMillis: () => 30_000 });
    await vi.advanceTimersByTimeAsync(24_100);
    expect(await answer).toEqual(failed('long', 'b', 'c'));
    expect(lines.map(({ error }) => error?.code)).toEqual([
      undefined,
      'RUN_DEADLINE',
      'LAMBDA_OUT_OF_TIME',
      'LAMBDA_OUT_OF_TIME',
    ]);
    expect(texts.opened()).toBe(2);
  });

  it('hands on an object that was begun, and leaves the others to the queue', async () => {
    vi.useFakeTimers();
    const texts = textFeed({ long: 'x\n'.repeat(1000), b: 'x\n' }, { pauseMs: 5, movesClock: true });
    const continueWith = vi.fn<() => Promise<void>>(async () => {});
    const handler = toSqsHandler(texts.feed, { ...quiet, ledger: memoryLedger(), continueWith });
    const answer = await handler(sqsEvent(...messages(['long', 'b'])), { getRemainingTimeInMillis: () => 150 });
    expect(answer).toEqual(failed('b'));
    expect(continueWith).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ key: 'long' }),
      expect.objectContaining({ watermark: expect.any(Number) }),
    );
  });

  it('fails the message where an object that was begun is not taken', async () => {
    vi.useFakeTimers();
    const texts = textFeed({ long: 'x\n'.repeat(1000) }, { pauseMs: 5, movesClock: true });
    const continueWith = () => Promise.reject(new Error('queue gone'));
    const handler = toSqsHandler(texts.feed, { ...quiet, ledger: memoryLedger(), continueWith });
    const answer = await handler(sqsEvent(...messages(['long'])), { getRemainingTimeInMillis: () => 100 });
    expect(answer).toEqual(failed('long'));
  });
});

describe('the options', () => {
  it.each<[string, object, string]>([
    ['an unknown one', { visibilty: {} }, 'OPTION_UNKNOWN'],
    ['visibility without a function', { visibility: {} }, 'OPTION_INVALID'],
    ['an unknown one of visibility', { visibility: { extend: () => {}, every: 5 } }, 'OPTION_UNKNOWN'],
    ['more than SQS allows', { visibility: { extend: () => {}, seconds: 43_201 } }, 'OPTION_INVALID'],
    ['no time at all', { visibility: { extend: () => {}, everyMs: 0 } }, 'OPTION_INVALID'],
    ['not even a second', { visibility: { extend: () => {}, seconds: 0 } }, 'OPTION_INVALID'],
    ['something else than throw or report', { onAllFailed: 'fail' }, 'OPTION_INVALID'],
    ['continueWith without a ledger', { continueWith: () => {} }, 'OPTION_INVALID'],
    ['a wrong encoding', { keys: { notification: 'url' } }, 'OPTION_INVALID'],
    ['observers that are none', { observer: [5] }, 'OPTION_INVALID'],
  ])('%s is refused', (_what, options, code) => {
    expect(() => toSqsHandler(handMadeFeed('prices'), options)).toThrow(expect.objectContaining({ code }));
  });

  it('the most that SQS allows is taken, and the least', () => {
    for (const [everyMs, seconds] of [
      [1, 1],
      [1, 43_200],
    ] as const) {
      const visibility = { extend: async () => {}, everyMs, seconds };
      expect(() => toSqsHandler(handMadeFeed('prices'), { visibility })).not.toThrow();
    }
  });

  it('a target that is no feed is refused', () => {
    expect(() => toSqsHandler({} as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

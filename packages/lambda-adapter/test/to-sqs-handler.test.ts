import { memoryLedger } from '@millrace/core';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type InvocationReport, routes, type SqsHandlerOptions, type SqsMessage, toSqsHandler } from '../src/index.ts';
import { eventBridgeEvent, snsEnvelope, sqsEvent, sqsMessage } from './carrier-payloads.ts';
import { failing, handMadeFeed } from './hand-made-feed.ts';
import { s3Event, s3Record, testEvent } from './s3-payload.ts';
import { textFeed } from './text-feed.ts';

const quiet: SqsHandlerOptions = { log: () => undefined };

/** Messages whose ids are the keys that they tell of. */
function messages(keys: readonly string[], group?: string): readonly unknown[] {
  return keys.map((key) => sqsMessage(s3Event({ key }), { messageId: key, ...(group && { group }) }));
}

function failed(...ids: readonly string[]): unknown {
  return { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) };
}

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

describe('onReport', () => {
  const event = sqsEvent(
    ...messages(['a', 'bad']),
    sqsMessage('poison', { messageId: 'p' }),
    sqsMessage(testEvent(), { messageId: 'test' }),
    sqsMessage(s3Event({ key: 'gone', eventName: 'ObjectRemoved:Delete' }), { messageId: 'gone' }),
  );

  it('counts all objects by outcome, also those that no feed saw', async () => {
    const reports: InvocationReport[] = [];
    const onReport = (report: InvocationReport): void => void reports.push(report);
    await toSqsHandler(handMadeFeed('prices', failing('bad')), { ...quiet, onReport })(event);
    expect(reports).toMatchObject([
      { outcomes: { complete: 1, failed: 2, 'test-event': 1, 'passed-over': 1 }, objects: { length: 5 } },
    ]);
  });

  it('that throws is a warning in the log, and changes nothing', async () => {
    const lines: unknown[] = [];
    const onReport = (): void => {
      throw new Error('report');
    };
    const handler = toSqsHandler(handMadeFeed('prices'), { onReport, log: (line) => lines.push(JSON.parse(line)) });
    expect(await handler(sqsEvent(...messages(['a'])))).toEqual(failed());
    expect(lines).toMatchObject([
      { outcome: 'complete' },
      { level: 'warn', error: { code: 'LAMBDA_REPORT_FAILED', cause: 'Error' } },
    ]);
  });
});

describe('a FIFO queue', () => {
  it('stops a group at its first failure, and no other group', async () => {
    const feed = handMadeFeed('prices', failing('bad'));
    const event = sqsEvent(
      ...messages(['a1'], 'a'),
      ...messages(['b1 bad'], 'b'),
      ...messages(['a2 bad', 'a3'], 'a'),
      ...messages(['b2'], 'b'),
      ...messages(['c1'], 'c'),
    );
    for (const concurrency of [1, 5]) {
      const answer = await toSqsHandler(feed, { ...quiet, concurrency })(event);
      expect(answer).toEqual(failed('b1 bad', 'a2 bad', 'a3', 'b2'));
    }
    expect(feed.calls.map(({ ref }) => ref.key).toSorted()).toEqual(
      ['a1', 'a2 bad', 'b1 bad', 'c1'].flatMap((key) => [key, key]),
    );
  });

  it('takes the messages of a group one after the other, whatever the concurrency', async () => {
    let active = 0;
    const feed = handMadeFeed('prices', async () => {
      active += 1;
      expect(active).toBe(1);
      await new Promise((resolve) => void setImmediate(resolve));
      active -= 1;
      return {};
    });
    const keys = Array.from({ length: 10 }, (_, n) => `${n}`);
    expect(await toSqsHandler(feed, { ...quiet, concurrency: 10 })(sqsEvent(...messages(keys, 'g')))).toEqual(failed());
    expect(feed.calls.map(({ ref }) => ref.key)).toEqual(keys);
  });

  it('stops at a message that cannot be understood, too, and says why the later ones were not tried', async () => {
    const lines: unknown[] = [];
    const feed = handMadeFeed('prices');
    const handler = toSqsHandler(feed, { log: (line) => lines.push(JSON.parse(line)) });
    const event = sqsEvent(sqsMessage('poison', { messageId: 'p', group: 'g' }), ...messages(['after'], 'g'));
    expect(await handler(event)).toEqual(failed('p', 'after'));
    expect(feed.calls).toEqual([]);
    expect(lines[1]).toMatchObject({
      messageId: 'after',
      outcome: 'aborted',
      object: 's3://supplier-drop/after',
      ref: { key: 'after' },
      error: { code: 'LAMBDA_GROUP_STOPPED' },
    });
  });

  it('does not take the groups of a standard queue for an order', async () => {
    const feed = handMadeFeed('prices', failing('bad'));
    const queueArn = 'arn:aws:sqs:eu-central-1:123456789012:fair';
    const event = sqsEvent(
      ...['bad', 'good'].map((key) => sqsMessage(s3Event({ key }), { messageId: key, group: 'g', queueArn })),
    );
    expect(await toSqsHandler(feed, quiet)(event)).toEqual(failed('bad'));
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

describe('visibility', () => {
  const slowly = (ms: number) => () => new Promise<object>((resolve) => setTimeout(() => resolve({}), ms));

  it('is extended for all messages that are not done, while they run', async () => {
    vi.useFakeTimers();
    const calls: { readonly ids: readonly string[]; readonly seconds: number }[] = [];
    const extend = async (open: readonly SqsMessage[], seconds: number): Promise<void> => {
      calls.push({ ids: open.map(({ messageId }) => messageId), seconds });
      expect(open[0]).toEqual({
        messageId: open[0]?.messageId,
        receiptHandle: `handle of ${open[0]?.messageId}`,
        queueArn: 'arn:aws:sqs:eu-central-1:123456789012:drops',
      });
    };
    const feed = handMadeFeed('prices', slowly(50_000));
    const answer = toSqsHandler(feed, { ...quiet, visibility: { extend } })(sqsEvent(...messages(['a', 'b'])));
    await vi.advanceTimersByTimeAsync(200_000);
    expect(await answer).toEqual(failed());
    expect(calls).toEqual([
      { ids: ['a', 'b'], seconds: 120 },
      { ids: ['b'], seconds: 120 },
      { ids: ['b'], seconds: 120 },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps a message with several objects until the last of them', async () => {
    vi.useFakeTimers();
    const extend = vi.fn<(open: readonly SqsMessage[]) => Promise<void>>(async () => {});
    const feed = handMadeFeed('prices', slowly(30));
    const handler = toSqsHandler(feed, { ...quiet, visibility: { extend, everyMs: 40, seconds: 1 } });
    const answer = handler(sqsEvent(sqsMessage(s3Event({ key: 'a' }, { key: 'b' }), { messageId: 'm' })));
    await vi.advanceTimersByTimeAsync(1000);
    await answer;
    expect(extend).toHaveBeenCalledTimes(1);
    expect(extend.mock.calls[0]?.[0]).toMatchObject([{ messageId: 'm' }]);
  });

  it('that cannot be extended is a warning in the log, and changes no outcome', async () => {
    vi.useFakeTimers();
    const lines: unknown[] = [];
    const visibility = { extend: () => Promise.reject(new Error('denied')), everyMs: 40 };
    const feed = handMadeFeed('prices', slowly(50));
    const answer = toSqsHandler(feed, { log: (line) => lines.push(JSON.parse(line)), visibility })(
      sqsEvent(...messages(['a'])),
      { awsRequestId: 'r' },
    );
    await vi.advanceTimersByTimeAsync(100);
    expect(await answer).toEqual(failed());
    expect(lines).toMatchObject([
      { level: 'warn', requestId: 'r', error: { code: 'LAMBDA_VISIBILITY_FAILED', cause: 'Error' } },
      { outcome: 'complete' },
    ]);
  });

  it('is not extended again before the last call has settled', async () => {
    vi.useFakeTimers();
    const extend = vi.fn<() => Promise<void>>(() => new Promise(() => {}));
    const feed = handMadeFeed('prices', slowly(500));
    const answer = toSqsHandler(feed, { ...quiet, visibility: { extend, everyMs: 40 } })(sqsEvent(...messages(['a'])));
    await vi.advanceTimersByTimeAsync(1000);
    await answer;
    expect(extend).toHaveBeenCalledTimes(1);
  });
});

describe('the options', () => {
  it.each<[string, object, string]>([
    ['an unknown one', { visibilty: {} }, 'OPTION_UNKNOWN'],
    ['visibility without a function', { visibility: {} }, 'OPTION_INVALID'],
    ['an unknown one of visibility', { visibility: { extend: () => {}, every: 5 } }, 'OPTION_UNKNOWN'],
    ['more than SQS allows', { visibility: { extend: () => {}, seconds: 43_201 } }, 'OPTION_INVALID'],
    ['no time at all', { visibility: { extend: () => {}, everyMs: 0 } }, 'OPTION_INVALID'],
    ['continueWith without a ledger', { continueWith: () => {} }, 'OPTION_INVALID'],
    ['a wrong encoding', { keys: { notification: 'url' } }, 'OPTION_INVALID'],
    ['observers that are none', { observer: [5] }, 'OPTION_INVALID'],
  ])('%s is refused', (_what, options, code) => {
    expect(() => toSqsHandler(handMadeFeed('prices'), options)).toThrow(expect.objectContaining({ code }));
  });

  it('a target that is no feed is refused', () => {
    expect(() => toSqsHandler({} as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

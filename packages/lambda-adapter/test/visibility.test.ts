import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type SqsHandlerOptions, type SqsMessage, toSqsHandler } from '../src/index.ts';
import { sqsEvent, sqsMessage } from './carrier-payloads.ts';
import { handMadeFeed } from './hand-made-feed.ts';
import { s3Event } from './s3-payload.ts';
import { failed, messages } from './sqs-messages.ts';

const quiet: SqsHandlerOptions = { log: () => undefined };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('visibility', () => {
  const slowly = (ms: number) => () => new Promise<object>((resolve) => setTimeout(() => resolve({}), ms));

  it('is extended for all messages that are not done, while they run', async () => {
    const calls: { readonly after: number; readonly ids: readonly string[]; readonly seconds: number }[] = [];
    const started = Date.now();
    const extend = async (open: readonly SqsMessage[], seconds: number): Promise<void> => {
      calls.push({ after: Date.now() - started, ids: open.map(({ messageId }) => messageId), seconds });
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
      { after: 30_000, ids: ['a', 'b'], seconds: 120 },
      { after: 60_000, ids: ['b'], seconds: 120 },
      { after: 90_000, ids: ['b'], seconds: 120 },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps a message with several objects until the last of them, and no longer', async () => {
    const extend = vi.fn<(open: readonly SqsMessage[]) => Promise<void>>(async () => {});
    const feed = handMadeFeed('prices', slowly(30));
    const handler = toSqsHandler(feed, { ...quiet, visibility: { extend, everyMs: 50, seconds: 1 } });
    const twoObjects = (messageId: string) => sqsMessage(s3Event({ key: 'a' }, { key: 'b' }), { messageId });
    const answer = handler(sqsEvent(twoObjects('m'), twoObjects('n')));
    await vi.advanceTimersByTimeAsync(1000);
    await answer;
    expect(extend.mock.calls.map(([open]) => open.map(({ messageId }) => messageId))).toEqual([['m', 'n'], ['n']]);
  });

  it('is asked for nothing once every message is done, however long the rest of the invocation takes', async () => {
    const extend = vi.fn<(open: readonly SqsMessage[]) => Promise<void>>(async () => {});
    const handler = toSqsHandler(handMadeFeed('prices', slowly(50)), {
      ...quiet,
      visibility: { extend, everyMs: 40 },
      onReport: (): unknown => slowly(500)(),
    });
    const answer = handler(sqsEvent(...messages(['a'])));
    await vi.advanceTimersByTimeAsync(1000);
    expect(await answer).toEqual(failed());
    expect(extend.mock.calls.map(([open]) => open.length)).toEqual([1]);
  });

  it('that cannot be extended is a warning in the log, and changes no outcome', async () => {
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
    const extend = vi.fn<() => Promise<void>>(() => new Promise(() => {}));
    const feed = handMadeFeed('prices', slowly(500));
    const answer = toSqsHandler(feed, { ...quiet, visibility: { extend, everyMs: 40 } })(sqsEvent(...messages(['a'])));
    await vi.advanceTimersByTimeAsync(1000);
    await answer;
    expect(extend).toHaveBeenCalledTimes(1);
  });
});

import { describe, expect, it } from 'vitest';
import { type InvocationReport, type SqsHandlerOptions, toSqsHandler } from '../src/index.ts';
import { sqsEvent, sqsMessage } from './carrier-payloads.ts';
import { failing, handMadeFeed } from './hand-made-feed.ts';
import { s3Event, testEvent } from './s3-payload.ts';
import { failed, messages } from './sqs-messages.ts';

const quiet: SqsHandlerOptions = { log: () => undefined };

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

  it('names a message that was not tried, whatever it holds', async () => {
    const reports: InvocationReport[] = [];
    const handler = toSqsHandler(handMadeFeed('prices', failing('bad')), {
      ...quiet,
      onReport: (report) => void reports.push(report),
    });
    const event = sqsEvent(
      ...messages(['bad'], 'g'),
      sqsMessage('poison', { messageId: 'p', group: 'g' }),
      sqsMessage(testEvent(), { messageId: 't', group: 'g' }),
      ...messages(['after'], 'g'),
    );
    expect(await handler(event)).toEqual(failed('bad', 'p', 't', 'after'));
    const error = expect.objectContaining({ code: 'LAMBDA_GROUP_STOPPED' }) as Error;
    // Members that are not known are absent, not undefined.
    expect(reports[0]?.objects.slice(1)).toStrictEqual([
      { outcome: 'aborted', object: 'sqs://p', error },
      { outcome: 'aborted', object: 's3://supplier-drop', eventName: 's3:TestEvent', error },
      {
        outcome: 'aborted',
        object: 's3://supplier-drop/after',
        eventName: 'ObjectCreated:Put',
        ref: expect.objectContaining({ key: 'after' }) as unknown,
        error,
      },
    ]);
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

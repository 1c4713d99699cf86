import { afterEach, describe, expect, it, vi } from 'vitest';
import { type InvocationReport, type SqsHandlerOptions, toSqsHandler } from '../src/index.ts';
import { sqsEvent, sqsMessage } from './carrier-payloads.ts';
import { failing, handMadeFeed } from './hand-made-feed.ts';
import { s3Event, testEvent, withObjectMember } from './s3-payload.ts';
import { failed, messages } from './sqs-messages.ts';

const quiet: SqsHandlerOptions = { log: () => undefined };

afterEach(() => void vi.useRealTimers());

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

  it('gets a message that cannot be understood with what is known of it, and no more', async () => {
    const reports: InvocationReport[] = [];
    const onReport = (report: InvocationReport): void => void reports.push(report);
    const unreadable = withObjectMember({ key: 'k' }, 'key', '%');
    const batch = sqsEvent(
      sqsMessage('poison', { messageId: 'p' }),
      sqsMessage(unreadable, { messageId: 'u' }),
      ...messages(['a']),
    );
    await toSqsHandler(handMadeFeed('prices'), { ...quiet, onReport })(batch);
    const errorOf = (code: string) => expect.objectContaining({ code }) as Error;
    expect(reports[0]?.objects.slice(0, 2)).toStrictEqual([
      { outcome: 'failed', object: 'sqs://p', error: errorOf('LAMBDA_EVENT_UNKNOWN') },
      {
        outcome: 'failed',
        object: expect.any(String) as string,
        eventName: 'ObjectCreated:Put',
        error: errorOf('LAMBDA_KEY_INVALID'),
      },
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

  it('that rejects is a warning in the log, and changes nothing', async () => {
    const lines: unknown[] = [];
    const onReport = (): unknown => Promise.reject(new TypeError('report'));
    const handler = toSqsHandler(handMadeFeed('prices'), { onReport, log: (line) => lines.push(JSON.parse(line)) });
    expect(await handler(sqsEvent(...messages(['a'])))).toEqual(failed());
    expect(lines).toMatchObject([
      { outcome: 'complete' },
      { level: 'warn', error: { code: 'LAMBDA_REPORT_FAILED', cause: 'TypeError' } },
    ]);
  });

  it.each<[string, number, number]>([
    ['for as long as it takes', 600, 600],
    ['for a second at most', 5000, 1000],
  ])('is waited for %s', async (_, takes, waited) => {
    vi.useFakeTimers();
    const onReport = (): unknown => new Promise((resolve) => setTimeout(resolve, takes));
    const handler = toSqsHandler(handMadeFeed('prices'), { ...quiet, onReport });
    const responses: unknown[] = [];
    void handler(sqsEvent(...messages(['a']))).then((response) => responses.push(response));
    await vi.advanceTimersByTimeAsync(waited - 1);
    expect(responses).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(responses).toEqual([failed()]);
  });
});

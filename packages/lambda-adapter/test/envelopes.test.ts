import { describe, expect, it } from 'vitest';
import { toS3Handler, toSqsHandler } from '../src/index.ts';
import { eventBridgeEvent, snsEnvelope, sqsMessage } from './carrier-payloads.ts';
import { handMadeFeed } from './hand-made-feed.ts';
import { s3Event } from './s3-payload.ts';

const quiet = { log: () => undefined };

/** What Lambda sends to a function's on-failure destination. */
function failureEnvelope(requestPayload: unknown): unknown {
  return {
    version: '1.0',
    timestamp: '2026-11-28T10:00:00.000Z',
    requestContext: { requestId: 'r', functionArn: 'arn', condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    requestPayload,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorMessage: 'LAMBDA_OBJECTS_FAILED' },
  };
}

const detailOf = (key: string): unknown => (eventBridgeEvent({ key }) as { readonly detail: unknown }).detail;

describe('an envelope that AWS puts around an event', () => {
  it.each<[string, unknown]>([
    ['EventBridge Pipes: a list of messages', [sqsMessage(s3Event({ key: 'k' }), { messageId: 'm' })]],
    ['an on-failure destination', failureEnvelope(s3Event({ key: 'k' }))],
    ['an on-failure destination, twice', failureEnvelope(failureEnvelope(s3Event({ key: 'k' })))],
    ['an on-failure destination around SNS', failureEnvelope(snsEnvelope(s3Event({ key: 'k' })))],
    ['one reference by itself', { bucket: 'supplier-drop', key: 'k' }],
    ['the detail of an EventBridge event', detailOf('k')],
  ])('is taken off: %s', async (_, event) => {
    const feed = handMadeFeed('prices');
    await toS3Handler(feed, quiet)(event);
    expect(feed.calls.map(({ ref }) => [ref.bucket, ref.key])).toEqual([['supplier-drop', 'k']]);
  });

  it.each<[string, unknown]>([
    ['an on-failure destination', failureEnvelope(s3Event({ key: 'k' }))],
    ['one reference by itself', { bucket: 'supplier-drop', key: 'k' }],
    ['the detail of an EventBridge event', detailOf('k')],
  ])('is taken off in a message of a queue: %s', async (_, body) => {
    const feed = handMadeFeed('prices');
    const response = await toSqsHandler(feed, quiet)({ Records: [sqsMessage(body, { messageId: 'm' })] });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(feed.calls).toHaveLength(1);
  });

  it('of Pipes gets an answer for each message', async () => {
    const feed = handMadeFeed('prices', ({ ref }) => (ref.key === 'bad' ? { outcome: 'held' } : {}));
    const list = ['good', 'bad'].map((key) => sqsMessage(s3Event({ key }), { messageId: key }));
    expect(await toSqsHandler(feed, quiet)(list)).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
  });

  it('does not make an event about something else one about a new object', async () => {
    const detail = { ...(detailOf('k') as object), reason: 'Lifecycle Expiration' };
    await expect(toS3Handler(handMadeFeed('prices'), quiet)(detail)).rejects.toMatchObject({
      code: 'LAMBDA_EVENT_UNKNOWN',
    });
  });
});

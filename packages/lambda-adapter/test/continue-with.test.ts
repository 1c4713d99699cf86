import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { memoryLedger } from '@millrace/core';
import { type LocalAws, startLocalAws } from '@millrace/local';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type SqsMessage, toS3Handler, toSqsHandler } from '../src/index.ts';
import { sqsEvent } from './carrier-payloads.ts';
import { s3Event } from './s3-payload.ts';
import { textFeed } from './text-feed.ts';

const LINES = 600;
const time = { getRemainingTimeInMillis: () => 250 };

/** Time passes only in the feed, two milliseconds a write. The servers are real; what the SDK sets timers for does not happen. */
beforeEach(
  () => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }),
);
afterEach(() => void vi.useRealTimers());

describe('a queue', () => {
  // The S3 server of the local environment is a queue, too.
  let aws: LocalAws;
  let sqs: SQSClient;
  beforeAll(async () => {
    aws = await startLocalAws();
    sqs = new SQSClient({ endpoint: aws.s3Endpoint, region: aws.region, credentials: { ...aws.credentials } });
  });
  afterAll(async () => {
    sqs.destroy();
    await aws.stop();
  });

  const makeQueue = async (): Promise<string> => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `drops-${randomUUID()}` }));
    return QueueUrl;
  };
  const receive = async (QueueUrl: string, VisibilityTimeout = 30): Promise<readonly Message[]> => {
    const received = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout });
    return (await sqs.send(received)).Messages ?? [];
  };
  /** What Lambda makes of received messages. */
  const toEvent = (messages: readonly Message[]): unknown =>
    sqsEvent(
      ...messages.map(({ MessageId, ReceiptHandle, Body }) => ({
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:drops',
        messageId: MessageId,
        receiptHandle: ReceiptHandle,
        body: Body,
      })),
    );

  it('takes an object that outlasts its invocations, which goes on where it was until it is done', async () => {
    const queueUrl = await makeQueue();
    const texts = textFeed({ 'long +%': 'a\n'.repeat(LINES) }, { writeMs: 2, movesClock: true });
    const ledger = memoryLedger();
    const outcomes: string[] = [];
    const handler = toSqsHandler(texts.feed, {
      ledger,
      log: (line) => outcomes.push((JSON.parse(line) as { readonly outcome: string }).outcome),
      continueWith: async (ref) => {
        await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify([ref]) }));
      },
    });
    const first = JSON.stringify(s3Event({ key: 'long +%' }));
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: first }));
    for (let messages = await receive(queueUrl); messages.length > 0; messages = await receive(queueUrl)) {
      expect(await handler(toEvent(messages), time)).toEqual({ batchItemFailures: [] });
      for (const { ReceiptHandle } of messages) {
        await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
      }
    }
    expect(outcomes.length).toBeGreaterThan(1);
    expect(outcomes).toEqual([...outcomes.slice(1).map(() => 'continued'), 'complete']);
    expect(texts.rows.size).toBe(LINES);
  });

  it('hides messages for as long as it is asked to while they are worked on', async () => {
    const QueueUrl = await makeQueue();
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(s3Event({ key: 'slow' })) }));
    const messages = await receive(QueueUrl, 43_200);
    const calls: Promise<void>[] = [];
    const change = async (open: readonly SqsMessage[], seconds: number): Promise<void> => {
      const Entries = open.map(({ messageId, receiptHandle }) => ({
        Id: messageId,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }));
      const { Failed = [] } = await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
      if (Failed.length > 0) throw new Error(`${Failed[0]?.Code}: ${Failed[0]?.Message}`);
    };
    const extend = (open: readonly SqsMessage[], seconds: number): Promise<void> => {
      calls.push(change(open, seconds));
      return calls.at(-1)!;
    };
    const texts = textFeed({ slow: 'a\n'.repeat(40) }, { pauseMs: 50, movesClock: true });
    const visibility = { extend, everyMs: 200, seconds: 1 };
    const answer = await toSqsHandler(texts.feed, { visibility, log: () => undefined })(toEvent(messages));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(calls.length).toBeGreaterThan(0);
    await Promise.all(calls);
    // Received for twelve hours, it would not come again; a second after the last call, it does.
    await vi.waitFor(async () => expect(await receive(QueueUrl)).toHaveLength(1), { interval: 100 });
  });
});

describe('a function that invokes itself', () => {
  it('goes on with an object that outlasts its invocations until it is done', async () => {
    const texts = textFeed({ long: 'a\n'.repeat(LINES) }, { writeMs: 2, movesClock: true });
    const waiting: unknown[] = [s3Event({ key: 'long' })];
    // Stands for Lambda's own endpoint: it takes an asynchronous invocation, which is carried out later.
    const lambda = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        expect(request.url).toBe('/2015-03-31/functions/prices/invocations');
        expect(request.headers['x-amz-invocation-type']).toBe('Event');
        waiting.push(JSON.parse(Buffer.concat(chunks).toString()));
        response.writeHead(202).end();
      });
    });
    await new Promise<void>((resolve) => lambda.listen(0, '127.0.0.1', resolve));
    const client = new LambdaClient({
      endpoint: `http://127.0.0.1:${(lambda.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    try {
      const outcomes: string[] = [];
      const handler = toS3Handler(texts.feed, {
        ledger: memoryLedger(),
        log: (line) => outcomes.push((JSON.parse(line) as { readonly outcome: string }).outcome),
        continueWith: async (ref) => {
          const Payload = JSON.stringify([ref]);
          await client.send(new InvokeCommand({ FunctionName: 'prices', InvocationType: 'Event', Payload }));
        },
      });
      for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) await handler(event, time);
      expect(outcomes.length).toBeGreaterThan(1);
      expect(outcomes.at(-1)).toBe('complete');
      expect(texts.rows.size).toBe(LINES);
    } finally {
      client.destroy();
      lambda.close();
    }
  });
});

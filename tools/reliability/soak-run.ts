import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { feed, type Ledger } from '@millrace/core';
import { dynamodbSink, landingItem } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { gunzip } from '@millrace/gzip';
import { emfObserver, type SqsHandler, toSqsHandler } from '@millrace/lambda-adapter';
import { s3Source } from '@millrace/s3';

export interface SoakOptions {
  readonly references: number;
  /** Of each batch of messages, as Lambda sends them. */
  readonly batch: number;
  /** How many connections the servers have open. */
  readonly connections: () => Promise<number>;
}

/** What was held at one point between two invocations, after garbage was collected. */
export interface SoakSample {
  readonly references: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly sockets: number;
  readonly timers: number;
}

export interface SoakResult {
  readonly samples: readonly SoakSample[];
  /** Messages that the handler answered as failures, and those that it should have. */
  readonly failed: number;
  readonly poison: number;
  readonly logged: number;
  readonly seconds: number;
}

const SAMPLES = 10;

/**
 * Sends references through one handler, batch by batch, as one warm process of a function sees them: objects that are there,
 * and in every batch one that is missing and one message that is none. S3 and DynamoDB are those of the environment.
 */
export async function soak({ references, batch, connections }: SoakOptions): Promise<SoakResult> {
  const collectGarbage = garbageCollector();
  let logged = 0;
  const log = (): void => void (logged += 1);
  const handler = makeHandler(log);
  const samples: SoakSample[] = [];
  const started = performance.now();
  let failed = 0;
  let poison = 0;
  for (let sent = 0; sent < references;) {
    const size = Math.min(batch, references - sent);
    const bodies = Array.from({ length: size }, (_, index) => bodyOf(index, sent + index));
    const answer = await handler(toBatch(bodies), { getRemainingTimeInMillis: () => 60_000 });
    failed += answer.batchItemFailures.length;
    poison += Math.min(2, size);
    sent += size;
    if (sent >= ((samples.length + 1) * references) / SAMPLES) {
      // What has just ended is gone by the next turn.
      await new Promise((resolve) => setTimeout(resolve, 20));
      collectGarbage();
      samples.push({ ...sample(sent), sockets: await connections() });
    }
  }
  return { samples, failed, poison, logged, seconds: (performance.now() - started) / 1000 };
}

function makeHandler(log: (line: string) => void): SqsHandler {
  const s3 = new S3Client({ forcePathStyle: true });
  const prices = feed('soak')
    .from(s3Source({ client: s3 }))
    .through(gunzip())
    .through(decodeText('utf-8'))
    .through(parseNdjson())
    .through(landingItem())
    .to(dynamodbSink({ table: 'stub', client: new DynamoDBClient() }));
  const visibility = { extend: () => Promise.resolve() };
  const observer = emfObserver({ write: () => undefined });
  return toSqsHandler(prices, { ledger: grantingLedger(), observer, visibility, concurrency: 4, log });
}

/** Grants every item and keeps nothing: a ledger that grew would hide what the handler holds. */
function grantingLedger(): Ledger {
  return {
    name: 'granting',
    claim: () => Promise.resolve({ outcome: 'granted', watermark: 0, rejected: 0 }),
    checkpoint: () => Promise.resolve(),
    finish: () => Promise.resolve(),
    entries: () => Promise.resolve([]),
  };
}

function bodyOf(index: number, number: number): string {
  if (index === 0) return 'poison';
  return JSON.stringify([{ bucket: `drop-${number}`, key: index === 1 ? 'missing.gz' : '1000.ndjson.gz' }]);
}

function toBatch(bodies: readonly string[]): unknown {
  const source = { eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:drops' };
  return { Records: bodies.map((body, index) => ({ ...source, messageId: `m${index}`, receiptHandle: 'r', body })) };
}

function sample(references: number): Omit<SoakSample, 'sockets'> {
  const { heapUsed: heapBytes, rss: rssBytes } = process.memoryUsage();
  const timers = process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
  return { references, heapBytes, rssBytes, timers };
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

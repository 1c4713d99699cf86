import { feed, memoryLedger, type SessionOptions, type Sink, type Source } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { memorySource } from '@millrace/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type FeedHandlerOptions,
  type ObjectRef,
  toMapHandler,
  toS3BatchHandler,
  toS3Handler,
  toSqsHandler,
} from '../src/index.ts';
import { listedItem, s3BatchEvent, sqsEvent, sqsMessage } from './carrier-payloads.ts';
import { handMadeFeed } from './hand-made-feed.ts';
import { s3Event } from './s3-payload.ts';

const KEYS = Array.from({ length: 10 }, (_, index) => `object-${index}`);

/** A sink with a concurrency of 2 that lets objects share a write, and a count of its writes. */
function countedSink(): {
  readonly sink: Sink<unknown>;
  readonly seen: { writes: number; most: number; records: number };
} {
  const seen = { writes: 0, most: 0, records: 0 };
  let inFlight = 0;
  const sink: Sink<unknown> = {
    name: 'counted',
    concurrency: 2,
    mixesItems: true,
    limits: { count: 25 },
    write: async (entries) => {
      seen.writes += 1;
      seen.most = Math.max(seen.most, (inFlight += 1));
      await new Promise((resolve) => void setImmediate(resolve));
      seen.records += entries.length;
      inFlight -= 1;
    },
  };
  return { sink, seen };
}

function recordsFeed(sink: Sink<unknown>) {
  const memory = memorySource({ objects: Object.fromEntries(KEYS.map((key) => [key, [Buffer.from('{"id":1}\n')]])) });
  const source: Source<ObjectRef, Uint8Array> = {
    name: 'memory',
    describe: ({ bucket, key }) => `s3://${bucket}/${key}`,
    open: ({ key }, context) => memory.open({ name: key }, context),
  };
  return feed('records').from(source).through(decodeText('utf-8')).through(parseNdjson()).to(sink);
}

describe('ten objects of one record in one invocation', () => {
  it.each<[string, (sink: Sink<unknown>) => Promise<unknown>]>([
    [
      'toSqsHandler',
      (sink) =>
        toSqsHandler(recordsFeed(sink), { concurrency: 10, log: () => undefined })(
          sqsEvent(...KEYS.map((key) => sqsMessage(s3Event({ key }), { messageId: key }))),
        ),
    ],
    [
      'toS3Handler',
      (sink) =>
        toS3Handler(recordsFeed(sink), { concurrency: 10, log: () => undefined })(
          s3Event(...KEYS.map((key) => ({ key }))),
        ),
    ],
  ])('share the writes of the sink, and its concurrency: %s', async (_, invoke) => {
    const { sink, seen } = countedSink();
    await invoke(sink);
    expect(seen.records).toBe(10);
    expect(seen.most).toBeLessThanOrEqual(2);
    expect(seen.writes).toBeLessThanOrEqual(2);
  });
});

describe('a batch of which every message fails', () => {
  const run = (
    options: { readonly onAllFailed?: 'report' | 'throw' },
    lines: Record<string, unknown>[] = [],
    keys: readonly string[] = ['a', 'b'],
  ) =>
    toSqsHandler(recordsFeed(countedSink().sink), {
      ...options,
      log: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
    })(sqsEvent(...keys.map((key) => sqsMessage(s3Event({ key }), { messageId: key }))));

  it.each([[['a', 'b']], [['a']]])('is reported, with a metric in the log: %j', async (keys) => {
    const lines: Record<string, unknown>[] = [];
    const batchItemFailures = keys.map((itemIdentifier) => ({ itemIdentifier }));
    expect(await run({}, lines, keys)).toEqual({ batchItemFailures });
    expect(lines).toHaveLength(keys.length + 1);
    expect(lines.at(-1)).toMatchObject({
      level: 'error',
      message: `All ${keys.length} messages of the batch failed. They are delivered again.`,
      BatchesFailed: 1,
      _aws: { CloudWatchMetrics: [{ Namespace: 'Millrace', Metrics: [{ Name: 'BatchesFailed' }] }] },
    });
  });

  it('is not one of which a message is done', async () => {
    const lines: Record<string, unknown>[] = [];
    expect(await run({ onAllFailed: 'throw' }, lines, ['a', KEYS[0]!])).toEqual({
      batchItemFailures: [{ itemIdentifier: 'a' }],
    });
    expect(lines.map((line) => line['BatchesFailed'])).toEqual([undefined, undefined]);
  });

  it('fails the invocation if that is asked for, so that an alarm on errors fires', async () => {
    await expect(run({ onAllFailed: 'throw' })).rejects.toMatchObject({ code: 'LAMBDA_OBJECTS_FAILED' });
  });
});

describe.each([
  ['toS3Handler', toS3Handler, s3Event({ key: 'a' })],
  ['toSqsHandler', toSqsHandler, sqsEvent(sqsMessage(s3Event({ key: 'a' })))],
  ['toS3BatchHandler', toS3BatchHandler, s3BatchEvent('2.0', { key: 'a' })],
  [
    'toMapHandler',
    (target: Parameters<typeof toMapHandler>[0], options: FeedHandlerOptions) =>
      toMapHandler(target, { ...options, bucket: 'drop' }),
    { Items: [listedItem({ key: 'a' })] },
  ],
] as const)('%s', (_, make, event) => {
  afterEach(() => void vi.useRealTimers());

  it('passes what a run takes on to the run, and nothing that was not given', async () => {
    const given = {
      ledger: memoryLedger(),
      quarantine: { name: 'kept', write: async () => {} },
      observer: { itemFinished: () => {} },
      maxRejections: { count: 7 },
      leaseMs: 4321,
      clockSkewMs: 12,
      checkpointRecords: 345,
      versions: 'newest',
      allRejected: 'accept',
    } as const satisfies SessionOptions;
    const quiet = { log: () => undefined };
    const prices = handMadeFeed('prices');
    await make(prices, { ...quiet, ...given })(event, undefined);
    expect(prices.calls[0]?.options).toMatchObject(given);
    const plain = handMadeFeed('plain');
    await make(plain, quiet)(event, undefined);
    for (const name of Object.keys(given)) expect(plain.calls[0]?.options).not.toHaveProperty(name);
  });

  it('leaves no timer for the next invocation of the process', async () => {
    vi.useFakeTimers();
    await make(handMadeFeed('prices'), { log: () => undefined })(event, { getRemainingTimeInMillis: () => 60_000 });
    expect(vi.getTimerCount()).toBe(0);
  });
});

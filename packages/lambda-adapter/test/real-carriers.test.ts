import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toMapHandler, toS3BatchHandler, toS3Handler, toSqsHandler } from '../src/index.ts';
import { eventBridgeEvent, s3BatchEvent, SHAPES, snsEnvelope, sqsEvent, sqsMessage } from './carrier-payloads.ts';
import { pricesFile, type RealParts, realParts } from './real-parts.ts';
import { type PayloadObject, s3Event } from './s3-payload.ts';

interface Line {
  readonly level: string;
  readonly outcome: string;
  readonly messageId?: string;
  readonly error?: { readonly code: string };
  readonly report?: {
    readonly feed: string;
    readonly ref: string;
    readonly origin?: { readonly id: string };
    readonly written: number;
  };
}

const KEYS = ['in/plain.gz', 'in/a b+c%2B/é 日本語.gz', '100%.gz', '+'];

describe('with a real bucket, table and ledger', () => {
  let parts: RealParts;
  beforeAll(async () => {
    parts = await realParts();
  });
  afterAll(() => parts[Symbol.asyncDispose]());

  const logging = () => {
    const lines: Line[] = [];
    return { lines, log: (line: string) => void lines.push(JSON.parse(line) as Line) };
  };
  /** How many rows each of these objects has, by key. */
  const rowsOf = async (keys: readonly string[]): Promise<readonly number[]> => {
    const rows = await parts.rows();
    return keys.map((key) => rows.filter(({ object }) => object === `s3://${parts.bucket}/${key}`).length);
  };

  it('a batch of ten messages with one poison: nine are committed and one is reported, in one invocation', async () => {
    const keys = Array.from({ length: 10 }, (_, n) => `ten/${n} +%.gz`);
    const events = await Promise.all(
      keys.map(async (key, n) => {
        // The fifth is cut short: a file that no retry will mend.
        const file = pricesFile(30);
        const eTag = await parts.put(key, n === 4 ? file.subarray(0, file.length - 20) : file);
        return { bucket: parts.bucket, key, eTag, sequencer: `00${n}` } satisfies PayloadObject;
      }),
    );
    const messages = events.map((object, n) =>
      sqsMessage([s3Event(object), snsEnvelope(s3Event(object)), eventBridgeEvent(object)][n % 3], {
        messageId: `m${n}`,
      }),
    );
    const { lines, log } = logging();
    const handler = toSqsHandler(parts.feed, { ledger: parts.ledger, concurrency: 3, log });
    expect(await handler(sqsEvent(...messages), { getRemainingTimeInMillis: () => 60_000 })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm4' }],
    });
    expect(lines.filter(({ outcome }) => outcome === 'complete')).toHaveLength(9);
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
      { messageId: 'm4', outcome: 'failed', error: { code: 'GZIP_TRUNCATED' } },
    ]);
    const good = keys.filter((_, n) => n !== 4);
    expect(await rowsOf(good)).toEqual(good.map(() => 30));

    // The queue delivers all of them again: nothing is written twice.
    const again = logging();
    const redelivered = toSqsHandler(parts.feed, { ledger: parts.ledger, concurrency: 10, log: again.log });
    expect(await redelivered(sqsEvent(...messages))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm4' }] });
    expect(again.lines.filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(9);
    expect(await rowsOf(good)).toEqual(good.map(() => 30));
  });

  it('every shape finds every object, and the ledger takes them for one', async () => {
    const objects = await Promise.all(
      KEYS.map(async (key) => ({ bucket: parts.bucket, key, eTag: await parts.put(key, pricesFile(3)) })),
    );
    const seen: Record<string, readonly string[]> = {};
    for (const [shape, make] of Object.entries(SHAPES)) {
      const { lines, log } = logging();
      const options = { ledger: parts.ledger, log };
      for (const object of objects) {
        const event = make(object);
        if (shape.includes('SQS')) await toSqsHandler(parts.feed, options)(event);
        else if (shape.includes('Batch Operations')) await toS3BatchHandler(parts.feed, options)(event);
        else if (shape.includes('item')) await toMapHandler(parts.feed, options)(event);
        else await toS3Handler(parts.feed, options)(event);
      }
      seen[shape] = lines.map(({ outcome }) => outcome);
    }
    const { 'S3 itself': first, ...others } = seen;
    expect(first).toEqual(KEYS.map(() => 'complete'));
    for (const [shape, outcomes] of Object.entries(others)) {
      expect([shape, outcomes]).toEqual([shape, KEYS.map(() => 'duplicate')]);
    }
    expect(await rowsOf(KEYS)).toEqual(KEYS.map(() => 3));
  });

  it("an object's log line is enough to find its entry in the ledger", async () => {
    const file = pricesFile(5);
    const versions = [file, pricesFile(6), file.subarray(0, file.length - 20)];
    const { lines, log } = logging();
    const handler = toS3Handler(parts.feed, { ledger: parts.ledger, log });
    for (const [index, body] of versions.entries()) {
      const eTag = await parts.put('log/object.gz', body);
      const object = { bucket: parts.bucket, key: 'log/object.gz', eTag, sequencer: `0${index}` };
      await handler(s3Event(object)).catch(() => undefined);
    }
    expect(lines.map(({ outcome }) => outcome)).toEqual(['complete', 'complete', 'failed']);
    for (const { outcome, report } of lines) {
      const { feed, ref, origin } = report!;
      const entries = await parts.ledger.entries(feed, ref);
      expect(entries).toHaveLength(3);
      const mine = entries.filter((entry) => entry.origin.id === origin?.id);
      expect(mine).toMatchObject([{ state: outcome, report: { written: report?.written } }]);
    }
  });

  it('tells S3 Batch Operations what became of each object', async () => {
    await parts.put('job/good.gz', pricesFile(4));
    await parts.put('job/bad.gz', pricesFile(4).subarray(0, 30));
    const { log } = logging();
    const event = s3BatchEvent(
      '2.0',
      ...['job/good.gz', 'job/bad.gz', 'job/gone.gz'].map((key) => ({ bucket: parts.bucket, key })),
    );
    const { results } = await toS3BatchHandler(parts.feed, { log })(event);
    expect(results).toMatchObject([
      { resultCode: 'Succeeded', resultString: expect.stringMatching(/^complete feed=prices read=4 .*written=4 /) },
      { resultCode: 'TemporaryFailure', resultString: expect.stringMatching(/^failed GZIP_TRUNCATED feed=prices /) },
      { resultCode: 'TemporaryFailure', resultString: expect.stringMatching(/^failed S3_OBJECT_NOT_FOUND /) },
    ]);
  });
});

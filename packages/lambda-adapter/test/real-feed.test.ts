import { type ItemReport, memoryLedger, type Rejection, type Sink } from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type InvocationReport, ObjectsFailedError, routes, type S3HandlerOptions, toS3Handler } from '../src/index.ts';
import { s3Event } from './s3-payload.ts';
import { type TextFeed, textFeed, type TextFeedOptions, type Bucket } from './text-feed.ts';

interface Invocation {
  readonly report: InvocationReport;
  readonly error: ObjectsFailedError | undefined;
  readonly lines: readonly Record<string, unknown>[];
  readonly texts: TextFeed;
}

/** One invocation over objects with these contents, and all that can be seen of it. */
async function invoke(
  bucket: Bucket,
  keys: readonly string[],
  options: S3HandlerOptions & TextFeedOptions & { readonly timeoutMs?: number } = {},
): Promise<Invocation> {
  const { pauseMs = 0, movesClock = false, timeoutMs = 60_000, ...handlerOptions } = options;
  const texts = textFeed(bucket, { pauseMs, movesClock });
  const lines: string[] = [];
  const handler = toS3Handler(texts.feed, { ...handlerOptions, log: (line) => lines.push(line) });
  const answer = await handler(s3Event(...keys.map((key) => ({ key }))), {
    awsRequestId: 'r',
    getRemainingTimeInMillis: () => timeoutMs,
  }).catch((thrown: unknown) => thrown);
  const error = answer instanceof ObjectsFailedError ? answer : undefined;
  return {
    report: error?.report ?? (answer as InvocationReport),
    error,
    lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    texts,
  };
}

afterEach(() => {
  vi.useRealTimers();
});

const THREE = 'a\nb\nc\n';

describe('a real feed', () => {
  it('carries every object, each with its own report that adds up, and fails one without records', async () => {
    const { report, error, texts } = await invoke({ 'a b+c': THREE, empty: '', one: 'x\n' }, ['a b+c', 'empty', 'one']);
    expect(error?.failures).toMatchObject([
      { object: 's3://supplier-drop/empty', error: { code: 'OBJECT_WITHOUT_RECORDS' }, report: { outcome: 'failed' } },
    ]);
    expect(report.objects.map((object) => [object.ref?.key, object.report?.read, object.report?.written])).toEqual([
      ['a b+c', 3, 3],
      ['empty', 0, 0],
      ['one', 1, 1],
    ]);
    expect([...texts.rows.values()]).toEqual(['A', 'B', 'C', 'X']);
    expect(texts.closed()).toBe(0);
  });

  it('loses nothing of the good objects beside a poisoned one, wherever it stands', async () => {
    for (const keys of [
      ['gone', 'one', 'two'],
      ['one', 'gone', 'two'],
      ['one', 'two', 'gone'],
    ]) {
      const { error, report, texts } = await invoke({ one: THREE, two: THREE }, keys);
      expect(error?.failures).toMatchObject([
        { object: 's3://supplier-drop/gone', error: { code: 'TEXT_MISSING' }, report: { outcome: 'failed', read: 0 } },
      ]);
      expect(report.outcomes).toMatchObject({ complete: 2, failed: 1 });
      expect(texts.rows.size).toBe(6);
    }
  });

  it('has each object once in the end, where a failed event is delivered again', async () => {
    const bucket: Record<string, string> = { one: THREE };
    const texts = textFeed(bucket);
    const handler = toS3Handler(texts.feed, { log: () => undefined });
    const event = s3Event({ key: 'one' }, { key: 'late' });
    await expect(handler(event)).rejects.toBeInstanceOf(ObjectsFailedError);
    bucket['late'] = 'x\ny\n';
    expect((await handler(event)).outcomes.complete).toBe(2);
    expect([...texts.rows.values()]).toEqual(['A', 'B', 'C', 'X', 'Y']);
    expect(texts.opened()).toBe(4);
  });

  it('sends rejected records to the quarantine, and warns', async () => {
    const kept: Rejection[] = [];
    const quarantine: Sink<Rejection> = {
      name: 'kept',
      write: (entries) => {
        kept.push(...entries.map(({ value }) => value));
        return Promise.resolve();
      },
    };
    const { report, lines } = await invoke({ k: 'a\nbad 1\nb\n' }, ['k'], { quarantine });
    expect(report.objects[0]?.report).toMatchObject({ read: 3, written: 2, rejected: 1 });
    expect(kept).toMatchObject([{ code: 'BAD_LINE', raw: 'bad 1\n', ordinal: 1 }]);
    expect(lines).toMatchObject([{ level: 'warn', report: { rejections: { BAD_LINE: 1 } } }]);
  });

  it('fails an object with a rejected record where there is no quarantine, or with too many', async () => {
    const without = await invoke({ k: 'a\nbad 1\n' }, ['k']);
    expect(without.error?.failures[0]?.report?.outcome).toBe('failed');
    const quarantine: Sink<Rejection> = { name: 'kept', write: () => Promise.resolve() };
    const options = { quarantine, maxRejections: { count: 1 } };
    const tooMany = await invoke({ k: 'bad 1\nbad 2\n' }, ['k'], options);
    expect(tooMany.error?.failures[0]?.error?.code).toBe('TOO_MANY_REJECTIONS');
  });

  it('logs the very report that the observer sees', async () => {
    const seen: ItemReport[] = [];
    const observer = { itemFinished: (report: ItemReport) => void seen.push(report) };
    const { lines } = await invoke({ one: THREE }, ['one', 'gone'], { observer });
    expect(lines.map(({ report }) => report)).toEqual(JSON.parse(JSON.stringify(seen)));
    expect(seen).toHaveLength(2);
  });

  it('tells that the observer threw', async () => {
    const observer = {
      itemFinished: () => {
        throw new Error('observer');
      },
    };
    const { report, lines } = await invoke({ one: THREE }, ['one'], { observer });
    expect(report.outcomes.complete).toBe(1);
    expect(lines).toMatchObject([
      { level: 'info', outcome: 'complete' },
      { level: 'warn', error: { code: 'LAMBDA_OBSERVER_FAILED', details: { times: 1 } } },
    ]);
  });

  it('stops reading before the time-out, writes what it read, and fails so that it is retried', async () => {
    const long = Array.from({ length: 10_000 }, (_, n) => `${n}\n`).join('');
    vi.useFakeTimers();
    const options = { pauseMs: 10, timeoutMs: 30_000 };
    const invocation = invoke({ long, next: THREE }, ['long', 'next'], options);
    await vi.advanceTimersByTimeAsync(24_100);
    const { error, lines, texts } = await invocation;
    expect(error?.failures).toMatchObject([
      { object: 's3://supplier-drop/long', outcome: 'aborted', error: { code: 'RUN_DEADLINE' } },
      { object: 's3://supplier-drop/next', outcome: 'aborted', error: { code: 'LAMBDA_OUT_OF_TIME' } },
    ]);
    const report = error?.failures[0]?.report;
    expect(report?.read).toBeGreaterThan(2000);
    expect(report?.read).toBeLessThanOrEqual(2400);
    expect(report?.written).toBe(report?.read);
    expect(texts.rows.size).toBe(report?.written);
    expect(lines.map(({ level }) => level)).toEqual(['error', 'error']);
  });

  it('fails with the code of a feed that was closed', async () => {
    const texts = textFeed({ one: THREE });
    await texts.feed.close();
    const handler = toS3Handler(texts.feed, { log: () => undefined });
    await expect(handler(s3Event({ key: 'one' }))).rejects.toMatchObject({
      failures: [{ error: { code: 'FEED_CLOSED' } }],
    });
  });

  it('carries many objects at once, through routes to two feeds', async () => {
    const bucket = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`${n % 2 === 0 ? 'even' : 'odd'}/${n}`, THREE]),
    );
    const [even, odd] = [textFeed(bucket), textFeed(bucket)];
    const table = routes(
      [
        { prefix: 'even/', feed: even.feed },
        { prefix: 'odd/', feed: odd.feed },
      ],
      { unmatched: 'fail' },
    );
    const handler = toS3Handler(table, { concurrency: 8, log: () => undefined });
    const { objects } = await handler(s3Event(...Object.keys(bucket).map((key) => ({ key }))));
    expect(objects.map(({ report }) => report?.written)).toEqual(Array.from({ length: 40 }, () => 3));
    expect([even.rows.size, odd.rows.size]).toEqual([60, 60]);
  });
});

describe('with a ledger', () => {
  it('acknowledges what was done before', async () => {
    const ledger = memoryLedger();
    const outcomes = async () =>
      (await invoke({ one: THREE }, ['one'], { ledger })).lines.map(({ outcome }) => outcome);
    expect([await outcomes(), await outcomes()]).toEqual([['complete'], ['duplicate']]);
  });

  it('fails on an object that another run holds, so that it is tried again', async () => {
    const ledger = { ...memoryLedger(), claim: async () => ({ outcome: 'held', leaseUntil: 1 }) as const };
    const { error, lines } = await invoke({ one: THREE }, ['one'], { ledger });
    expect(error?.failures).toMatchObject([{ outcome: 'held', error: { code: 'ITEM_HELD' } }]);
    expect(lines[0]).toMatchObject({ level: 'error', outcome: 'held' });
  });

  it('hands an object that took too long on, and goes on with it where it came to', async () => {
    vi.useFakeTimers();
    const texts = textFeed({ long: 'a\n'.repeat(400) }, { writeMs: 2, movesClock: true });
    const ledger = memoryLedger();
    const queue: unknown[] = [s3Event({ key: 'long' })];
    const seen: Record<string, unknown>[] = [];
    const handler = toS3Handler(texts.feed, {
      ledger,
      log: (line) => void seen.push(JSON.parse(line) as Record<string, unknown>),
      continueWith: async (ref, { watermark }) => {
        expect(watermark).toBeGreaterThan(0);
        queue.push([ref]);
      },
    });
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      await handler(event, { getRemainingTimeInMillis: () => 250 });
    }
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.map(({ outcome }) => outcome)).toEqual([
      ...Array<string>(seen.length - 1).fill('continued'),
      'complete',
    ]);
    expect(texts.rows.size).toBe(400);
    const [entry] = await ledger.entries('texts', 's3://supplier-drop/long');
    expect(entry).toMatchObject({ state: 'complete', attempts: seen.length, watermark: 400 });
  });

  it('fails the invocation where an unfinished object is not taken', async () => {
    const continueWith = () => Promise.reject(new Error('queue gone'));
    vi.useFakeTimers();
    const options = { ledger: memoryLedger(), continueWith, timeoutMs: 100, pauseMs: 5, movesClock: true };
    const { error } = await invoke({ long: 'a\n'.repeat(400) }, ['long'], options);
    expect(error?.failures).toMatchObject([{ outcome: 'aborted', error: { code: 'LAMBDA_CONTINUE_FAILED' } }]);
  });

  it('refuses continueWith without a ledger', () => {
    expect(() => toS3Handler(textFeed({}).feed, { continueWith: async () => {} })).toThrow(/needs a ledger/);
  });
});

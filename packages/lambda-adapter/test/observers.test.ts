import { type ItemReport, MillraceError, type Observer, type RunReport } from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { emfObserver, type EmfObserverOptions, toS3Handler } from '../src/index.ts';
import { joinObservers } from '../src/invocation/join-observers.ts';
import { s3Event } from './s3-payload.ts';
import { textFeed } from './text-feed.ts';

interface EmfLine extends Readonly<Record<string, unknown>> {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly [
      {
        readonly Namespace: string;
        readonly Dimensions: readonly (readonly string[])[];
        readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
      },
    ];
  };
}

async function linesOf(options: EmfObserverOptions = {}): Promise<readonly EmfLine[]> {
  const lines: EmfLine[] = [];
  const observer = emfObserver({ ...options, write: (line) => lines.push(JSON.parse(line) as EmfLine) });
  const handler = toS3Handler(textFeed({ one: 'a\nb\n' }).feed, { observer, log: () => undefined });
  await handler(s3Event({ key: 'one' }, { key: 'gone' })).catch(() => undefined);
  return lines;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('emfObserver', () => {
  it('writes one line for each object, with its counts', async () => {
    const [good, bad] = await linesOf();
    expect(good).toMatchObject({
      feed: 'texts',
      object: 's3://supplier-drop/one',
      outcome: 'complete',
      ObjectsComplete: 1,
      ObjectsFailed: 0,
      RecordsRead: 2,
      RecordsWritten: 2,
      RecordsRejected: 0,
    });
    expect(bad).toMatchObject({ outcome: 'failed', code: 'TEXT_MISSING', ObjectsComplete: 0, ObjectsFailed: 1 });
  });

  it('is in the format: each dimension is a text and each metric a number of the line', async () => {
    const before = Date.now();
    for (const line of await linesOf({ namespace: 'Drops', dimensions: { stage: 'prod' } })) {
      const { Timestamp, CloudWatchMetrics } = line._aws;
      const [{ Namespace, Dimensions, Metrics }] = CloudWatchMetrics;
      expect(Timestamp).toBeGreaterThanOrEqual(before);
      expect(Namespace).toBe('Drops');
      expect(Dimensions).toEqual([['feed', 'stage']]);
      expect(Metrics.length).toBeLessThanOrEqual(100);
      for (const name of Dimensions.flat()) expect(line[name]).toBeTypeOf('string');
      for (const { Name, Unit } of Metrics) {
        expect(line[Name]).toBeTypeOf('number');
        expect(['Count', 'Bytes', 'Milliseconds']).toContain(Unit);
      }
    }
  });

  it('writes to stdout where it is told nothing else', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    emfObserver().itemFinished?.({ feed: 'f', outcome: 'stale', rejections: {}, counters: {} } as ItemReport);
    expect(write.mock.calls[0]?.[0]).toMatch(/^\{"_aws":.*"Namespace":"Millrace".*"ObjectsStale":1.*\}\n$/);
  });

  it.each<[string, object, string]>([
    ['an unknown option', { name: 'x' }, 'OPTION_UNKNOWN'],
    ['an empty namespace', { namespace: '' }, 'OPTION_INVALID'],
    ['a dimension of its own', { dimensions: { feed: 'x' } }, 'OPTION_INVALID'],
    ['a dimension that is a number', { dimensions: { stage: 5 } }, 'OPTION_INVALID'],
    [
      'too many',
      { dimensions: Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`d${n}`, 'x'])) },
      'OPTION_INVALID',
    ],
  ])('refuses %s', (_what, options, code) => {
    expect(() => emfObserver(options)).toThrow(expect.objectContaining({ code }));
  });
});

describe('several observers', () => {
  const run = async (observer: readonly Observer[]): Promise<readonly unknown[]> => {
    const lines: unknown[] = [];
    const feed = textFeed({ one: 'a\nbad\n' }).feed;
    const quarantine = { name: 'kept', write: () => Promise.resolve() };
    const handler = toS3Handler(feed, { observer, quarantine, log: (line) => lines.push(JSON.parse(line)) });
    await handler(s3Event({ key: 'one' }));
    return lines;
  };
  const complete = { outcome: 'complete' };
  const warned = { level: 'warn', error: { code: 'LAMBDA_OBSERVER_FAILED', details: { times: 1 } } };

  it('see the same', async () => {
    const seen: string[][] = [[], []];
    const observers = seen.map((names): Observer => ({
      itemStarted: () => void names.push('itemStarted'),
      recordRejected: () => void names.push('recordRejected'),
      itemFinished: () => void names.push('itemFinished'),
      runFinished: () => void names.push('runFinished'),
    }));
    expect(await run(observers)).toMatchObject([complete]);
    expect(seen[0]).toEqual(['itemStarted', 'recordRejected', 'itemFinished', 'runFinished']);
    expect(seen[1]).toEqual(seen[0]);
  });

  it('do not hide from each other behind one that throws, which is counted', async () => {
    const progress = vi.fn<() => void>();
    const itemFinished = vi.fn<() => void>();
    const broken: Observer = {
      itemFinished: () => {
        throw new MillraceError('ANY', 'observer');
      },
    };
    expect(await run([broken, { itemFinished, progress }])).toMatchObject([complete, warned]);
    expect(itemFinished).toHaveBeenCalledOnce();
    expect(progress).toHaveBeenCalled();
  });

  it('may be asynchronous, and one that rejects is counted and ends nothing', async () => {
    const rejecting: Observer = { itemStarted: (): unknown => Promise.reject(new Error('observer')) };
    const fine: Observer = { itemStarted: (): unknown => Promise.resolve() };
    expect(await run([rejecting, fine])).toMatchObject([complete, warned]);
    expect(await run([fine, {}])).toMatchObject([complete]);
  });

  it('count once if one throws and another rejects', async () => {
    const broken: Observer = {
      itemStarted: () => {
        throw new Error('observer');
      },
    };
    const rejecting: Observer = { itemStarted: (): unknown => Promise.reject(new Error('observer')) };
    expect(await run([broken, rejecting])).toMatchObject([complete, warned]);
  });

  it('throw what the first of them threw', () => {
    const [first, second] = ['first', 'second'].map((message): Observer => ({
      runFinished: () => {
        throw new Error(message);
      },
    }));
    const { runFinished } = joinObservers([{}, first!, second!]);
    expect(() => runFinished?.({} as RunReport)).toThrow('first');
  });

  it('have no member that none of them has', () => {
    expect(Object.keys(joinObservers([{ progress: () => {} }, { itemStarted: () => {} }]))).toEqual([
      'itemStarted',
      'progress',
    ]);
  });

  it('are one if there is no other', () => {
    const only: Observer = { progress: () => {} };
    expect(joinObservers([only])).toBe(only);
  });

  it('may be none', async () => {
    expect(await run([])).toMatchObject([complete]);
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ObjectRef, type Route, routes, toS3Handler } from '../src/index.ts';
import { failing, handMadeFeed } from './hand-made-feed.ts';
import { s3Event } from './s3-payload.ts';

const a = handMadeFeed('a');
const b = handMadeFeed('b');
const rest = handMadeFeed('rest');

afterEach(() => void vi.useRealTimers());

describe('routes', () => {
  const table = routes(
    [
      { bucket: 'one', prefix: 'in/', suffix: '.gz', feed: a },
      { bucket: 'one', prefix: 'in/', suffix: '.csv', feed: b },
      { bucket: 'two', feed: b },
      { bucket: 'three', suffix: '.gz', feed: a },
      { bucket: 'four', prefix: 'x', feed: a },
    ],
    { unmatched: rest },
  );

  it.each([
    ['one', 'in/a.gz', a],
    ['one', 'in/.gz', a],
    ['one', 'in/a.csv', b],
    ['one', 'out/a.gz', rest],
    ['one', 'in/a.GZ', rest],
    ['two', 'anything', b],
    ['three', 'deep/er/a.gz', a],
    ['three', 'a.csv', rest],
    ['four', 'x', a],
    ['four', 'y', rest],
    ['five', 'in/a.gz', rest],
  ])('s3://%s/%s', (bucket, key, feed) => {
    expect(table.feedsFor({ bucket, key })).toEqual([feed]);
  });

  it.each(['fail', 'ignore'] as const)('answers %j where nothing matches', (unmatched) => {
    expect(routes([{ bucket: 'one', feed: a }], { unmatched }).feedsFor({ bucket: 'two', key: 'k' })).toBe(unmatched);
  });

  it('without a condition matches everything', () => {
    expect(routes([{ feed: a }], { unmatched: 'fail' }).feedsFor({ bucket: 'x', key: 'y' })).toEqual([a]);
  });

  it('is not changed by changing the array that it was made from', () => {
    const list: { bucket: string; feed: Route['feed'] }[] = [{ bucket: 'one', feed: a }];
    const made = routes(list, { unmatched: 'fail' });
    list[0]!.bucket = 'two';
    list.pop();
    expect(made.feedsFor({ bucket: 'one', key: 'k' })).toEqual([a]);
  });

  it.each<[string, Omit<Route, 'feed'>, Omit<Route, 'feed'>]>([
    ['the same', { bucket: 'x', prefix: 'p' }, { bucket: 'x', prefix: 'p' }],
    ['any bucket beside one', {}, { bucket: 'x' }],
    ['a prefix of a prefix', { prefix: 'in/' }, { prefix: 'in/2026/' }],
    ['a suffix of a suffix', { suffix: '.csv.gz' }, { suffix: '.gz' }],
    ['a prefix beside a suffix', { prefix: 'in/' }, { suffix: '.gz' }],
    [
      'the longer prefix with the shorter suffix',
      { prefix: 'in/', suffix: '.csv.gz' },
      { prefix: 'in/a', suffix: '.gz' },
    ],
  ])('refuses routes that could match the same key: %s', (_what, first, second) => {
    expect(() =>
      routes([{ bucket: 'free', prefix: 'zz', suffix: 'zz', feed: a }], { unmatched: 'fail' }),
    ).not.toThrow();
    for (const pair of [
      [first, second],
      [second, first],
    ]) {
      const list = pair.map((route) => ({ ...route, feed: a }));
      expect(() => routes(list, { unmatched: 'fail' })).toThrow(
        expect.objectContaining({ code: 'LAMBDA_ROUTES_OVERLAP', details: { routes: [0, 1] } }),
      );
    }
  });

  it.each<[string, Omit<Route, 'feed'>, Omit<Route, 'feed'>]>([
    ['bucket', { bucket: 'x' }, { bucket: 'y' }],
    ['prefix', { prefix: 'in/' }, { prefix: 'out/' }],
    ['suffix', { suffix: '.gz' }, { suffix: '.csv' }],
    ['suffix under one prefix', { prefix: 'in/', suffix: '.gz' }, { prefix: 'in/', suffix: '.csv' }],
  ])('accepts routes that differ by %s', (_what, first, second) => {
    const list = [first, second].map((route) => ({ ...route, feed: a }));
    expect(() => routes(list, { unmatched: 'fail' })).not.toThrow();
  });

  it.each<[string, unknown, unknown, string]>([
    ['no routes', [], { unmatched: 'fail' }, 'OPTION_INVALID'],
    ['no array', { bucket: 'x' }, { unmatched: 'fail' }, 'OPTION_INVALID'],
    ['a route without a feed', [{ bucket: 'x' }], { unmatched: 'fail' }, 'OPTION_INVALID'],
    ['an empty prefix', [{ prefix: '', feed: a }], { unmatched: 'fail' }, 'OPTION_INVALID'],
    ['a misspelt condition', [{ prefx: 'x', feed: a }], { unmatched: 'fail' }, 'OPTION_UNKNOWN'],
    ['no choice for what matches nothing', [{ feed: a }], undefined, 'OPTION_INVALID'],
    ['a choice that is none', [{ feed: a }], { unmatched: 'skip' }, 'OPTION_INVALID'],
    ['a misspelt option', [{ feed: a }], { unmatched: 'fail', overlap: true }, 'OPTION_UNKNOWN'],
    ['a predicate that is none', [{ when: 'x', feed: a }], { unmatched: 'fail' }, 'OPTION_INVALID'],
    ['fan-out that is neither', [{ feed: a }], { unmatched: 'fail', fanOut: 'yes' }, 'OPTION_INVALID'],
  ])('refuses %s', (_what, table, options, code) => {
    expect(() => routes(table as Route[], options as { unmatched: 'fail' })).toThrow(expect.objectContaining({ code }));
  });
});

describe('a predicate', () => {
  const isLarge = ({ size = 0 }: ObjectRef): boolean => size > 1000;
  const table = routes(
    [
      { prefix: 'in/', when: isLarge, feed: a },
      { prefix: 'in/', when: (ref) => !isLarge(ref), feed: b },
    ],
    { unmatched: 'ignore' },
  );

  it('chooses among objects that no pattern tells apart', () => {
    expect(table.feedsFor({ bucket: 'x', key: 'in/1', size: 5000 })).toEqual([a]);
    expect(table.feedsFor({ bucket: 'x', key: 'in/1', size: 5 })).toEqual([b]);
  });

  it('is asked only where the other conditions fit', () => {
    const when = vi.fn<(ref: ObjectRef) => boolean>(() => true);
    const { feedsFor } = routes([{ prefix: 'in/', when, feed: a }], { unmatched: 'ignore' });
    expect(feedsFor({ bucket: 'x', key: 'out/1' })).toBe('ignore');
    expect(when).not.toHaveBeenCalled();
    feedsFor({ bucket: 'x', key: 'in/1', size: 7 });
    expect(when).toHaveBeenCalledExactlyOnceWith({ bucket: 'x', key: 'in/1', size: 7 });
  });

  it('that lets two routes match fails the object, whichever comes first', async () => {
    const both = routes([{ prefix: 'in/', when: () => true, feed: a }, { feed: b }], { unmatched: 'fail' });
    const handler = toS3Handler(both, { log: () => undefined });
    await expect(handler(s3Event({ key: 'in/x' }, { key: 'y' }))).rejects.toMatchObject({
      failures: [{ error: { code: 'LAMBDA_ROUTES_OVERLAP', details: { routes: [0, 1], key: 'in/x' } } }],
      report: { outcomes: { complete: 1, failed: 1 } },
    });
  });

  it('that throws fails its object alone', async () => {
    const when = ({ key }: ObjectRef): boolean => {
      if (key === 'bad') throw new Error('predicate');
      return true;
    };
    const handler = toS3Handler(routes([{ when, feed: a }], { unmatched: 'fail' }), { log: () => undefined });
    await expect(handler(s3Event({ key: 'bad' }, { key: 'good' }))).rejects.toMatchObject({
      failures: [
        {
          object: 's3://supplier-drop/bad',
          error: { code: 'LAMBDA_OBJECT_FAILED', cause: expect.objectContaining({ message: 'predicate' }) },
        },
      ],
      report: { outcomes: { complete: 1, failed: 1 } },
    });
  });

  it('that answers a promise fails the object, since it would match everything', async () => {
    const when = (() => Promise.resolve(false)) as unknown as (ref: ObjectRef) => boolean;
    const handler = toS3Handler(routes([{ when, feed: a }], { unmatched: 'ignore' }), { log: () => undefined });
    await expect(handler(s3Event({ key: 'k' }))).rejects.toMatchObject({
      failures: [{ error: { code: 'OPTION_INVALID' } }],
    });
  });

  it('does not excuse two routes without one', () => {
    const list = [{ feed: a }, { when: () => true, feed: b }, { suffix: '.gz', feed: b }];
    expect(() => routes(list, { unmatched: 'fail' })).toThrow(
      expect.objectContaining({ code: 'LAMBDA_ROUTES_OVERLAP', details: { routes: [0, 2] } }),
    );
  });
});

describe('fan-out', () => {
  it('gives an object to every feed that it matches, to each once', async () => {
    const [all, gz] = [handMadeFeed('all'), handMadeFeed('gz')];
    const list = [{ feed: all }, { suffix: '.gz', feed: gz }, { prefix: 'in/', feed: gz }];
    const handler = toS3Handler(routes(list, { unmatched: 'fail', fanOut: true }), { log: () => undefined });
    const { objects, outcomes } = await handler(s3Event({ key: 'in/a.gz' }, { key: 'b.csv' }));
    expect(objects.map(({ feed, ref }) => [feed, ref?.key])).toEqual([
      ['all', 'in/a.gz'],
      ['gz', 'in/a.gz'],
      ['all', 'b.csv'],
    ]);
    expect(outcomes.complete).toBe(3);
  });

  it('is done with an object where every feed is, and tries them all', async () => {
    const [bad, good] = [handMadeFeed('bad', failing('x')), handMadeFeed('good')];
    const table = routes([{ feed: bad }, { feed: good }], { unmatched: 'fail', fanOut: true });
    await expect(toS3Handler(table, { log: () => undefined })(s3Event({ key: 'x' }))).rejects.toMatchObject({
      failures: [{ feed: 'bad' }],
      report: { outcomes: { complete: 1, failed: 1 } },
    });
    expect(good.calls).toHaveLength(1);
  });

  it('begins no further feed once the time is over', async () => {
    vi.useFakeTimers();
    const slow = handMadeFeed('slow', async () => {
      await vi.advanceTimersByTimeAsync(60);
      return {};
    });
    const next = handMadeFeed('next');
    const table = routes([{ feed: slow }, { feed: next }], { unmatched: 'fail', fanOut: true });
    const handler = toS3Handler(table, { log: () => undefined, reserveMs: 0 });
    const context = { getRemainingTimeInMillis: () => 40 };
    await expect(handler(s3Event({ key: 'k' }), context)).rejects.toMatchObject({
      failures: [{ feed: 'next', outcome: 'aborted', error: { code: 'LAMBDA_OUT_OF_TIME' } }],
    });
    expect(next.calls).toEqual([]);
  });
});

describe('toS3Handler with routes', () => {
  it('gives each object to its feed by the decoded key', async () => {
    const [plus, space] = [handMadeFeed('plus'), handMadeFeed('space')];
    const table = routes(
      [
        { prefix: 'a+', feed: plus },
        { prefix: 'a ', feed: space },
      ],
      { unmatched: 'fail' },
    );
    const report = await toS3Handler(table, { log: () => undefined })(s3Event({ key: 'a+1' }, { key: 'a 2' }));
    expect(report.objects.map(({ feed }) => feed)).toEqual(['plus', 'space']);
    expect(plus.calls.map(({ ref }) => ref.key)).toEqual(['a+1']);
    expect(space.calls.map(({ ref }) => ref.key)).toEqual(['a 2']);
  });

  it("fails what matches nothing under 'fail', and carries the others", async () => {
    const feed = handMadeFeed('feed');
    const handler = toS3Handler(routes([{ prefix: 'in/', feed }], { unmatched: 'fail' }), { log: () => undefined });
    await expect(handler(s3Event({ key: 'out/x' }, { key: 'in/y' }))).rejects.toMatchObject({
      code: 'LAMBDA_OBJECTS_FAILED',
      failures: [{ outcome: 'failed', object: 's3://supplier-drop/out/x', error: { code: 'LAMBDA_ROUTE_MISSING' } }],
      report: { outcomes: { complete: 1, failed: 1 } },
    });
    expect(feed.calls.map(({ ref }) => ref.key)).toEqual(['in/y']);
  });

  it("counts and logs what matches nothing under 'ignore'", async () => {
    const feed = handMadeFeed('feed');
    const lines: string[] = [];
    const table = routes([{ prefix: 'in/', feed }], { unmatched: 'ignore' });
    const report = await toS3Handler(table, { log: (line) => lines.push(line) })(
      s3Event({ key: 'out/x' }, { key: 'in/y' }),
    );
    expect(report.outcomes).toMatchObject({ ignored: 1, complete: 1, failed: 0 });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'info', outcome: 'ignored', object: 's3://supplier-drop/out/x' },
      { level: 'info', outcome: 'complete', object: 's3://supplier-drop/in/y' },
    ]);
  });

  it('gives what matches nothing to a feed', async () => {
    const table = routes([{ prefix: 'in/', feed: handMadeFeed('feed') }], { unmatched: handMadeFeed('rest') });
    const report = await toS3Handler(table, { log: () => undefined })(s3Event({ key: 'out/x' }));
    expect(report.objects).toMatchObject([{ feed: 'rest', outcome: 'complete' }]);
  });
});

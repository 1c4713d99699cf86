import { MillraceError } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { type MapHandlerOptions, ObjectsFailedError, toMapHandler } from '../src/index.ts';
import { listedItem, SHAPES } from './carrier-payloads.ts';
import { failing, handMadeFeed } from './hand-made-feed.ts';
import { s3Event } from './s3-payload.ts';

const quiet: MapHandlerOptions = { log: () => undefined };

function batchOf(...keys: readonly string[]): unknown {
  return { Items: keys.map((key) => listedItem({ key })), BatchInput: { bucket: 'drop' } };
}

describe('a child of a Distributed Map', () => {
  it('answers a summary', async () => {
    const feed = handMadeFeed('prices');
    expect(await toMapHandler(feed, quiet)(batchOf('a', 'b c+d'))).toEqual({
      outcomes: {
        complete: 2,
        duplicate: 0,
        stale: 0,
        skipped: 0,
        failed: 0,
        held: 0,
        aborted: 0,
        continued: 0,
        ignored: 0,
        'passed-over': 0,
        'test-event': 0,
      },
      totals: {
        read: 6,
        expanded: 0,
        written: 6,
        rejected: 0,
        dropped: 0,
        skipped: 0,
        unsettled: 0,
        bytesIn: 20,
        bytesDecoded: 60,
      },
      failures: [],
      failuresOmitted: 0,
    });
    expect(feed.calls.map(({ ref }) => [ref.bucket, ref.key])).toEqual([
      ['drop', 'a'],
      ['drop', 'b c+d'],
    ]);
  });

  it('takes a single item, the bucket from the option, and lists of references', async () => {
    const feed = handMadeFeed('prices');
    const handler = toMapHandler(feed, { ...quiet, bucket: 'own' });
    await handler(listedItem({ key: 'a' }));
    await handler([{ bucket: 'x', key: 'b' }]);
    await handler(SHAPES['an inventory item']?.({ key: 'c' }));
    expect(feed.calls.map(({ ref }) => `${ref.bucket}/${ref.key}`)).toEqual(['own/a', 'x/b', 'supplier-drop/c']);
  });

  it('fails where an object failed, after all were tried', async () => {
    const feed = handMadeFeed('prices', failing('bad'));
    const child = toMapHandler(feed, { ...quiet, concurrency: 2 })(batchOf('bad', 'b', 'c'));
    await expect(child).rejects.toBeInstanceOf(ObjectsFailedError);
    expect(feed.calls).toHaveLength(3);
  });

  it('reports failures where it is told to, so that the map goes on', async () => {
    const handler = toMapHandler(handMadeFeed('prices', failing('bad')), { ...quiet, onFailure: 'report' });
    const summary = await handler(batchOf('bad', 'b'));
    expect(summary).toMatchObject({
      outcomes: { complete: 1, failed: 1 },
      failures: [
        { object: 's3://drop/bad', outcome: 'failed', code: 'GZIP_TRUNCATED', message: 'The file ends early.' },
      ],
      failuresOmitted: 0,
    });
  });

  it('answers little, however many objects failed and however much they say', async () => {
    const keys = Array.from({ length: 300 }, (_, n) => `${n}`.padEnd(1024, 'k'));
    const error = new MillraceError('ANY', 'm'.repeat(100_000));
    const feed = handMadeFeed('prices', () => ({ outcome: 'failed', error }));
    const summary = await toMapHandler(feed, { ...quiet, onFailure: 'report' })(batchOf(...keys));
    expect(summary.failures).toHaveLength(10);
    expect(summary.failuresOmitted).toBe(290);
    expect(JSON.stringify(summary).length).toBeLessThan(16_000);
    const thrown = await toMapHandler(feed, quiet)(batchOf(...keys)).catch((one: unknown) => one as Error);
    expect((thrown as Error).message.length).toBeLessThan(31_000);
    expect((thrown as Error).message).toMatch(/and \d+ more/);
  });

  it('holds 200 characters of a message', async () => {
    const error = new MillraceError('ANY', `${'m'.repeat(199)}no`);
    const feed = handMadeFeed('prices', () => ({ outcome: 'failed', error }));
    const { failures } = await toMapHandler(feed, { ...quiet, onFailure: 'report' })(batchOf('a'));
    expect(failures[0]?.message).toBe(`${'m'.repeat(199)}n`);
  });

  it('keeps as many failures as it is told to', async () => {
    const feed = handMadeFeed('prices', failing('bad'));
    const handler = toMapHandler(feed, { ...quiet, onFailure: 'report', keepFailures: 0 });
    expect(await handler(batchOf('bad'))).toMatchObject({ failures: [], failuresOmitted: 1 });
  });

  it('fails an item that names no object, and carries the others', async () => {
    const feed = handMadeFeed('prices');
    const handler = toMapHandler(feed, { ...quiet, onFailure: 'report' });
    expect(await handler({ Items: [listedItem({ key: 'a' }), { bucket: 'b', key: 'k' }] })).toMatchObject({
      outcomes: { complete: 1, failed: 1 },
      failures: [{ object: 's3:///a', code: 'LAMBDA_EVENT_UNKNOWN' }],
    });
  });

  it('begins nothing once the time is over', async () => {
    const feed = handMadeFeed('prices');
    const handler = toMapHandler(feed, { ...quiet, onFailure: 'report' });
    const summary = await handler(batchOf('a'), { getRemainingTimeInMillis: () => 0 });
    expect(summary.outcomes.aborted).toBe(1);
    expect(feed.calls).toEqual([]);
  });

  it.each([undefined, {}, { Items: [] }, s3Event({ key: 'k' })])('refuses what is no item: %j', async (event) => {
    const handler = toMapHandler(handMadeFeed('prices'), quiet);
    await expect(handler(event)).rejects.toMatchObject({ code: 'LAMBDA_EVENT_UNKNOWN' });
  });

  it.each([{ bucket: '' }, { onFailure: 'ignore' }, { keepFailures: -1 }])('refuses the option %j', (options) => {
    expect(() => toMapHandler(handMadeFeed('prices'), options as object)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});

import { feed, MillraceError, type Sink } from '@millrace/core';
import type { Entry } from '@millrace/core/plugin';
import { describe, expect, it, vi } from 'vitest';
import { holdTimers } from '../../../test/support/hold-timers.ts';
import { turns } from '../../../test/support/turns.ts';
import { keep, keepRejections, lines, numbered, textSource } from './fixtures.ts';

const small = (items: number, records = 10) =>
  Array.from({ length: items }, (_, index) => numbered(records, 10, `object-${index}`));

const to = (sink: Sink<string>) => feed('small').from(textSource()).through(lines()).to(sink);

const itemsOf = (batch: readonly Entry<string>[]): number => new Set(batch.map(({ item }) => item.id)).size;

describe('a sink that mixes items', () => {
  it('gets the last records of several items in one write', async () => {
    const kept = keep<string>({ limits: { count: 25 }, concurrency: 4, mixesItems: true });
    const report = await to(kept.sink).run(small(100), { concurrency: 8 });
    expect(report).toMatchObject({ outcome: 'complete', totals: { read: 1000, written: 1000, unsettled: 0 } });
    expect(report.reports.every(({ watermark, written }) => watermark === 10 && written === 10)).toBe(true);
    expect(new Set(kept.entries.map(({ item, ordinal }) => `${item.id} ${ordinal}`)).size).toBe(1000);
    expect(Math.max(...kept.batches)).toBeLessThanOrEqual(25);
    expect(kept.batches.length).toBeLessThan(60);
  });

  it('keeps the records of one item together and in order', async () => {
    const batches: (readonly Entry<string>[])[] = [];
    const kept = keep<string>({
      limits: { count: 25 },
      mixesItems: true,
      before: async (batch) => {
        batches.push(batch);
      },
    });
    await to(kept.sink).run(small(20, 7), { concurrency: 5 });
    for (const batch of batches) {
      const changes = batch.filter(({ item }, at) => item.id !== batch[at - 1]?.item.id);
      expect(changes.length).toBe(itemsOf(batch));
      for (const members of Map.groupBy(batch, ({ item }) => item.id).values()) {
        expect(members.map(({ ordinal }) => ordinal)).toEqual(members.map((_, at) => at));
      }
    }
    expect(batches.some((batch) => itemsOf(batch) > 1)).toBe(true);
  });

  it('writes at once what one item brings alone', async () => {
    const kept = keep<string>({ limits: { count: 25 }, mixesItems: true });
    await to(kept.sink).run(small(3));
    expect(kept.batches).toEqual([10, 10, 10]);
  });

  it('attributes refusals, and shares out what the sink counts', async () => {
    const kept = keep<string>({ limits: { count: 40 }, mixesItems: true });
    const sink: Sink<string> = {
      ...kept.sink,
      write: async (batch, context) => {
        context.count('units', batch.length * 2);
        context.count('requests');
        await kept.sink.write(batch, context);
        return batch.flatMap(({ value, item }, position) =>
          value === '3' && item.id.endsWith('5') ? [{ position, code: 'ODD', message: 'three' }] : [],
        );
      },
    };
    const rejections = keepRejections();
    const report = await to(sink).run(small(12), { concurrency: 6, quarantine: rejections.sink });
    expect(rejections.values()).toMatchObject([{ item: { id: 'text:object-5' }, ordinal: 3, code: 'ODD' }]);
    expect(report.totals).toMatchObject({ read: 120, written: 119, rejected: 1 });
    for (const { counters } of report.reports) expect(counters['keep']!['units']).toBeCloseTo(20);
    const requests = report.reports.reduce((sum, { counters }) => sum + counters['keep']!['requests']!, 0);
    expect(requests).toBeCloseTo(kept.batches.length);
  });

  it('attributes refusals of the first and the last record of every object', async () => {
    const batches: number[] = [];
    const kept = keep<string>({
      limits: { count: 40 },
      mixesItems: true,
      before: async (batch) => {
        batches.push(itemsOf(batch));
        return batch.flatMap(({ value, item }, position) =>
          value === '0' || value === '9' ? [{ position, code: 'EDGE', message: item.id }] : [],
        );
      },
    });
    const rejections = keepRejections();
    const report = await to(kept.sink).run(small(8), { concurrency: 8, quarantine: rejections.sink });
    expect(report.items).toMatchObject({ complete: 8 });
    expect(Math.max(...batches)).toBeGreaterThan(1);
    expect(rejections.values().map(({ item, message, ordinal }) => [item.id === message, ordinal])).toEqual(
      rejections.values().map((_, index) => [true, index % 2 === 0 ? 0 : 9]),
    );
    for (const { written, rejected } of report.reports) expect([written, rejected]).toEqual([8, 2]);
  });

  it('fails the object that makes a shared write fail, and no other', async () => {
    const kept = keep<string>({
      limits: { count: 20 },
      mixesItems: true,
      before: async (batch) => {
        if (batch.some(({ item }) => item.id === 'text:object-4')) throw new Error('no answer');
      },
    });
    const report = await to(kept.sink).run(small(10), { concurrency: 10, onFailure: 'report' });
    expect(report.items).toMatchObject({ failed: 1, complete: 9 });
    const failed = report.reports.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ watermark, unsettled, error }) => [watermark, unsettled, error!.code])).toEqual([
      [0, 10, 'SINK_FAILED'],
    ]);
  });

  it.each<[string, unknown]>([
    ['an error', new Error('not together')],
    ['an error of somebody else who says that it can pass', Object.assign(new Error('away'), { retryable: true })],
    ['nothing', undefined],
  ])('writes the objects of a shared write one after the other if it rejects with %s', async (_, thrown) => {
    let [underWay, most] = [0, 0];
    const kept = keep<string>({
      limits: { count: 25 },
      mixesItems: true,
      before: async (batch) => {
        underWay += 1;
        most = Math.max(most, underWay);
        await turns(2);
        underWay -= 1;
        if (itemsOf(batch) > 1) throw thrown;
      },
    });
    const report = await to(kept.sink).run(small(4, 5), { concurrency: 4 });
    expect(report.items).toMatchObject({ complete: 4 });
    expect([kept.batches, most]).toEqual([[5, 5, 5, 5], 1]);
  });

  it('fails all objects of a shared write that fails for a reason that can pass, and writes nothing twice', async () => {
    let writes = 0;
    const kept = keep<string>({
      limits: { count: 20 },
      mixesItems: true,
      before: async () => {
        writes += 1;
        throw new MillraceError('SINK_BUSY', 'Throttled.', { retryable: true });
      },
    });
    const report = await to(kept.sink).run(small(2), { concurrency: 2, onFailure: 'report' });
    expect(report.items).toMatchObject({ failed: 2 });
    expect(report.reports.map(({ error }) => [error!.code, error!.retryable])).toEqual([
      ['SINK_BUSY', true],
      ['SINK_BUSY', true],
    ]);
    expect(writes).toBe(1);
  });

  it('lets an item that fails keep its records from the others’ write', async () => {
    const kept = keep<string>({ limits: { count: 100 }, mixesItems: true });
    const refs = [numbered(10, 10, 'good'), { name: 'bad', chunks: ['1\n2\n', 'bad\n'] }, numbered(10, 10, 'fine')];
    const report = await to(kept.sink).run(refs, { concurrency: 3, onFailure: 'report' });
    expect(report.items).toMatchObject({ complete: 2, failed: 1 });
    expect(kept.entries.some(({ item }) => item.id === 'text:bad')).toBe(false);
  });

  it('writes what waits for an object once that one has failed to open', async () => {
    // The time that records wait for those of others.
    using timers = holdTimers(5);
    const texts = textSource();
    const failing = Promise.withResolvers<void>();
    const source: typeof texts = {
      ...texts,
      open: async (ref, context) => {
        if (ref.name !== 'away') return texts.open(ref, context);
        await vi.waitFor(() => expect(timers.pending()).toBe(1));
        failing.resolve();
        throw new Error('away');
      },
    };
    const kept = keep<string>({ limits: { count: 25 }, mixesItems: true });
    const mixing = feed('small').from(source).through(lines()).to(kept.sink);
    const running = mixing.run([numbered(3), numbered(3, 3, 'away')], { concurrency: 2, onFailure: 'report' });
    await failing.promise;
    expect(await Promise.race([running, turns()])).toMatchObject({ items: { complete: 1, failed: 1 } });
    expect([kept.batches, timers.pending()]).toEqual([[3], 0]);
  });

  it('comes to its end where it is stopped while records wait', async () => {
    const controller = new AbortController();
    const kept = keep<string>({
      limits: { count: 25 },
      mixesItems: true,
      before: async () => {
        controller.abort();
      },
    });
    const report = await to(kept.sink).run(small(50), { concurrency: 10, signal: controller.signal });
    expect(report.outcome).toBe('aborted');
    expect(report.totals.read).toBe(report.totals.written + report.totals.unsettled);
    expect(report.totals.written).toBe(kept.entries.length);
  });
});

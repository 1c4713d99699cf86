import { feed, type Rejection, type Sink } from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { quarantineSizing } from '../src/run/write/quarantine-sizing.ts';
import { keep, keepRejections, lines, numbered, textSource } from './fixtures.ts';

const to = (sink: Sink<string>) => feed('limits').from(textSource()).through(lines()).to(sink);
const lengths = { sizeOf: (line: string) => line.length };
/** `count` lines of `length` characters. */
const wide = (name: string, count: number, length: number) => ({
  name,
  chunks: Array.from({ length: count }, () => `${'x'.repeat(length)}\n`),
});

afterEach(() => void vi.useRealTimers());

describe('the limit of bytes of a write', () => {
  it('fills every batch anew', async () => {
    const kept = keep<string>({ limits: { bytes: 40 }, ...lengths });
    await to(kept.sink).run([wide('x', 16, 10)]);
    expect(kept.batches).toEqual([4, 4, 4, 4]);
  });

  it('is kept together with the limit of records', async () => {
    const kept = keep<string>({ limits: { bytes: 40, count: 3 }, ...lengths });
    await to(kept.sink).run([wide('x', 8, 10)]);
    expect(kept.batches).toEqual([3, 3, 2]);
  });

  it('ends a batch of groups after the group that passes it', async () => {
    const kept = keep<string>({ limits: { bytes: 50 }, ...lengths, group: 4, writeSingly: async () => {} });
    await to(kept.sink).run([wide('x', 20, 10)]);
    // 40 bytes are below the limit, so a second group joins; 80 are not.
    expect(kept.batches).toEqual([8, 8, 4]);
    const exact = keep<string>({ limits: { bytes: 40 }, ...lengths, group: 4, writeSingly: async () => {} });
    await to(exact.sink).run([wide('x', 12, 10)]);
    expect(exact.batches).toEqual([4, 4, 4]);
  });

  it('does not end a batch of groups if the sink sets none', async () => {
    const kept = keep<string>({ limits: { count: 100 }, group: 10, writeSingly: async () => {} });
    await to(kept.sink).run([numbered(250)]);
    expect(kept.batches).toEqual([100, 100, 50]);
  });

  it('holds for the last records of several objects that share a write', async () => {
    const batches: number[] = [];
    const kept = keep<string>({
      limits: { bytes: 50, count: 100 },
      ...lengths,
      mixesItems: true,
      concurrency: 4,
      before: async (batch) => {
        batches.push(batch.reduce((sum, { value }) => sum + value.length, 0));
      },
    });
    const refs = Array.from({ length: 30 }, (_, index) => wide(`object-${index}`, 2, 10));
    const report = await to(kept.sink).run(refs, { concurrency: 10 });
    expect(report.totals.written).toBe(60);
    expect(Math.max(...batches)).toBeLessThanOrEqual(50);
    expect(batches.some((bytes) => bytes > 20)).toBe(true);
  });

  it('is filled to the byte by last records that share a write, time and again', async () => {
    // The clock does not move, so records that wait are written once others fill the write.
    vi.useFakeTimers();
    const batches: number[] = [];
    const kept = keep<string>({
      limits: { bytes: 40, count: 100 },
      ...lengths,
      mixesItems: true,
      before: async (batch) => {
        batches.push(batch.reduce((sum, { value }) => sum + value.length, 0));
      },
    });
    const refs = Array.from({ length: 30 }, (_, index) => wide(`object-${index}`, 2, 10));
    await to(kept.sink).run(refs, { concurrency: 10 });
    expect(batches.reduce((sum, bytes) => sum + bytes, 0)).toBe(600);
    expect(batches.filter((bytes) => bytes === 40).length).toBeGreaterThan(10);
  });

  it('holds for rejections, whose raw text counts even if the quarantine sets no limit', async () => {
    const rejected = keepRejections();
    const chunks = Array.from({ length: 10 }, () => `bad ${'x'.repeat(1024 * 1024)}\n`);
    await to(keep<string>().sink).run([{ name: 'large', chunks: ['0\n', ...chunks] }], { quarantine: rejected.sink });
    // Four megabytes for each write: four texts of one would be just too much.
    expect(rejected.batches).toEqual([3, 3, 3, 1]);
  });

  it('is the one of the quarantine if it sets one', async () => {
    const rejected = keepRejections();
    const sized = { ...rejected.sink, limits: { bytes: 30 }, sizeOf: () => 10 };
    await to(keep<string>().sink).run([{ name: 'x', chunks: ['0\nbad\nbad\nbad\nbad\n'] }], { quarantine: sized });
    expect(rejected.batches).toEqual([3, 1]);
  });
});

describe('the size of a rejection', () => {
  const rejection: Rejection = {
    feed: 'test',
    run: 'run',
    item: { id: 'a', uri: 'u' },
    ordinal: 0,
    branch: '',
    stage: 'lines',
    code: 'X',
    message: 'x',
  };

  it('is about that of its record, and half a kilobyte', () => {
    const { sizeOf, limits } = quarantineSizing(keepRejections().sink);
    expect(limits).toEqual({ bytes: 4_194_304 });
    expect(sizeOf?.(rejection)).toBe(512);
    expect(sizeOf?.({ ...rejection, raw: 'x'.repeat(100) })).toBe(612);
    expect(sizeOf?.({ ...rejection, raw: 'x'.repeat(100), value: {} })).toBe(712);
  });

  it('is what the quarantine says if it limits bytes, and needs both', () => {
    const own = { limits: { bytes: 30, count: 2 }, sizeOf: () => 10 };
    expect(quarantineSizing({ ...keepRejections().sink, ...own })).toEqual(own);
    const { limits, sizeOf } = quarantineSizing({ ...keepRejections().sink, ...own, limits: { count: 2 } });
    expect([limits, sizeOf?.(rejection)]).toEqual([{ count: 2, bytes: 4_194_304 }, 512]);
    expect(quarantineSizing({ ...keepRejections().sink, limits: own.limits }).sizeOf?.(rejection)).toBe(512);
  });
});

describe('the last records of an object', () => {
  it('wait for no other object if none is under way', async () => {
    // The clock does not move, so that whoever waits for it waits for ever.
    vi.useFakeTimers();
    const kept = keep<string>({ limits: { count: 25 }, mixesItems: true });
    await to(kept.sink).run([3, 4, 5, 6].map((count) => numbered(count, count, `object-${count}`)));
    expect(kept.batches).toEqual([3, 4, 5, 6]);
  });

  it('wait for no object that has failed, or has no records', async () => {
    vi.useFakeTimers();
    const kept = keep<string>({ limits: { count: 25 }, mixesItems: true });
    const refs = [numbered(3), { name: 'empty', chunks: [] }, { name: 'bad', chunks: ['bad\n'] }];
    const report = await to(kept.sink).run(refs, {
      concurrency: 3,
      onFailure: 'report',
      expect: { records: { min: 0 } },
    });
    expect(report.items).toMatchObject({ complete: 2, failed: 1 });
    expect(kept.batches).toEqual([3]);
  });

  it('are written as soon as they fill a write', async () => {
    vi.useFakeTimers();
    const written = Promise.withResolvers<void>();
    const kept = keep<string>({
      limits: { count: 4 },
      mixesItems: true,
      before: async () => written.resolve(),
    });
    const slow = textSource();
    const report = await feed('limits')
      .from({
        ...slow,
        open: async (ref, context) => {
          // The third object is still to come when the others have filled the write.
          if (ref.name === 'late') await written.promise;
          return slow.open(ref, context);
        },
      })
      .through(lines())
      .to(kept.sink)
      .run([numbered(2, 2, 'a'), numbered(2, 2, 'b'), numbered(1, 1, 'late')], { concurrency: 3 });
    expect(report.outcome).toBe('complete');
    expect(kept.batches).toEqual([4, 1]);
  });

  it('wait 5 ms for others that are under way, and no longer', async () => {
    vi.useFakeTimers();
    const written = Promise.withResolvers<void>();
    const kept = keep<string>({ limits: { count: 25 }, mixesItems: true, before: async () => written.resolve() });
    const opened = Promise.withResolvers<void>();
    const slow = textSource();
    const run = feed('limits')
      .from({
        ...slow,
        open: async (ref, context) => {
          if (ref.name !== 'late') return slow.open(ref, context);
          opened.resolve();
          await written.promise;
          return slow.open(ref, context);
        },
      })
      .through(lines())
      .to(kept.sink)
      .run([numbered(2, 2, 'a'), numbered(1, 1, 'late')], { concurrency: 2 });
    await opened.promise;
    await vi.advanceTimersByTimeAsync(4);
    expect(kept.batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await run;
    expect(kept.batches).toEqual([2, 1]);
  });
});

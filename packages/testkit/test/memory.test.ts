import { feed, map, type Parser, type Rejection } from '@millrace/core';
import type { Rejected } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { memorySink, memorySource, recordingObserver } from '../src/index.ts';

/** Each line is a record; chunks end at a line's end. */
const lines: Parser<string, string> = {
  kind: 'parser',
  name: 'lines',
  start: ({ reject }) => ({
    push: (chunk) =>
      chunk.split('\n').flatMap((line): (string | Rejected)[] => {
        if (line === 'bad') return [reject({ code: 'BAD', message: 'bad', raw: line })];
        return line === '' ? [] : [line];
      }),
  }),
};

const objects = { b: ['1\n2\n', '3\n'], a: ['4\nbad\n'] };

describe('memorySource and memorySink', () => {
  it('carry a feed', async () => {
    const source = memorySource<string>({ objects });
    const sink = memorySink<string>();
    const quarantine = memorySink<Rejection>({ key: ({ value }) => `${value.item.id}#${value.ordinal}` });
    const observer = recordingObserver();
    const report = await feed('test')
      .from(source)
      .through(lines)
      .through(map((line) => `line ${line}`))
      .to(sink)
      .run(source.refs(), { quarantine, observer, maxRejections: { share: 1 } });

    expect(report.totals).toMatchObject({ read: 5, written: 4, rejected: 1 });
    expect(sink.values()).toEqual(['line 4', 'line 1', 'line 2', 'line 3']);
    expect([...sink.stored.keys()]).toEqual([
      'memory:a?version=1#0',
      'memory:b?version=1#0',
      'memory:b?version=1#1',
      'memory:b?version=1#2',
    ]);
    expect([...quarantine.stored]).toMatchObject([
      ['memory:a?version=1#1', { value: { code: 'BAD', raw: 'bad' }, times: 1 }],
    ]);
    expect(source.unclosed()).toBe(0);
    expect(observer.of('itemFinished').map(({ ref, outcome }) => [ref, outcome])).toEqual([
      ['memory:a', 'complete'],
      ['memory:b', 'complete'],
    ]);
    expect(observer.of('recordRejected')).toHaveLength(1);
    expect(observer.of('runFinished')).toEqual([report]);
    expect(observer.events.at(0)).toMatchObject({ kind: 'itemStarted', event: { ref: 'memory:a' } });
    expect(observer.of('progress').length).toBeGreaterThan(0);
  });

  it('leave a record there once that is written twice', async () => {
    const source = memorySource<string>({ objects });
    const sink = memorySink<string>();
    const twice = feed('test').from(source).through(lines).to(sink);
    await twice.run([{ name: 'b' }]);
    await twice.run([{ name: 'b' }]);
    expect(sink.values()).toEqual(['1', '2', '3']);
    expect([...sink.stored.values()].map(({ times }) => times)).toEqual([2, 2, 2]);
    await twice.close();
    expect(sink.closed()).toBe(1);
  });
});

describe('memorySource', () => {
  const context = {
    feed: 'f',
    run: 'r',
    stage: 'memory',
    signal: new AbortController().signal,
    count: () => {},
    note: () => {},
  };
  const read = async (source: ReturnType<typeof memorySource<string>>, ref: { name: string; version?: number }) => {
    const item = await source.open(ref, context);
    const chunks: string[] = [];
    for await (const chunk of item.chunks({ ...context, item: item.origin })) chunks.push(chunk);
    await item.close?.();
    return { origin: item.origin, chunks };
  };

  it('gives each version an identity of its own, and pins it', async () => {
    const source = memorySource<string>();
    const first = source.put('x', ['1']);
    const { origin } = await read(source, first);
    expect(origin).toEqual({
      id: 'memory:x?version=1',
      uri: 'memory:x',
      versionId: '1',
      lastModified: '2026-01-01T00:00:01.000Z',
    });
    expect((await read(source, { name: 'x' })).origin).toEqual(origin);
    source.put('x', ['2']);
    await expect(read(source, first)).rejects.toMatchObject({ code: 'MEMORY_CHANGED' });
    expect(await read(source, { name: 'x' })).toMatchObject({ chunks: ['2'], origin: { id: 'memory:x?version=2' } });
    await expect(read(source, { name: 'y' })).rejects.toMatchObject({ code: 'MEMORY_NOT_FOUND' });
    expect(source.describe({ name: 'y' })).toBe('memory:y');
  });

  it('breaks where it is told to, and notes each step', async () => {
    const source = memorySource<string>({
      objects: { x: ['1', '2'] },
      before: async ({ opening, chunk }) => {
        if (opening === 1 && chunk === 1) throw new Error('connection reset');
      },
    });
    await expect(read(source, { name: 'x' })).rejects.toThrow('connection reset');
    expect(source.unclosed()).toBe(1);
    expect((await read(source, { name: 'x' })).chunks).toEqual(['1', '2']);
    expect(source.reads.map(({ opening, chunk }) => [opening, chunk])).toEqual([
      [1, -1],
      [1, 0],
      [1, 1],
      [2, -1],
      [2, 0],
      [2, 1],
      [2, 2],
    ]);
  });

  it('stops with its signal', async () => {
    const stop = new AbortController();
    const source = memorySource<string>({ objects: { x: ['1'] }, before: () => stop.abort() });
    await expect(source.open({ name: 'x' }, { ...context, signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('refuses options that it does not know', () => {
    expect(() => memorySource({ object: {} } as object)).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
  });
});

describe('memorySink', () => {
  const signal = new AbortController().signal;
  const context = { feed: 'f', run: 'r', stage: 'memory', signal, count: () => {}, note: () => {} };
  const item = { id: 'i', uri: 'i' };
  const entries = ['a', 'b', 'c'].map((value, ordinal) => ({
    value,
    ordinal,
    branch: ordinal === 2 ? '0' : '',
    item,
    feed: 'f',
    run: 'r',
    signal,
  }));

  it('refuses what it is told to refuse', async () => {
    const sink = memorySink<string>({
      refuse: ({ value }, write) => (value === 'b' && write === 1 ? { code: 'NO', message: 'no' } : undefined),
    });
    const refusals = [{ position: 1, code: 'NO', message: 'no' }];
    expect(await sink.write(entries, context)).toEqual(refusals);
    expect([...sink.stored.keys()]).toEqual(['i#0', 'i#2.0']);
    expect(sink.writes[0]).toMatchObject({ number: 1, outcome: 'accepted', refusals, entries });
    expect(await sink.write(entries, context)).toEqual([]);
    expect(sink.values().sort()).toEqual(['a', 'b', 'c']);
  });

  it('fails before it stores, or after', async () => {
    const before = memorySink<string>({ fail: (write) => (write === 1 ? new Error('down') : undefined) });
    await expect(before.write(entries, context)).rejects.toThrow('down');
    expect(before.stored.size).toBe(0);
    await before.write(entries, context);
    expect(before.writes.map(({ outcome }) => outcome)).toEqual(['failed', 'accepted']);

    const after = memorySink<string>({ failAfter: () => new Error('answer lost') });
    await expect(after.write(entries, context)).rejects.toThrow('answer lost');
    expect(after.stored.size).toBe(3);
    expect(after.writes[0]!.outcome).toBe('lost');
  });

  it('takes its time, and gives up with its signal', async () => {
    const sink = memorySink<string>({ delayMs: (write) => (write === 3 ? 60_000 : 1), concurrency: 3 });
    await Promise.all([sink.write(entries, context), sink.write(entries, context)]);
    expect(sink.mostInFlight()).toBe(2);
    const stop = new AbortController();
    const writing = sink.write(entries, { ...context, signal: stop.signal });
    expect(sink.writes[2]!.outcome).toBe('pending');
    stop.abort();
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
    expect(sink.writes[2]!.outcome).toBe('failed');
  });

  it('has the name, limits, sizes and concurrency that it is given', () => {
    const sizeOf = (value: string) => value.length;
    const sink = memorySink<string>({ name: 'shelf', limits: { count: 2, bytes: 10 }, sizeOf, concurrency: 4 });
    expect(sink).toMatchObject({ name: 'shelf', limits: { count: 2, bytes: 10 }, sizeOf, concurrency: 4 });
    expect(memorySink()).toMatchObject({ name: 'memory', concurrency: 1 });
    expect(() => memorySink({ concurrency: 0 })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

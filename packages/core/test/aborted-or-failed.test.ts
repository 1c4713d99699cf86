import { feed, memoryLedger, type Parser, type Rejection, type Sink } from '@millrace/core';
import { block } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { turns } from '../../../test/support/turns.ts';
import { keep, keepRejections, lines, numbered, textSource } from './fixtures.ts';

const start = () => feed('test').from(textSource()).through(lines());

describe('an object that a stop ends', () => {
  it.each([true, false])('is aborted while its last records wait for the sink (mixed: %s)', async (mixesItems) => {
    const controller = new AbortController();
    const sizes: number[] = [];
    const kept = keep<string>({
      limits: { count: 10 },
      mixesItems,
      before: async (batch) => {
        sizes.push(batch.length);
        // The other objects wait for the sink by then.
        await turns(10);
        controller.abort();
      },
    });
    // Fewer than fill a write, so that they may share one.
    const refs = Array.from({ length: 4 }, (_, index) => numbered(9, 9, `object-${index}`));
    const report = await start().to(kept.sink).run(refs, { concurrency: 4, signal: controller.signal });
    expect(report.outcome).toBe('aborted');
    expect(report.items).toMatchObject({ complete: 1, aborted: 3, failed: 0 });
    expect(sizes).toEqual([9]);
    for (const { outcome, error, written, watermark } of report.reports) {
      if (outcome === 'complete') continue;
      expect(error?.code).toBe('RUN_ABORTED');
      expect([written, watermark]).toEqual([0, 0]);
    }
  });

  it('is aborted if those who wait for the sink are turned away', async () => {
    for (const mixesItems of [true, false]) {
      const controller = new AbortController();
      const kept = keep<string>({
        limits: { count: 10 },
        mixesItems,
        before: () => {
          void turns(10).then(() => controller.abort());
          return new Promise(() => {});
        },
      });
      const refs = Array.from({ length: 3 }, (_, index) => numbered(9, 9, `object-${index}`));
      const report = await start().to(kept.sink).run(refs, { concurrency: 3, signal: controller.signal, graceMs: 0 });
      expect(report.items).toMatchObject({ aborted: 3, failed: 0 });
    }
  });

  it('writes neither pending rejections after a signal, nor a note that it failed', async () => {
    const controller = new AbortController();
    const rejected = keepRejections();
    const kept = keep<string>({ limits: { count: 1 }, before: async () => controller.abort() });
    const report = await start()
      .to(kept.sink)
      .run([{ name: 'x', chunks: ['bad 0\n1\n2\n'] }], { signal: controller.signal, quarantine: rejected.sink });
    expect(report.items).toMatchObject({ aborted: 1, failed: 0 });
    expect(rejected.values()).toEqual([]);
    expect(report.reports[0]).toMatchObject({ rejected: 0, watermark: 0 });
  });

  it('gives its claim back, so that the next run begins at once', async () => {
    const ledger = memoryLedger();
    const controller = new AbortController();
    const kept = keep<string>({ limits: { count: 1 }, before: async () => controller.abort() });
    await start()
      .to(kept.sink)
      .run([numbered(10)], { signal: controller.signal, ledger });
    expect(await ledger.entries('test', 'text:numbers')).toMatchObject([{ state: 'aborted', leaseUntil: 0 }]);
    const report = await start()
      .to(keep<string>().sink)
      .run([numbered(10)], { ledger });
    expect(report.outcome).toBe('complete');
  });
});

describe('an object that fails with exactly one rejection pending', () => {
  it('keeps it and the note, and counts it', async () => {
    const rejected = keepRejections();
    const report = await feed('test')
      .from(textSource({ failAfter: 1 }))
      .through(lines())
      .to(keep<string>().sink)
      .run([{ name: 'x', chunks: ['0\nbad 1\n', '2\n'] }], { quarantine: rejected.sink, onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({ outcome: 'failed', rejected: 1, error: { code: 'SOURCE_FAILED' } });
    expect(rejected.values()).toMatchObject([
      { ordinal: 1, code: 'BAD_LINE' },
      {
        scope: 'item',
        code: 'SOURCE_FAILED',
        stage: 'text',
        ordinal: 2,
        details: { watermark: 0 },
        message: expect.stringContaining('1 of its rejected records are here') as string,
      },
    ]);
  });

  it('is over only once the quarantine has taken both', async () => {
    const slow = keep<Rejection>({ before: () => turns(3).then(() => []) });
    const report = await feed('test')
      .from(textSource({ failAfter: 1 }))
      .through(lines())
      .to(keep<string>().sink)
      .run([{ name: 'x', chunks: ['0\nbad 1\n', '2\n'] }], { quarantine: slow.sink, onFailure: 'report' });
    expect(slow.values().map(({ code, scope }) => [code, scope])).toEqual([
      ['BAD_LINE', undefined],
      ['SOURCE_FAILED', 'item'],
    ]);
    expect(report.reports[0]).toMatchObject({ outcome: 'failed', rejected: 1 });
  });

  it('writes the note alone if none is pending', async () => {
    const rejected = keep<Rejection>({ limits: { count: 1 } });
    await feed('test')
      .from(textSource({ failAfter: 1 }))
      .through(lines())
      .to(keep<string>().sink)
      .run([{ name: 'x', chunks: ['0\nbad 1\n', '2\n'] }], { quarantine: rejected.sink, onFailure: 'report' });
    expect(rejected.batches).toEqual([1, 1]);
    expect(rejected.values().map(({ scope }) => scope)).toEqual([undefined, 'item']);
  });

  it('counts only what the quarantine took', async () => {
    const kept = keepRejections();
    const refusing: typeof kept.sink = {
      ...kept.sink,
      write: async (entries) =>
        entries.flatMap(({ value }, position) =>
          value.scope === 'item' ? [] : [{ position, code: 'NO', message: 'no' }],
        ),
    };
    const report = await feed('test')
      .from(textSource({ failAfter: 1 }))
      .through(lines())
      .to(keep<string>().sink)
      .run([{ name: 'x', chunks: ['0\nbad 1\n', '2\n'] }], { quarantine: refusing, onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({ outcome: 'failed', rejected: 0 });
  });
});

describe('a reference that names no object', () => {
  it('fails alone', async () => {
    const source = textSource();
    const refs = [numbered(2, 2, 'a'), numbered(2, 2, 'wrong'), numbered(2, 2, 'b')];
    const kept = keep<string>();
    const report = await feed('test')
      .from({
        ...source,
        describe: (ref) => {
          if (ref.name === 'wrong') throw new Error('no such thing');
          return source.describe(ref);
        },
      })
      .through(lines())
      .to(kept.sink)
      .run(refs, { onFailure: 'report' });
    expect(report.items).toMatchObject({ complete: 2, failed: 1 });
    expect(report.reports[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'REF_INVALID', stage: 'text' },
      read: 0,
    });
    expect(new Set(kept.entries.map(({ item }) => item.id))).toEqual(new Set(['text:a', 'text:b']));
  });
});

describe('counts that do not add up', () => {
  it('fail the object, whoever made the mistake', async () => {
    const kept = keep<string>();
    const taking: Sink<string> = {
      ...kept.sink,
      // A sink must not change what it is given.
      write: async (batch) => void (batch as unknown[]).pop(),
    };
    const report = await start()
      .to(taking)
      .run([numbered(5)], { onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({
      outcome: 'failed',
      unsettled: 1,
      error: { code: 'REPORT_MISMATCH', details: { read: 5, written: 4, unsettled: 1 } },
    });
  });
});

describe('a record that its parser rejects', () => {
  it('keeps the place that the parser names, before the one that the block knows', async () => {
    const parser: Parser<string, string> = {
      ...lines(),
      start: ({ reject }) => ({
        push: () => [reject({ code: 'BAD', message: 'bad', line: 7, byteOffset: 99 }) as never, 'good'],
      }),
    };
    const rejected = keepRejections();
    await feed('test')
      .from(textSource())
      .through(parser)
      .to(keep<string>().sink)
      .run([numbered(1)], { quarantine: rejected.sink });
    expect(rejected.values()).toMatchObject([{ line: 7, byteOffset: 99, code: 'BAD' }]);
    expect(rejected.values()[0]).not.toHaveProperty('raw');
  });

  it('keeps what the block knows of the place, if the parser does not name it', async () => {
    const parser: Parser<string, string> = {
      ...lines(),
      start: ({ reject }) => {
        const bad = { code: 'BAD', message: 'bad' };
        const marked = [
          reject({ ...bad, line: 7 }),
          reject({ ...bad, byteOffset: 99 }),
          reject({ ...bad, raw: 'own' }),
        ];
        const place = (index: number) => ({ raw: `raw ${index}`, line: 100 + index, byteOffset: 1000 + index });
        return { push: () => block<string>([...marked, 'good'], place) };
      },
    };
    const rejected = keepRejections();
    await feed('test')
      .from(textSource())
      .through(parser)
      .to(keep<string>().sink)
      .run([numbered(1)], { quarantine: rejected.sink });
    expect(rejected.values()).toMatchObject([
      { raw: 'raw 0', line: 7, byteOffset: 1000 },
      { raw: 'raw 1', line: 101, byteOffset: 99 },
      { raw: 'own', line: 102, byteOffset: 1002 },
    ]);
  });
});

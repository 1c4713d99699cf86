import { feed, flatMap, map, memoryLedger, MillraceError, type Rejection, type RunOptions } from '@millrace/core';
import type { Refusal } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { turns } from '../../../test/support/turns.ts';
import { keep, keepRejections, lines, numbered, textSource } from './fixtures.ts';

const start = () => feed('test').from(textSource()).through(lines());
const mixed = { name: 'mixed', chunks: ['0\nbad 1\n2\n', 'bad 3\n4\n'] };

describe('a rejected record', () => {
  it('keeps its ordinal, goes to the quarantine with its raw text, and the run goes on', async () => {
    const kept = keep<string>();
    const rejected = keepRejections();
    const report = await start().to(kept.sink).run([mixed], { quarantine: rejected.sink });
    expect(kept.entries.map(({ ordinal, value }) => [ordinal, value])).toEqual([
      [0, '0'],
      [2, '2'],
      [4, '4'],
    ]);
    expect(rejected.values()).toMatchObject([
      {
        ordinal: 1,
        raw: 'bad 1',
        stage: 'lines',
        code: 'BAD_LINE',
        feed: 'test',
        item: { id: 'text:mixed' },
        run: report.run,
      },
      { ordinal: 3, raw: 'bad 3' },
    ]);
    expect(rejected.values()[0]).not.toHaveProperty('value');
    expect(report.totals).toMatchObject({ read: 5, written: 3, rejected: 2, unsettled: 0 });
    expect(report.reports[0]).toMatchObject({ rejections: { BAD_LINE: 2 }, watermark: 5 });
  });

  it('never comes from an object that the quarantine itself wrote: that fails and is not opened', async () => {
    const kept = keep<string>();
    const { sink: quarantine } = keepRejections();
    const opened: string[] = [];
    const texts = textSource();
    const source: typeof texts = {
      ...texts,
      open: (ref, context) => {
        opened.push(ref.name);
        return texts.open(ref, context);
      },
    };
    const watched = feed('test').from(source).through(lines()).to(kept.sink);
    const own = { name: 'own', chunks: ['0\nbad 1\n'] };
    const { reports } = await watched.run([own, mixed], {
      quarantine: { ...quarantine, holds: (uri) => uri === 'text:own' },
      onFailure: 'report',
    });
    expect(reports.find(({ ref }) => ref === 'text:own')).toMatchObject({
      outcome: 'failed',
      read: 0,
      error: { code: 'QUARANTINE_LOOP', retryable: false },
    });
    expect(opened).toEqual(['mixed']);
    expect(kept.values()).toEqual(['0', '2', '4']);
  });

  it('fails the item where there is no quarantine', async () => {
    const report = await start().to(keep<string>().sink).run([mixed], { onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({
      outcome: 'failed',
      watermark: 0,
      error: { code: 'REJECTED_WITHOUT_QUARANTINE', ordinal: 1, stage: 'lines' },
    });
  });

  it('by a throwing each carries its value, code and details', async () => {
    const rejected = keepRejections();
    const kept = keep<string>();
    const report = await start()
      .through(
        map((line) => {
          if (line === '2') throw new MillraceError('TOO_SMALL', 'two', { details: { least: 3 } });
          if (line === '3') throw new Error('plain');
          return line;
        }),
      )
      .through(
        map(async (line) => {
          if (line === '4') throw new Error('later');
          return line;
        }),
      )
      .to(kept.sink)
      .run([numbered(6)], { quarantine: rejected.sink });
    expect(rejected.values()).toMatchObject([
      { ordinal: 2, code: 'TOO_SMALL', message: 'two', details: { least: 3 }, value: '2', stage: 'map' },
      { ordinal: 3, code: 'TRANSFORM_THREW', details: { content: { thrown: 'plain' } }, value: '3' },
      { ordinal: 4, code: 'TRANSFORM_THREW', details: { content: { thrown: 'later' } }, stage: 'map#2' },
    ]);
    expect(report.totals).toMatchObject({ read: 6, written: 3, rejected: 3 });
  });

  it('by the sink is told apart from its neighbours, branch by branch', async () => {
    const rejected = keepRejections();
    const refuse = async (entries: readonly { readonly value: string }[]): Promise<Refusal[]> =>
      entries.flatMap(({ value }, position) =>
        value === '3b' ? [{ position, code: 'NO_3B', message: 'not 3b' }] : [],
      );
    const kept = keep<string>({ limits: { count: 4 }, concurrency: 3, before: refuse });
    const report = await start()
      .through(flatMap((line) => [`${line}a`, `${line}b`]))
      .to(kept.sink)
      .run([numbered(6)], { quarantine: rejected.sink });
    expect(rejected.values()).toMatchObject([{ ordinal: 3, branch: '1', stage: 'keep', code: 'NO_3B', value: '3b' }]);
    expect(report.totals).toMatchObject({ read: 6, expanded: 6, written: 11, rejected: 1, unsettled: 0 });
    expect(report.reports[0]?.watermark).toBe(6);
  });
});

describe('the quarantine', () => {
  it('that fails, fails the item', async () => {
    const broken = keep<never>({
      before: async () => {
        throw new Error('disk full');
      },
    });
    const report = await start()
      .to(keep<string>().sink)
      .run([mixed], { quarantine: broken.sink as never, onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({
      outcome: 'failed',
      rejected: 0,
      error: { code: 'SINK_FAILED', stage: 'quarantine:keep' },
    });
    expect(report.reports[0]!.watermark).toBeLessThanOrEqual(1);
  });

  it('that fails loses no rejection that the sink made late, of a record before those that the parser rejected', async () => {
    const refusing = keep<string>({
      limits: { count: 3 },
      before: async (entries) => {
        // By then the parser has rejected a later record, which waits for the quarantine.
        await turns(10);
        return entries.flatMap(({ value }, position) =>
          value === '2' ? [{ position, code: 'NO', message: 'no' }] : [],
        );
      },
    });
    const broken = keep<never>({ before: () => Promise.reject(new Error('disk full')) });
    const report = await start()
      .to(refusing.sink)
      .run([{ name: 'x', chunks: ['0\n1\n2\nbad 3\n4\n'] }], { quarantine: broken.sink as never, onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({ outcome: 'failed', rejections: { BAD_LINE: 1, NO: 1 }, watermark: 2 });
  });

  it('gets one write at a time if it does not say otherwise', async () => {
    let [underWay, most] = [0, 0];
    const slow = keep<Rejection>({
      limits: { count: 1 },
      before: async () => {
        most = Math.max(most, (underWay += 1));
        await turns(2);
        underWay -= 1;
      },
    });
    const report = await start()
      .to(keep<string>().sink)
      .run([{ name: 'x', chunks: ['0\nbad 1\nbad 2\nbad 3\n'] }], { quarantine: slow.sink });
    expect(report.totals).toMatchObject({ rejected: 3 });
    expect(most).toBe(1);
  });

  it('that refuses, fails the item', async () => {
    const broken = keep<never>({ before: async () => [{ position: 0, code: 'X', message: 'x' }] });
    const report = await start()
      .to(keep<string>().sink)
      .run([mixed], { quarantine: broken.sink as never, onFailure: 'report' });
    expect(report.reports[0]?.error).toMatchObject({ code: 'QUARANTINE_REFUSED' });
  });
});

describe('maxRejections', () => {
  const bad = (count: number, of: number) => ({
    name: 'bad',
    chunks: [Array.from({ length: of }, (_, index) => (index < count ? 'bad\n' : 'ok\n')).join('')],
  });

  it('fails the item past the absolute limit', async () => {
    const rejected = keepRejections();
    const run = (maxRejections: { count: number }) =>
      start()
        .to(keep<string>().sink)
        .run([bad(4, 10)], { quarantine: rejected.sink, maxRejections, onFailure: 'report' });
    expect((await run({ count: 4 })).outcome).toBe('complete');
    expect((await run({ count: 3 })).reports[0]?.error).toMatchObject({ code: 'TOO_MANY_REJECTIONS', ordinal: 3 });
  });

  it('fails the item past the share, judged from the 100th record on', async () => {
    const run = (count: number, of: number) =>
      start()
        .to(keep<string>().sink)
        .run([bad(count, of)], { quarantine: keepRejections().sink, onFailure: 'report' });
    expect((await run(98, 99)).outcome).toBe('complete');
    expect((await run(100, 1000)).reports[0]?.error).toMatchObject({ code: 'TOO_MANY_REJECTIONS', ordinal: 99 });
  });
});

describe('an object of which every record is rejected', () => {
  const run = (options: RunOptions) =>
    start()
      .to(keep<string>().sink)
      .run([{ name: 'wrong', chunks: ['bad 0\nbad 1\nbad 2\n'] }], {
        quarantine: keepRejections().sink,
        onFailure: 'report',
        ...options,
      });

  it('fails, however few they are, and fails again when it is delivered again', async () => {
    const ledger = memoryLedger();
    for (let delivery = 0; delivery < 2; delivery += 1) {
      const { reports } = await run({ ledger });
      expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'ALL_RECORDS_REJECTED' } });
    }
  });

  it('is complete if it was the sink that refused them: they were understood', async () => {
    const kept = keep<string>({
      before: async (entries) => entries.map((_, position) => ({ position, code: 'NO', message: 'no' })),
    });
    const { reports } = await start()
      .to(kept.sink)
      .run([numbered(3)], { quarantine: keepRejections().sink, onFailure: 'report' });
    expect(reports[0]).toMatchObject({ outcome: 'complete', written: 0, rejected: 3 });
  });

  it('is complete if the run accepts that', async () => {
    expect((await run({ allRejected: 'accept' })).reports[0]).toMatchObject({ outcome: 'complete', rejected: 3 });
  });
});

describe('an item that fails after rejections', () => {
  const failing = {
    name: 'failing',
    chunks: ['0\nbad 1\n2\nbad 3\nbad 4\n'],
  };

  it('closes them with a note in the quarantine, and leaves none of them out', async () => {
    const rejected = keepRejections();
    const report = await start()
      .to(keep<string>().sink)
      .run([failing], { quarantine: rejected.sink, maxRejections: { count: 2 }, onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({ outcome: 'failed', rejected: 2, error: { code: 'TOO_MANY_REJECTIONS' } });
    expect(rejected.values().map(({ ordinal, code, scope }) => [ordinal, code, scope])).toEqual([
      [1, 'BAD_LINE', undefined],
      [3, 'BAD_LINE', undefined],
      [4, 'TOO_MANY_REJECTIONS', 'item'],
    ]);
    expect(rejected.values()[2]).toMatchObject({ branch: '#item', run: report.run, item: { id: 'text:failing' } });
  });

  it('counts a note that the quarantine did not take', async () => {
    const down = keep<never>({ before: () => Promise.reject(new Error('down')) });
    const report = await start()
      .to(keep<string>().sink)
      .run([failing], { quarantine: down.sink as never, maxRejections: { count: 2 }, onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({ outcome: 'failed', counters: { 'quarantine:keep': { notesLost: 1 } } });
  });
});

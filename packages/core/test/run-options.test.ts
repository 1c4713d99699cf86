import { feed, map, type RunOptions } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { turns } from '../../../test/support/turns.ts';
import { keep, keepRejections, lines, numbered, textSource } from './fixtures.ts';

const start = () => feed('test').from(textSource()).through(lines());

describe('options of a run', () => {
  it.each<[name: string, allowed: readonly RunOptions[], refused: readonly RunOptions[]]>([
    ['deadline', [{ deadline: 0 }], [{ deadline: -1 }, { deadline: Number.NaN }]],
    ['graceMs', [{ graceMs: 0 }], [{ graceMs: -1 }, { graceMs: 0.5 }]],
    ['concurrency', [{ concurrency: 1 }, { concurrency: 10_000 }], [{ concurrency: 0 }, { concurrency: 10_001 }]],
    ['leaseMs', [{ leaseMs: 100 }], [{ leaseMs: 99 }]],
    ['clockSkewMs', [{ clockSkewMs: 0 }], [{ clockSkewMs: -1 }]],
    ['checkpointRecords', [{ checkpointRecords: 1 }], [{ checkpointRecords: 0 }]],
    ['keepReports', [{ keepReports: 0 }], [{ keepReports: -1 }]],
    [
      'maxRejections',
      [{ maxRejections: { count: 0 } }, { maxRejections: { share: 0 } }, { maxRejections: { share: 1 } }],
      [{ maxRejections: { count: -1 } }, { maxRejections: { share: -0.1 } }, { maxRejections: { share: 1.1 } }],
    ],
  ])('%s has its bounds', async (_, allowed, refused) => {
    const made = start().to(keep<string>().sink);
    for (const options of allowed) expect(await made.run([], options)).toMatchObject({ feed: 'test' });
    for (const options of refused)
      await expect(made.run([], options)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('must be a quarantine and a ledger', async () => {
    const made = start().to(keep<string>().sink);
    for (const options of [{ quarantine: {} }, { ledger: {} }]) {
      await expect(made.run([], options as never)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    }
  });
});

describe('maxRejections', () => {
  const run = async (rejections: number, of: number, maxRejections?: RunOptions['maxRejections']) => {
    const line = (index: number): string =>
      index % 2 === 1 && index < 2 * rejections ? `bad ${index}\n` : `${index}\n`;
    const item = { name: 'x', chunks: Array.from({ length: of }, (_, index) => line(index)) };
    const report = await start()
      .to(keep<string>().sink)
      .run([item], { quarantine: keepRejections().sink, onFailure: 'report', ...(maxRejections && { maxRejections }) });
    return report.reports[0]?.error?.code ?? 'complete';
  };

  it('allows as many as it says, and not one more', async () => {
    expect(await run(0, 10, { count: 0 })).toBe('complete');
    expect(await run(1, 10, { count: 0 })).toBe('TOO_MANY_REJECTIONS');
    expect(await run(3, 10, { count: 3 })).toBe('complete');
    expect(await run(4, 10, { count: 3 })).toBe('TOO_MANY_REJECTIONS');
  });

  it('allows 10,000 by default', async () => {
    expect(await run(10_000, 20_000, { share: 1 })).toBe('complete');
    expect(await run(10_001, 20_002, { share: 1 })).toBe('TOO_MANY_REJECTIONS');
  });

  it('allows a share, judged from the 100th record on', async () => {
    // The 50th rejection is record 99: the 100th, with which it is judged.
    expect(await run(49, 99, { share: 0.1 })).toBe('complete');
    expect(await run(50, 100, { share: 0.5 })).toBe('complete');
    expect(await run(50, 100, { share: 0.49 })).toBe('TOO_MANY_REJECTIONS');
  });
});

describe('reports of a run', () => {
  it('are the first 1,000 by default', async () => {
    const refs = Array.from({ length: 1001 }, (_, index) => ({ name: `object-${index}`, chunks: [] }));
    const report = await start()
      .to(keep<string>().sink)
      .run(refs, { expect: { records: { min: 0 } } });
    expect([report.reports.length, report.reportsOmitted, report.items.complete]).toEqual([1000, 1, 1001]);
  });

  it('say that a stop can pass', async () => {
    const controller = new AbortController();
    const stopping = keep<string>({ limits: { count: 1 }, before: async () => controller.abort() });
    const aborted = await start()
      .to(stopping.sink)
      .run([numbered(5)], { signal: controller.signal });
    expect(aborted.reports[0]?.error).toMatchObject({ code: 'RUN_ABORTED', retryable: true });
  });
});

describe('work at once', () => {
  it('is one object and one write by default', async () => {
    const most = { objects: 0, writes: 0 };
    let [objects, writes] = [0, 0];
    const source = textSource();
    const kept = keep<string>({
      limits: { count: 1 },
      before: async () => {
        most.writes = Math.max(most.writes, (writes += 1));
        await turns(2);
        writes -= 1;
      },
    });
    const observer: RunOptions['observer'] = {
      itemStarted: () => (most.objects = Math.max(most.objects, (objects += 1))),
      itemFinished: () => (objects -= 1),
    };
    const refs = [numbered(3, 3, 'a'), numbered(3, 3, 'b'), numbered(3, 3, 'c')];
    await feed('test').from(source).through(lines()).to(kept.sink).run(refs, { observer });
    expect(most).toEqual({ objects: 1, writes: 1 });
  });
});

describe('a stop in the middle of a block', () => {
  it('ends reading with the record that was waited for', async () => {
    const controller = new AbortController();
    const kept = keep<string>({
      limits: { count: 1 },
      before: async ([first]) => {
        if (first!.ordinal === 5) controller.abort();
      },
    });
    const report = await start()
      .to(kept.sink)
      .run([numbered(1000, 1000)], { signal: controller.signal });
    expect(report.totals.read).toBeLessThan(20);
    expect(report.totals.written).toBeLessThan(20);
  });

  it('ends reading also if nothing is written, and looks at it only after waits', async () => {
    const controller = new AbortController();
    const kept = keep<string>({ limits: { count: 10_000 } });
    const report = await start()
      .through(
        map(async (line) => {
          if (line === '5') controller.abort();
          return line;
        }),
      )
      .to(kept.sink)
      .run([numbered(1000, 1000)], { signal: controller.signal });
    expect(report.totals).toMatchObject({ read: 6, written: 0 });
  });
});

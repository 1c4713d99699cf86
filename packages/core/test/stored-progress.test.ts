import { feed, type Ledger, memoryLedger, type Rejection, type RunOptions, type Sink } from '@millrace/core';
import type { ClaimRequest, LedgerProgress } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { turns } from '../../../test/support/turns.ts';
import { keep, lines, numbered, textSource } from './fixtures.ts';

const start = () => feed('test').from(textSource()).through(lines());

/** A ledger, and the progress with which runs gave their claims back. */
function storing(): { readonly ledger: Ledger; readonly stored: readonly LedgerProgress[] } {
  const inner = memoryLedger();
  const stored: LedgerProgress[] = [];
  const finish: Ledger['finish'] = (request, progress, report) => {
    stored.push(progress);
    return inner.finish(request, progress, report);
  };
  return { ledger: { ...inner, finish }, stored };
}

describe('progress in the ledger', () => {
  it('is stored after exactly as many records as asked for', async () => {
    for (const [checkpointRecords, expected] of [
      [10, [10, 20, 30]],
      [11, [20]],
      [31, []],
    ] as const) {
      const inner = memoryLedger();
      const stored: number[] = [];
      const ledger: Ledger = {
        ...inner,
        checkpoint: (request, progress) => {
          stored.push(progress.watermark);
          return inner.checkpoint(request, progress);
        },
      };
      const kept = keep<string>({
        limits: { count: 10 },
        before: () => new Promise((resolve) => void setImmediate(resolve)),
      });
      await start()
        .to(kept.sink)
        .run([numbered(30)], { ledger, checkpointRecords });
      // The last one may come to its end before its turn.
      expect(stored.filter((watermark) => watermark < 30)).toEqual(expected.filter((watermark) => watermark < 30));
    }
  });

  it('is stored one checkpoint after the other, however slow the ledger is, and the outcome after the last', async () => {
    const inner = memoryLedger();
    const log = { underWay: 0, most: 0, atFinish: -1, watermarks: [] as number[] };
    const ledger: Ledger = {
      ...inner,
      checkpoint: async (request, progress) => {
        log.most = Math.max(log.most, (log.underWay += 1));
        log.watermarks.push(progress.watermark);
        await turns(5);
        await inner.checkpoint(request, progress);
        log.underWay -= 1;
      },
      finish: (...given) => {
        log.atFinish = log.underWay;
        return inner.finish(...given);
      },
    };
    const kept = keep<string>({ limits: { count: 10 }, before: () => turns(1).then(() => undefined) });
    await start()
      .to(kept.sink)
      .run([numbered(300)], { ledger, checkpointRecords: 10 });
    expect(log.watermarks.length).toBeGreaterThan(1);
    expect(log.watermarks).toEqual(log.watermarks.toSorted((left, right) => left - right));
    expect([log.most, log.atFinish]).toEqual([1, 0]);
  });

  it('counts the rejections below the resume point, and those alone', async () => {
    const { ledger, stored } = storing();
    const item = { name: 'x', chunks: ['0\nbad 1\n2\n3\nbad 4\nbad 5\n6\n'] };
    const options: RunOptions = {
      ledger,
      // Each rejection is kept at once, so that none holds the resume point.
      quarantine: keep<Rejection>({ limits: { count: 1 } }).sink,
      onFailure: 'report',
      maxRejections: { count: 3 },
    };
    const broken = keep<string>({
      limits: { count: 1 },
      // Younger records are read while this one is under way.
      concurrency: 4,
      before: async ([first]) => {
        if (first!.value === '3') throw new Error('broken');
      },
    });
    const failed = await start().to(broken.sink).run([item], options);
    expect(failed.reports[0]!.rejections['BAD_LINE']).toBeGreaterThan(1);
    expect(stored).toMatchObject([{ watermark: 3, rejected: 1 }]);
    // One of the first run and two of this one are just what the limit allows.
    const report = await start().to(keep<string>().sink).run([item], options);
    expect(report.reports[0]).toMatchObject({ outcome: 'complete', skipped: 3, rejected: 2, written: 2 });
    expect(stored[1]).toMatchObject({ watermark: 7, rejected: 3 });
  });

  it('counts the rejection of the only record that is settled', async () => {
    const { ledger, stored } = storing();
    const item = { name: 'x', chunks: ['bad 0\n1\n'] };
    const broken = keep<string>({ before: () => Promise.reject(new Error('broken')) });
    const options: RunOptions = {
      ledger,
      quarantine: keep<Rejection>({ limits: { count: 1 } }).sink,
      onFailure: 'report',
    };
    await start().to(broken.sink).run([item], options);
    expect(stored).toMatchObject([{ watermark: 1, rejected: 1 }]);
  });

  it('starts over with the records: whoever reads all of them again meets all rejections again', async () => {
    const { ledger, stored } = storing();
    const item = { name: 'x', chunks: ['bad 0\n1\n', '2\n'] };
    const options: RunOptions = {
      ledger,
      quarantine: keep<Rejection>({ limits: { count: 1 } }).sink,
      onFailure: 'report',
    };
    const broken = keep<string>({
      limits: { count: 1 },
      before: async ([first]) => {
        if (first!.value === '2') throw new Error('broken');
      },
    });
    await start().to(broken.sink).run([item], options);
    expect(stored).toMatchObject([{ watermark: 2, rejected: 1 }]);
    // The source breaks, so nothing that was read counts, in this run or before.
    const torn = feed('test')
      .from(textSource({ failAfter: 1 }))
      .through(lines());
    await torn.to(keep<string>().sink).run([item], options);
    expect(stored[1]).toMatchObject({ watermark: 0, rejected: 0 });
  });
});

describe('a claim', () => {
  const claimed = async (options: RunOptions, sink: Partial<Sink<string>> = {}): Promise<ClaimRequest> => {
    const inner = memoryLedger();
    const requests: ClaimRequest[] = [];
    const ledger: Ledger = {
      ...inner,
      claim: (request) => {
        requests.push(request);
        return inner.claim(request);
      },
    };
    await start()
      .to({ ...keep<string>().sink, ...sink })
      .run([numbered(1)], { ...options, ledger });
    return requests[0]!;
  };

  it('has the defaults of a run, and no member that is not known', async () => {
    expect(await claimed({})).toStrictEqual({
      feed: 'test',
      object: 'text:numbers',
      origin: { id: 'text:numbers', uri: 'text:numbers', lastModified: '2026-01-02T03:04:05.000Z' },
      claimId: expect.any(String) as string,
      leaseMs: 60_000,
      clockSkewMs: 1000,
      versions: 'newest',
      signature: expect.any(String) as string,
      reach: 20_000,
      group: 1,
    });
  });

  it('has what the run and the sink say', async () => {
    const sink = { group: 20, limits: { count: 40 }, writeSingly: async () => {} };
    const options = { leaseMs: 4000, versions: 'all', checkpointRecords: 2501 } as const;
    expect(await claimed(options, sink)).toMatchObject({
      leaseMs: 4000,
      clockSkewMs: 400,
      versions: 'all',
      reach: 10_004,
      group: 20,
    });
    expect(await claimed({ clockSkewMs: 7, checkpointRecords: 2499 })).toMatchObject({ clockSkewMs: 7, reach: 10_000 });
  });
});

import { feed, type Ledger, memoryLedger, type Rejection, type Source } from '@millrace/core';
import { compareSequencers } from '@millrace/core/plugin';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { keep, keepRejections, lines, numbered, type TextRef, textSource } from './fixtures.ts';

const start = () => feed('test').from(textSource()).through(lines());

afterEach(() => void vi.useRealTimers());

/** A source of versions: the same object (`name`) at a sequencer. */
const versioned: Source<TextRef & { readonly sequencer: string }, string> = {
  ...textSource(),
  open: async (ref, context) => {
    const item = await textSource().open(ref, context);
    return {
      ...item,
      origin: { id: `${ref.name}@${ref.sequencer}`, uri: `text:${ref.name}` },
      sequencer: ref.sequencer,
    };
  },
};

describe('a run with a ledger', () => {
  it('carries an item once and skips its duplicates', async () => {
    const kept = keep<string>();
    const ledger = memoryLedger();
    const once = start().to(kept.sink);
    expect((await once.run([numbered(10)], { ledger })).reports[0]?.outcome).toBe('complete');
    const again = await once.run([numbered(10)], { ledger });
    expect(again).toMatchObject({ outcome: 'complete', items: { duplicate: 1 }, totals: { read: 0, written: 0 } });
    expect(kept.entries).toHaveLength(10);
    expect(await ledger.entries('test', 'text:numbers')).toMatchObject([
      { state: 'complete', watermark: 10, attempts: 1, leaseUntil: 0, report: { written: 10 } },
    ]);
  });

  it('keeps feeds apart', async () => {
    const ledger = memoryLedger();
    for (const name of ['a', 'b']) {
      const report = await feed(name)
        .from(textSource())
        .through(lines())
        .to(keep<string>().sink)
        .run([numbered(1)], { ledger });
      expect(report.reports[0]?.outcome).toBe('complete');
    }
  });

  it('goes on at the watermark of a failed run, with the same ordinals', async () => {
    const ledger = memoryLedger();
    const kept = keep<string>({
      limits: { count: 10 },
      before: async ([first]) => {
        if (first!.ordinal === 30) throw new Error('broken');
      },
    });
    const failed = await start()
      .to(kept.sink)
      .run([numbered(100)], { ledger, onFailure: 'report' });
    expect(failed.reports[0]).toMatchObject({ outcome: 'failed', watermark: 30 });
    const rest = keep<string>();
    const report = await start()
      .to(rest.sink)
      .run([numbered(100)], { ledger });
    expect(report.totals).toMatchObject({ read: 100, skipped: 30, written: 70 });
    expect(rest.entries.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 70 }, (_, index) => index + 30));
  });

  it('goes on exactly where a deadline stopped it, in as many runs as it takes', async () => {
    // The clock moves only when a batch is written, a millisecond each.
    vi.useFakeTimers();
    const ledger = memoryLedger();
    const written: number[] = [];
    const kept = keep<string>({
      limits: { count: 10 },
      before: async (entries) => {
        await vi.advanceTimersByTimeAsync(1);
        written.push(...entries.map(({ ordinal }) => ordinal));
      },
    });
    let runs = 0;
    for (let outcome = ''; outcome !== 'complete'; runs++) {
      outcome = (
        await start()
          .to(kept.sink)
          .run([numbered(2000)], { ledger, deadline: Date.now() + 60 })
      ).outcome;
    }
    // 200 batches, 60 to a run.
    expect(runs).toBe(4);
    expect(written).toEqual(Array.from({ length: 2000 }, (_, index) => index));
  });

  it('steps over rejected records that were settled before, and goes on with their limit', async () => {
    const ledger = memoryLedger();
    const item = { name: 'bad', chunks: ['0\nbad\n2\n', 'bad\nbreak\nbad\nbad\n'] };
    const options = {
      ledger,
      quarantine: keepRejections().sink,
      onFailure: 'report',
      maxRejections: { count: 3 },
    } as const;
    const broken = keep<string>({
      limits: { count: 1 },
      before: async ([first]) => {
        if (first!.value === 'break') throw new Error('broken');
      },
    });
    expect((await start().to(broken.sink).run([item], options)).reports[0]).toMatchObject({ outcome: 'failed' });
    const report = await start().to(keep<string>().sink).run([item], options);
    expect(report.reports[0]?.error?.code).toBe('TOO_MANY_REJECTIONS');
  });

  it('stores the rejections below the resume point, also below the second record', async () => {
    const ledger = memoryLedger();
    const controller = new AbortController();
    const aborting = keep<Rejection>({ limits: { count: 1 }, before: async () => controller.abort() });
    const options = { ledger, quarantine: aborting.sink, signal: controller.signal, onFailure: 'report' } as const;
    const ref = { name: 'two', chunks: ['bad\n', '1\n'] };
    const { reports } = await start().to(keep<string>().sink).run([ref], options);
    expect(reports[0]).toMatchObject({ outcome: 'aborted', watermark: 1, rejected: 1 });
    expect(await ledger.entries('test', 'text:two')).toMatchObject([{ watermark: 1, rejected: 1 }]);
  });

  it('tells that another run holds the item, and takes it over when the lease has run out', async () => {
    let now = 1_000_000;
    const ledger = memoryLedger(() => now);
    const begun = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const slow = keep<string>({
      limits: { count: 5 },
      before: () => {
        begun.resolve();
        return held.promise;
      },
    });
    const holding = start()
      .to(slow.sink)
      .run([numbered(10)], { ledger, leaseMs: 60_000, onFailure: 'report' });
    await begun.promise;
    const refused = await start()
      .to(keep<string>().sink)
      .run([numbered(10)], { ledger });
    expect(refused).toMatchObject({ outcome: 'held', items: { held: 1 } });
    expect(refused.reports[0]).toMatchObject({ outcome: 'held', error: { code: 'ITEM_HELD' }, read: 0 });
    now += 61_000;
    const taken = keep<string>();
    expect(
      (
        await start()
          .to(taken.sink)
          .run([numbered(10)], { ledger })
      ).outcome,
    ).toBe('complete');
    held.resolve();
    const late = await holding;
    expect(late.reports[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'LEDGER_LEASE_LOST', stage: 'ledger:memory' },
    });
    expect(await ledger.entries('test', 'text:numbers')).toMatchObject([{ state: 'complete', attempts: 2 }]);
  });

  it('stops an item whose lease could not be renewed', async () => {
    const ledger: Ledger = { ...memoryLedger(), checkpoint: () => Promise.reject(new Error('network')) };
    const kept = keep<string>({
      limits: { count: 1 },
      before: () => new Promise((resolve) => void setImmediate(resolve)),
    });
    const report = await start()
      .to(kept.sink)
      .run([numbered(5000)], { ledger, checkpointRecords: 10, onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'LEDGER_FAILED', stage: 'ledger:memory' },
    });
    expect(report.totals.written).toBeLessThan(1000);
  });

  it('stores progress as records settle, and renews the lease while none do', async () => {
    const inner = memoryLedger();
    const watermarks: number[] = [];
    const ledger: Ledger = {
      ...inner,
      checkpoint: (request, progress) => {
        watermarks.push(progress.watermark);
        return inner.checkpoint(request, progress);
      },
    };
    const kept = keep<string>({
      limits: { count: 10 },
      before: () => new Promise((resolve) => void setImmediate(resolve)),
    });
    await start()
      .to(kept.sink)
      .run([numbered(300)], { ledger, checkpointRecords: 50, leaseMs: 60_000 });
    expect(watermarks.length).toBeGreaterThanOrEqual(3);
    expect(watermarks).toEqual([...watermarks].sort((left, right) => left - right));
    watermarks.length = 0;
    vi.useFakeTimers();
    const slow = keep<string>({
      before: async () => {
        await vi.advanceTimersByTimeAsync(200);
      },
    });
    await start()
      .to(slow.sink)
      .run([numbered(5, 5, 'slow')], { ledger, leaseMs: 100 });
    expect(watermarks.length).toBeGreaterThanOrEqual(5);
  });

  it('fails the item where the ledger cannot be asked, or told', async () => {
    const down = () => Promise.reject(new Error('down'));
    const kept = keep<string>();
    for (const broken of [{ claim: down }, { finish: down }]) {
      const report = await start()
        .to(kept.sink)
        .run([numbered(5)], { ledger: { ...memoryLedger(), ...broken }, onFailure: 'report' });
      expect(report.reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'LEDGER_FAILED' } });
    }
  });
});

describe('versions of an object', () => {
  const version = (sequencer: string) => ({ ...numbered(3), sequencer });
  const flow = (before?: () => Promise<void>) =>
    feed('test')
      .from(versioned)
      .through(lines())
      .to({ name: 'none', write: async () => before?.() });

  it('are carried in order: an older one than was taken up is stale', async () => {
    const ledger = memoryLedger();
    const run = async (sequencer: string, versions: 'newest' | 'all' = 'newest') =>
      (await flow().run([version(sequencer)], { ledger, versions })).reports[0]?.outcome;
    expect(await run('0055')).toBe('complete');
    expect(await run('0044')).toBe('stale');
    expect(await run('0044')).toBe('stale');
    expect(await run('00555')).toBe('complete');
    expect(await run('0033', 'all')).toBe('complete');
    const states = (await ledger.entries('test', 'text:numbers')).map(({ origin, state }) => `${origin.id} ${state}`);
    expect(states.sort()).toEqual([
      'numbers@0033 complete',
      'numbers@0044 stale',
      'numbers@0055 complete',
      'numbers@00555 complete',
    ]);
  });

  it('are carried one at a time', async () => {
    const ledger = memoryLedger();
    const begun = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const first = flow(() => {
      begun.resolve();
      return held.promise;
    }).run([version('01')], { ledger });
    await begun.promise;
    expect((await flow().run([version('02')], { ledger })).items.held).toBe(1);
    expect((await flow().run([version('02')], { ledger, versions: 'all' })).items.complete).toBe(1);
    held.resolve();
    expect((await first).items.complete).toBe(1);
  });
});

describe('compareSequencers', () => {
  it('pads the shorter one with zeros on the right', () => {
    expect(compareSequencers('0055AED6DCD90281E5', '0055AED6DCD90281E4')).toBeGreaterThan(0);
    expect(compareSequencers('0055', '005500')).toBe(0);
    expect(compareSequencers('0055', '00551')).toBeLessThan(0);
    expect(compareSequencers('00ab', '00AB')).toBe(0);
  });
});

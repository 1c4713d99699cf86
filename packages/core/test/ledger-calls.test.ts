import { feed, type Ledger, map, memoryLedger, type RunOptions, type Source } from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { keep, lines, numbered, type TextRef, textSource } from './fixtures.ts';
import { landed, table } from './landed-table.ts';

const start = () => feed('test').from(textSource()).through(lines());

afterEach(() => void vi.useRealTimers());

/** Runs while the clock moves on, so that waits come to their end. */
async function whileTimePasses<T>(running: Promise<T>, ms: number): Promise<T> {
  await vi.advanceTimersByTimeAsync(ms);
  return running;
}

describe('a ledger that hangs', () => {
  it.each([
    ['claim', 'LEDGER_TIMEOUT', 1000],
    // The run's own clock ends the lease a little earlier.
    ['finish', 'LEDGER_LEASE_LOST', 900],
  ] as const)('in %s fails the object with %s after %i ms', async (call, code, ms) => {
    vi.useFakeTimers();
    const ledger: Ledger = { ...memoryLedger(), [call]: () => new Promise(() => {}) };
    const running = start()
      .to(keep<string>().sink)
      .run([numbered(5)], { ledger, leaseMs: 1000, onFailure: 'report' });
    let ended = false;
    void running.then(() => (ended = true));
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(ended).toBe(false);
    const report = await whileTimePasses(running, 10_000);
    expect(report.reports[0]).toMatchObject({ outcome: 'failed', error: { code, retryable: true } });
  });

  it('in the entries of earlier versions fails the object, which can be delivered again', async () => {
    vi.useFakeTimers();
    const prices = landed(table().sink);
    const memory = memoryLedger();
    await prices.run([{ id: 'v1', chunks: ['a\n'] }], { ledger: memory });
    const ledger: Ledger = { ...memory, entries: () => new Promise(() => {}) };
    const options = { ledger, leaseMs: 1000, onFailure: 'report', versions: 'replace' } as const;
    const { reports } = await whileTimePasses(prices.run([{ id: 'v2', chunks: ['b\n'] }], options), 10_000);
    expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'LEDGER_TIMEOUT', retryable: true } });
  });
});

describe('a process that pauses for longer than its lease', () => {
  it('starts no further write, even to a sink that looks at no signal', async () => {
    vi.useFakeTimers();
    const kept = keep<string>({ limits: { count: 1 } });
    const pausing = map((line: string) => {
      // No timer has its turn.
      if (line === '20') vi.setSystemTime(Date.now() + 60_000);
      return line;
    });
    const report = await start()
      .through(pausing)
      .to(kept.sink)
      .run([numbered(100)], { ledger: memoryLedger(), leaseMs: 60_000, onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'LEDGER_LEASE_LOST', retryable: true },
    });
    expect(kept.values()).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
  });
});

describe('an object whose write never settles', () => {
  it('keeps its claim, and renews it no more', async () => {
    vi.useFakeTimers();
    const inner = memoryLedger();
    let checkpoints = 0;
    let finished = 0;
    const ledger: Ledger = {
      ...inner,
      checkpoint: (request, progress) => {
        checkpoints += 1;
        return inner.checkpoint(request, progress);
      },
      finish: (...given) => {
        finished += 1;
        return inner.finish(...given);
      },
    };
    const controller = new AbortController();
    const kept = keep<string>({
      before: () => {
        controller.abort();
        return new Promise(() => {});
      },
    });
    const running = start()
      .to(kept.sink)
      .run([numbered(5)], { ledger, leaseMs: 60_000, graceMs: 10, signal: controller.signal });
    expect(await whileTimePasses(running, 5000)).toMatchObject({ outcome: 'aborted' });
    const before = checkpoints;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(checkpoints).toBe(before);
    expect(finished).toBe(0);
    expect(await inner.entries('test', 'text:numbers')).toMatchObject([{ state: 'claimed' }]);
  });
});

describe('an object that has fewer records than an earlier run has settled', () => {
  it('fails, and starts over at record 0', async () => {
    const ledger = memoryLedger();
    const broken = keep<string>({
      limits: { count: 10 },
      before: async ([first]) => {
        if (first!.ordinal === 30) throw new Error('broken');
      },
    });
    const run = async (kept: typeof broken, records: number) =>
      (
        await start()
          .to(kept.sink)
          .run([numbered(records)], { ledger, onFailure: 'report' })
      ).reports[0];
    expect(await run(broken, 100)).toMatchObject({ outcome: 'failed', watermark: 30 });
    expect(await run(keep<string>(), 29)).toMatchObject({
      outcome: 'failed',
      watermark: 0,
      error: { code: 'RESUME_BEYOND_END', retryable: true, details: { settled: 30, read: 29 } },
    });
    expect(await run(keep<string>(), 29)).toMatchObject({ outcome: 'complete', skipped: 0, written: 29 });
  });

  it('is complete if it has just as many', async () => {
    const ledger = memoryLedger();
    const broken = keep<string>({
      limits: { count: 10 },
      before: async ([first]) => {
        if (first!.ordinal === 30) throw new Error('broken');
      },
    });
    await start()
      .to(broken.sink)
      .run([numbered(100)], { ledger, onFailure: 'report' });
    const report = await start()
      .to(keep<string>().sink)
      .run([numbered(30)], { ledger });
    expect(report.reports[0]).toMatchObject({ outcome: 'complete', skipped: 30, written: 0, watermark: 30 });
  });
});

describe('a source that identifies an object before it opens it', () => {
  function identifying(exact: boolean, openedAs: (id: string) => string = (id) => id) {
    const log = { opened: 0 };
    const source: Source<TextRef & { readonly sequencer?: string }, string> = {
      ...textSource(),
      identify: ({ name, sequencer }) => ({
        origin: { id: `${name}@${sequencer ?? ''}`, uri: `text:${name}` },
        exact,
        ...(sequencer !== undefined && { sequencer }),
      }),
      open: async (ref, context) => {
        log.opened += 1;
        return {
          ...(await textSource().open(ref, context)),
          origin: { id: openedAs(`${ref.name}@${ref.sequencer ?? ''}`), uri: `text:${ref.name}` },
          ...(ref.sequencer !== undefined && { sequencer: ref.sequencer }),
        };
      },
    };
    const through = feed('test').from(source).through(lines());
    return { log, through, to: through.to(keep<string>().sink) };
  }

  it.each([true, false])('claims it once, and does not open a duplicate (exact: %s)', async (exact) => {
    const inner = memoryLedger();
    const claims: (boolean | undefined)[] = [];
    const ledger: Ledger = {
      ...inner,
      claim: (request) => {
        claims.push(request.isUnopened);
        return inner.claim(request);
      },
    };
    const { log, to } = identifying(exact);
    const ref = { ...numbered(5), sequencer: '02' };
    expect((await to.run([ref], { ledger })).items).toMatchObject({ complete: 1 });
    // The ledger is told whether more is to be learned of the version.
    expect([claims, log.opened]).toEqual([[exact ? true : undefined], 1]);
    const again = await to.run([ref], { ledger });
    expect(again.items).toMatchObject({ duplicate: 1 });
    expect(again.reports[0]).toMatchObject({ origin: { id: 'numbers@02' }, read: 0 });
    expect(log.opened).toBe(1);
    const older = await to.run([{ ...numbered(5), sequencer: '01' }], { ledger });
    expect(older.items).toMatchObject({ stale: 1 });
    // What the entries alone tell is not claimed.
    expect([log.opened, claims.length]).toEqual([1, exact ? 3 : 1]);
    expect((await to.run([{ ...numbered(5), sequencer: '03' }], { ledger })).items).toMatchObject({ complete: 1 });
    expect(log.opened).toBe(2);
  });

  it.each([true, false])(
    'has a failed version recorded as stale once it comes again late (exact: %s)',
    async (exact) => {
      const inner = memoryLedger();
      const claims: (boolean | undefined)[] = [];
      const ledger: Ledger = {
        ...inner,
        claim: (request) => {
          claims.push(request.isUnopened);
          return inner.claim(request);
        },
      };
      const { log, through } = identifying(exact);
      let isBroken = true;
      const to = through.to({
        name: 'sink',
        write: async () => {
          if (isBroken) throw new Error('broken');
        },
      });
      const old = { ...numbered(5), sequencer: '01' };
      const options: RunOptions = { ledger, onFailure: 'report' };
      expect((await to.run([old], options)).items).toMatchObject({ failed: 1 });
      isBroken = false;
      expect((await to.run([{ ...numbered(5), sequencer: '02' }], options)).items).toMatchObject({ complete: 1 });
      const stateOf = async () =>
        (await ledger.entries('test', 'text:numbers')).find(({ origin }) => origin.id === 'numbers@01');
      expect(await stateOf()).toMatchObject({ state: 'failed' });
      claims.length = 0;
      for (let time = 0; time < 2; time += 1) {
        expect((await to.run([old], options)).items).toMatchObject({ stale: 1 });
        expect(await stateOf()).toMatchObject({ state: 'stale', attempts: 1, report: { outcome: 'failed' } });
      }
      expect(log.opened).toBe(2);
      expect(new Set(claims)).toEqual(new Set([true]));
    },
  );

  it('must open what it has identified if it was sure', async () => {
    const options: RunOptions = { ledger: memoryLedger(), onFailure: 'report' };
    const wrong = identifying(true, (id) => `${id}!`);
    expect((await wrong.to.run([numbered(5)], options)).reports[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'SOURCE_CONTRACT' },
    });
    const unsure = identifying(false, (id) => `${id}!`);
    expect((await unsure.to.run([numbered(5, 5, 'other')], options)).reports[0]).toMatchObject({
      outcome: 'complete',
      origin: { id: 'other@!' },
    });
  });

  it('does not open what was claimed while the run was stopped, and gives it back', async () => {
    const inner = memoryLedger();
    const controller = new AbortController();
    const ledger: Ledger = {
      ...inner,
      claim: (request) => {
        controller.abort();
        return inner.claim(request);
      },
    };
    const { log, to } = identifying(true);
    const report = await to.run([numbered(5)], { ledger, signal: controller.signal });
    expect(report.reports[0]).toMatchObject({ outcome: 'aborted', error: { code: 'RUN_ABORTED' } });
    expect(log.opened).toBe(0);
    expect(await inner.entries('test', 'text:numbers')).toMatchObject([{ state: 'aborted', leaseUntil: 0 }]);
  });

  it('does not open what another run holds', async () => {
    const ledger = memoryLedger();
    for (const exact of [true, false]) {
      const begun = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      const { log, through, to } = identifying(exact);
      const ref = numbered(5, 5, `exact-${exact}`);
      const slow = keep<string>({
        before: () => {
          begun.resolve();
          return held.promise;
        },
      });
      const holding = through.to(slow.sink).run([ref], { ledger });
      await begun.promise;
      const opened = log.opened;
      const report = await to.run([ref], { ledger });
      expect(report.reports[0]).toMatchObject({ outcome: 'held', error: { code: 'ITEM_HELD', retryable: true } });
      expect(log.opened).toBe(opened);
      held.resolve();
      expect(await holding).toMatchObject({ outcome: 'complete' });
    }
  });
});

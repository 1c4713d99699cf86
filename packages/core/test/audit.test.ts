import { type Ledger, type LedgerState, memoryLedger } from '@millrace/core';
import { audit, type AuditFinding, type AuditOptions } from '@millrace/core/operate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, enter, type ListedRef, listedRef, listing, prices, START, TestClock } from './operate-fixtures.ts';

const period = { from: new Date(START), until: new Date(START + DAY) };

/** Audits the day of {@link START}. */
function audited(
  ledger: Ledger,
  refs: readonly ListedRef[],
  clock: TestClock,
  own: Partial<AuditOptions<ListedRef>> = {},
) {
  return audit({ feed: prices, ledger, list: listing(refs), ...period, ...own }, clock.now);
}

const short = ({ object, status, listed, ...rest }: AuditFinding): string =>
  `${object} ${'reason' in rest ? rest.reason : status}${listed ? '' : ' (not listed)'}`;

describe('an audit', () => {
  it('says of each object that arrived what became of it', async () => {
    const clock = new TestClock();
    const ledger = memoryLedger(clock.now);
    const refs = ['done', 'late', 'rejecting', 'failed', 'aborted', 'dead', 'held', 'never', 'changed'].map((name) =>
      listedRef(name, START + 1000),
    );
    const [done, late, rejecting, broken, aborted, dead, held, , changed] = refs as [ListedRef, ...ListedRef[]];
    await enter(ledger, done, 'complete');
    await enter(ledger, rejecting!, 'complete', { rejected: 3 });
    await enter(ledger, broken!, 'failed');
    await enter(ledger, aborted!, 'aborted');
    await enter(ledger, dead!, 'claimed');
    await enter(ledger, { ...changed!, tag: '0' }, 'complete');
    await enter(ledger, listedRef('tomorrow', START + DAY), 'failed');
    clock.time += 5 * DAY;
    // Claimed later than the audit lists the ledger: it is looked up.
    await enter(ledger, late!, 'complete');
    await enter(ledger, held!, 'claimed');

    const report = await audited(ledger, [...refs, listedRef('tomorrow', START + DAY)], clock);
    expect(report.findings.map(short)).toEqual([
      'text:failed failed',
      'text:aborted unfinished',
      'text:dead unfinished',
      'text:held held',
      'text:never never',
      'text:changed changed',
    ]);
    expect(report).toMatchObject({
      feed: 'prices',
      from: period.from.toISOString(),
      until: period.until.toISOString(),
      complete: false,
      arrived: 10,
      listed: 9,
      unlisted: 1,
      statuses: { done: 4, unfinished: 2, failed: 1, held: 1, stale: 0, missing: 2 },
      withRejections: 1,
      rejected: 3,
      records: { read: 60, written: 57, rejected: 3, unsettled: 0 },
      findingsOmitted: 0,
    });
  });

  it('is complete if all is done, also what was overwritten or deleted since', async () => {
    const clock = new TestClock();
    const ledger = memoryLedger(clock.now);
    const [first, second] = [listedRef('a', START, '1'), listedRef('a', START + 2 * DAY, '2')];
    await enter(ledger, first, 'complete');
    await enter(ledger, listedRef('deleted', START), 'complete');
    await enter(ledger, second, 'failed');
    const report = await audited(ledger, [second], clock);
    expect(report).toMatchObject({ complete: true, arrived: 2, listed: 0, unlisted: 2, findings: [] });
    expect(report.records.read).toBe(20);
  });

  it('finds what failed and cannot be listed any more, under the names that it looks at', async () => {
    const clock = new TestClock();
    const ledger = memoryLedger(clock.now);
    await enter(ledger, listedRef('in/gone', START), 'failed');
    // The ledger does not know when it was written: it counts by its first claim.
    await enter(ledger, listedRef('in/unknown', START - 9 * DAY), 'failed', { knowsTime: false });
    await enter(ledger, listedRef('in/earlier', START - DAY), 'failed');
    const found = await audited(ledger, [], clock);
    expect(found.findings.map(short).toSorted()).toEqual([
      'text:in/gone failed (not listed)',
      'text:in/unknown failed (not listed)',
    ]);
    expect(found).toMatchObject({ complete: false, arrived: 2, unlisted: 2, statuses: { failed: 2 } });
    expect(await audited(ledger, [], clock, { source: 'text:out/' })).toMatchObject({ complete: true, arrived: 0 });
  });

  it('asks for nothing but the listing if all is done, and makes no finding of a ledger that lags', async () => {
    const clock = new TestClock();
    const ledger = memoryLedger(clock.now);
    const refs = Array.from({ length: 50 }, (_, index) => listedRef(`${index}`, START));
    for (const ref of refs) await enter(ledger, ref, 'complete');
    let lookUps = 0;
    const counting: Ledger = {
      ...ledger,
      entries: (...of) => {
        lookUps += 1;
        return ledger.entries(...of);
      },
    };
    const whole = await audited(counting, refs, clock);
    expect([whole.complete, whole.arrived, lookUps]).toEqual([true, 50, 0]);
    const empty: Ledger = { ...counting, list: async function* () {} };
    const lagging = await audited(empty, refs, clock);
    expect([lagging, lookUps]).toEqual([whole, 50]);
  });

  it('keeps a number of findings and hands over all', async () => {
    const clock = new TestClock();
    const refs = Array.from({ length: 7 }, (_, index) => listedRef(`${index}`, START));
    const all: string[] = [];
    const own = { keepFindings: 2, onFinding: (one: AuditFinding) => all.push(one.object), concurrency: 3 };
    const report = await audited(memoryLedger(clock.now), refs, clock, own);
    expect([report.findings.length, report.findingsOmitted, all.length]).toEqual([2, 5, 7]);
  });

  it('balances whatever happened, and agrees with the history', async () => {
    const STATES: readonly (Exclude<LedgerState, 'stale'> | 'never')[] = [
      'complete',
      'failed',
      'aborted',
      'claimed',
      'never',
    ];
    const version = fc.record({
      state: fc.constantFrom(...STATES),
      arrivesAt: fc.integer({ min: -DAY, max: 2 * DAY }),
      claimDelay: fc.constantFrom(0, 1000, DAY, 9 * DAY),
      isListed: fc.boolean(),
      rejected: fc.integer({ min: 0, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(version, { maxLength: 25 }), async (history) => {
        const clock = new TestClock();
        const ledger = memoryLedger(clock.now);
        const refs: ListedRef[] = [];
        const expected = { done: 0, failed: 0, unfinished: 0, missing: 0, rejected: 0 };
        for (const [index, { state, arrivesAt, claimDelay, isListed, rejected }] of history.entries()) {
          const ref = listedRef(`${index}`, START + arrivesAt);
          clock.time = ref.at + claimDelay;
          if (state !== 'never') await enter(ledger, ref, state, { rejected });
          if (isListed) refs.push(ref);
          // Versions that are in no listing count if the ledger lists them: they were claimed in time.
          const isKnown = isListed || (state !== 'never' && claimDelay < 2 * DAY);
          if (!isKnown || arrivesAt < 0 || arrivesAt >= DAY) continue;
          expected[STATUS[state]] += 1;
          if (state !== 'claimed' && state !== 'never') expected.rejected += rejected;
        }
        clock.time = START + 90 * DAY;
        const { statuses, arrived, rejected, records, listed, unlisted, complete } = await audited(ledger, refs, clock);
        const { rejected: all, ...counted } = expected;
        expect(statuses).toEqual({ ...counted, held: 0, stale: 0 });
        expect(rejected).toBe(all);
        expect(arrived).toBe(Object.values(statuses).reduce((sum, count) => sum + count, 0));
        expect(listed + unlisted).toBe(arrived);
        expect(complete).toBe(arrived === statuses.done);
        expect(records.read).toBe(records.written + records.rejected);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a source without versions, a ledger without a list, and options that cannot be', async () => {
    const clock = new TestClock();
    const { list: _, ...bare } = memoryLedger();
    await expect(audited(bare, [], clock)).rejects.toMatchObject({ code: 'LEDGER_NOT_LISTABLE' });
    const wrong = { list: [] as never };
    await expect(audited(memoryLedger(), [], clock, wrong)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    const { versionTag: _tag, ...source } = prices.stages.source;
    const untagged = { ...prices, stages: { ...prices.stages, source } };
    await expect(audited(memoryLedger(), [], clock, { feed: untagged })).rejects.toMatchObject({
      code: 'RECONCILE_UNSUPPORTED',
    });
  });
});

const STATUS = {
  complete: 'done',
  failed: 'failed',
  aborted: 'unfinished',
  claimed: 'unfinished',
  never: 'missing',
} as const;

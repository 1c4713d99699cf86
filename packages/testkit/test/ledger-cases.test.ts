import { AssertionError } from 'node:assert';
import { type Ledger, type LedgerListQuery, type ListedEntry, memoryLedger } from '@millrace/core';
import type { ClaimRequest } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { type ConformanceCase, ledgerCases } from '../src/index.ts';

const cases = ledgerCases({ create: memoryLedger, lists: true });

describe('a ledger that keeps the contract', () => {
  it.each(cases.map((one) => [`${one.clause} ${one.name}`, one] as const))('%s', async (_, one) => {
    await expect(one.run()).resolves.toBeUndefined();
  });

  it('has distinct cases, each with its clause', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(new Set(cases.map(({ clause }) => clause))).toEqual(
      new Set([
        '9.1',
        '9.2',
        '9.3',
        '9.4',
        '9.5',
        '9.6',
        '9.7',
        '9.8',
        '9.10',
        '9.11',
        '9.12',
        '9.13',
        '9.14',
        '9.15',
        '9.16',
        '9.17',
        '9.18',
      ]),
    );
  });

  it('need not be empty, nor one of its own for each case', async () => {
    const clock = { now: (): number => 0 };
    const shared = memoryLedger(() => clock.now());
    const create = (now: () => number): Ledger => {
      clock.now = now;
      return shared;
    };
    expect(await failures(ledgerCases({ create, lists: true }))).toEqual([]);
  });
});

async function failures(list: readonly ConformanceCase[]): Promise<string[]> {
  const failed: string[] = [];
  for (const { clause, name, run } of list) {
    try {
      await run();
    } catch (error) {
      failed.push(`${clause} ${name}: ${error instanceof AssertionError ? 'differs' : (error as Error).message}`);
    }
  }
  return failed;
}

/** What becomes of the cases where a good ledger is changed like this. */
async function broken(change: (ledger: Ledger, now: () => number) => Partial<Ledger>): Promise<string> {
  const create = (now: () => number): Ledger => {
    const ledger = memoryLedger(now);
    return { ...ledger, ...change(ledger, now) };
  };
  return (await failures(ledgerCases({ create, lists: true }))).join('\n');
}

const claiming =
  (change: (request: ClaimRequest, ledger: Ledger) => Partial<ClaimRequest>) =>
  (ledger: Ledger): Partial<Ledger> => ({
    claim: (request) => ledger.claim({ ...request, ...change(request, ledger) }),
  });

describe('a ledger that breaks the contract is found out', () => {
  it('where it reads, waits, and only then writes', async () => {
    const found = await broken((ledger) => ({
      claim: async (request) => {
        const known = await ledger.entries(request.feed, request.object);
        const answer = await ledger.claim(request);
        if (known.length > 0 || answer.outcome !== 'held') return answer;
        return { outcome: 'granted', watermark: 0, rejected: 0 };
      },
    }));
    expect(found).toContain('9.1 newest: of 32 claimants at once, one is granted: differs');
    expect(found).toContain('9.1 all: of 32 claimants at once, one is granted: differs');
  });

  it('where a lease never runs out, or at once', async () => {
    const endless = await broken(claiming(() => ({ leaseMs: 2 ** 40 })));
    expect(endless).toContain('9.1 newest: of 32 claimants at once, one takes over a lease that has run out');
    expect(await broken(claiming(() => ({ leaseMs: 1 })))).toContain(
      '9.2 all: what is held is reported as held until its lease runs out',
    );
  });

  it('where it forgets the watermark', async () => {
    const found = await broken((ledger) => ({
      checkpoint: (request, { rejected }) => ledger.checkpoint(request, { watermark: 0, rejected }),
    }));
    expect(found).toContain('9.4 all: a checkpoint stores progress and renews the lease');
    expect(found).toContain('9.3 all: a claim whose lease has run out is taken over at its watermark');
  });

  it('where it lets anyone finish', async () => {
    const found = await broken((ledger) => ({
      finish: async (request, progress, report) => {
        const [entry] = await ledger.entries(request.feed, request.object);
        await ledger.finish({ ...request, claimId: entry?.claimId ?? '' }, progress, report);
      },
    }));
    expect(found).toContain('9.5 newest: who has lost the claim can change nothing');
  });

  it('where it takes versions in any order, or in any number', async () => {
    const found = await broken(claiming(() => ({ versions: 'all' })));
    expect(found).toContain('9.6 newest: of 32 versions at once, one is granted at a time');
    expect(found).toContain('9.6 newest: an older version than one that was taken up is stale');
    expect(found).toContain('9.6 newest: another version waits until the one at work was given back');
    expect(found).toContain('9.6 runs: an older version is passed over');
  });

  it('where it answers that a version is stale and does not store it', async () => {
    const found = await broken((ledger) => ({
      claim: async (request) => {
        const entries = await ledger.entries(request.feed, request.object);
        const own = entries.find(({ origin }) => origin.id === request.origin.id);
        const isPassed = entries.some(
          ({ state, sequencer = '' }) => state === 'complete' && sequencer > (request.sequencer ?? '~'),
        );
        return own?.state === 'failed' && isPassed ? { outcome: 'stale' } : ledger.claim(request);
      },
    }));
    expect(found).toContain('9.6 newest: a version that failed and is claimed again after a newer one is recorded');
  });

  it('where the entry of a stale version says nothing else', async () => {
    const found = await broken((ledger) => ({
      entries: async (feed, object) => {
        const entries = await ledger.entries(feed, object);
        const latest = Math.max(...entries.map(({ generation = 0 }) => generation));
        return entries.map((one) => ((one.generation ?? latest) < latest ? one : { ...one, state: 'stale' as const }));
      },
    }));
    expect(found).toContain('9.6 newest: an earlier event of the version that failed last does not make it stale');
  });

  it('where what is complete stays so for ever, or what is unfinished goes on in any case', async () => {
    const found = await broken((ledger) => ({
      claim: async (request) => {
        const entries = await ledger.entries(request.feed, request.object);
        const before = entries.find(({ origin }) => origin.id === request.origin.id);
        if (before?.state === 'complete') return { outcome: 'complete' };
        const answer = await ledger.claim(request);
        return answer.outcome === 'granted' ? { ...answer, watermark: before?.watermark ?? 0 } : answer;
      },
    }));
    expect(found).toContain('9.11 newest: what is complete is granted again, from the start');
    expect(found).toContain('9.11 newest: what is unfinished starts over after another version');
    expect(found).toContain('9.11 runs: content that comes back overwrites what came between');
  });

  it('where any higher sequencer has it carried again', async () => {
    let serial = 0;
    const found = await broken((ledger) => ({
      claim: async (request) => {
        const answer = await ledger.claim(request);
        if (answer.outcome !== 'complete') return answer;
        const origin = { ...request.origin, id: `${request.origin.id}#${(serial += 1)}` };
        return ledger.claim({ ...request, origin });
      },
    }));
    expect(found).toContain('9.11 newest: what is complete stays so where no other version came between');
    expect(found).toContain('9.11 all: each version is carried once');
  });

  it('where it does not see who is at work under all, or lets who is late go on after another version', async () => {
    const apart = (request: ClaimRequest): ClaimRequest =>
      request.versions === 'all' ? { ...request, object: `${request.object}#all` } : request;
    const found = await broken((ledger) => ({
      claim: (request) => ledger.claim(apart(request)),
      checkpoint: (request, progress) => ledger.checkpoint(apart(request), progress),
      finish: (request, ...rest) => ledger.finish(apart(request), ...rest),
    }));
    expect(found).toContain('9.7 newest: waits for a version that is at work under all');
    expect(found).toContain('9.7 newest: waits for a version without a sequencer that is at work under all');
    const late = await broken((ledger) => ({
      checkpoint: (request, progress) => ledger.checkpoint({ ...request, versions: 'all' }, progress),
      finish: (request, ...rest) => ledger.finish({ ...request, versions: 'all' }, ...rest),
    }));
    expect(late).toContain('9.5 newest: who let the lease run out can change nothing once another version was granted');
  });

  it('where a claim whose answer was lost cannot be made again', async () => {
    const found = await broken(claiming(() => ({ claimId: crypto.randomUUID() })));
    expect(found).toContain('9.1 all: a claim that is made again, as its answer was lost, is granted again');
  });

  it('where it never carries an older version', async () => {
    const found = await broken(claiming(() => ({ versions: 'newest' })));
    expect(found).toContain('9.7 all: every version is carried on its own, in any order');
  });

  it('where it drops what the report says', async () => {
    const found = await broken((ledger) => ({
      finish: (request, progress, { error: _error, ...report }) => ledger.finish(request, progress, report),
    }));
    expect(found).toContain('9.4 the error of a report stays a coded error');
  });

  it('where it mixes feeds or objects up', async () => {
    const one = { feed: 'one' };
    const mixed = await broken((ledger) => ({
      claim: (request) => ledger.claim({ ...request, ...one }),
      checkpoint: (request, progress) => ledger.checkpoint({ ...request, ...one }, progress),
      finish: (request, ...rest) => ledger.finish({ ...request, ...one }, ...rest),
      entries: (_, object) => ledger.entries('one', object),
    }));
    expect(mixed).toContain('9.8 feeds are kept apart');
    const cut = <T extends { readonly object: string }>(request: T): T => ({
      ...request,
      object: request.object.slice(0, 1_000),
    });
    const truncated = await broken((ledger) => ({
      claim: (request) => ledger.claim(cut(request)),
      checkpoint: (request, progress) => ledger.checkpoint(cut(request), progress),
      finish: (request, ...rest) => ledger.finish(cut(request), ...rest),
      entries: (feed, object) => ledger.entries(feed, cut({ object }).object),
    }));
    expect(truncated).toContain('9.8 objects are kept apart');
  });

  it('if it loses the bounds of a version, or lets anyone store that its rows are retired', async () => {
    const lowered = await broken((ledger) => ({
      checkpoint: (request, { watermark, rejected }) => ledger.checkpoint(request, { watermark, rejected }),
    }));
    expect(lowered).toContain('9.16 a claim with a reach stores it with the grant, and no later claim lowers it');
    expect(lowered).toContain('9.16 a checkpoint and the outcome store the bounds that they bring');
    const unbounded = await broken(claiming(({ reach: _, ...request }) => ({ ...request, reach: undefined as never })));
    expect(unbounded).toContain('9.16 a claim with a reach stores it with the grant, and no later claim lowers it');
    const anyone = await broken((ledger) => ({
      retired: async (request, version, progress) => ledger.retired!(request, version, progress).catch(() => {}),
    }));
    expect(anyone).toContain('9.17 whoever holds the object stores that rows of a version are retired');
  });

  it('where it does not tell all entries', async () => {
    const found = await broken((ledger) => ({
      entries: async (feed, object) => (await ledger.entries(feed, object)).slice(0, 10),
    }));
    expect(found).toContain('9.10 many versions are all told');
  });

  it('if it lists by the last write, another feed, whole days, or what was', async () => {
    const listing =
      (change: (entry: ListedEntry) => ListedEntry | undefined, asked: Partial<LedgerListQuery> = {}) =>
      (ledger: Ledger): Partial<Ledger> => ({
        list: async function* (query) {
          for await (const entry of ledger.list!({ ...query, ...asked })) {
            const changed = change(entry);
            if (changed !== undefined) yield changed;
          }
        },
      });
    const same = (entry: ListedEntry): ListedEntry => entry;
    expect(
      await broken(
        listing(({ report, ...entry }) => ({ ...entry, ...(report && { report: { ...report, read: 0 } }) })),
      ),
    ).toContain('9.18 a listed entry has what became of the version');
    expect(await broken(listing((entry) => (entry.leaseUntil > 0 ? { ...entry, watermark: 0 } : entry)))).toContain(
      '9.18 a claim is listed with its lease and progress, as they are',
    );
    expect(await broken(listing(same, { from: new Date(0) }))).toContain(
      '9.18 the period holds its first instant and not its last, across days',
    );
    expect(await broken(listing(same, { states: ['complete', 'failed'] }))).toContain(
      '9.18 states and the beginning of names choose among the entries',
    );
    expect(
      await broken(listing(({ object, ...entry }) => (object.includes('#') ? undefined : { object, ...entry }))),
    ).toContain('9.18 entries are all listed, whatever the names of their objects');
    const latest = await broken((ledger, now) =>
      listing((entry) => (entry.attempts > 1 ? { ...entry, firstClaimedAt: new Date(now()).toISOString() } : entry))(
        ledger,
      ),
    );
    expect(latest).toContain('9.18 a version is listed once, at its first claim, whatever became of it later');
    expect(await broken(() => ({ list: undefined as never }))).toContain(
      '9.18 a feed that was never run has nothing to list',
    );
  });
});

it('refuses options that it cannot use', () => {
  expect(() => ledgerCases({ create: 1 as never })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  const unknown = { create: memoryLedger, ledger: memoryLedger() };
  expect(() => ledgerCases(unknown)).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
});

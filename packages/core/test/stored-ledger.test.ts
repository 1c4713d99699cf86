import { type LedgerStore, storedLedger } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { DONE, REPORT, request } from './ledger-claims.ts';

type HeadRecord = Parameters<LedgerStore['writeHead']>[1];
type VersionRecord = Parameters<LedgerStore['writeVersion']>[1];

const NOW = 1_000_000;

/** A store in memory whose writes take a turn of the event loop, and may be refused or fail. */
function slowStore(
  intercept: { head?: (head: HeadRecord) => boolean; version?: (version: VersionRecord) => boolean } = {},
) {
  let head: HeadRecord | undefined;
  const versions = new Map<string, VersionRecord>();
  const counts = { reads: 0, heads: 0 };
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  const store: LedgerStore = {
    name: 'slow',
    read: async ({ version }) => {
      counts.reads += 1;
      await turn();
      return { head, version: versions.get(version) };
    },
    writeHead: async (_, next, seen) => {
      counts.heads += 1;
      await turn();
      if (intercept.head?.(next) === false || head?.stamp !== seen) return false;
      head = next;
      return true;
    },
    writeVersion: async ({ version }, next, seen) => {
      await turn();
      if (intercept.version?.(next) === false || versions.get(version)?.stamp !== seen) return false;
      versions.set(version, next);
      return true;
    },
    versions: async () => [...versions.values()],
  };
  return {
    store,
    counts,
    head: () => head,
    /** Somebody else writes the head, without taking it. */
    touch: () => (head = head && { ...head, stamp: crypto.randomUUID(), mixed: true }),
  };
}

describe('a ledger on a store', () => {
  it('frees the object with the outcome, also if the head was written meanwhile', async () => {
    let isEnding = false;
    const slow = slowStore({
      head: ({ leaseUntil }) => {
        if (leaseUntil === 0 && isEnding) {
          isEnding = false;
          slow.touch();
        }
        return true;
      },
    });
    const ledger = storedLedger(slow.store, () => NOW);
    const first = request('01');
    expect(await ledger.claim(first)).toMatchObject({ outcome: 'granted' });
    isEnding = true;
    await ledger.finish(first, DONE, REPORT);
    expect(slow.head()).toMatchObject({ leaseUntil: 0, mixed: true, claimId: first.claimId });
    expect(await ledger.claim(request('02'))).toMatchObject({ outcome: 'granted' });
  });

  it('gives up freeing an object after ten refusals, and leaves it to the lease', async () => {
    const slow = slowStore({ head: ({ leaseUntil }) => leaseUntil !== 0 });
    const ledger = storedLedger(slow.store, () => NOW);
    const first = request('01');
    await ledger.claim(first);
    const before = slow.counts.heads;
    await ledger.finish(first, DONE, REPORT);
    // One write confirms the head, ten try to free it.
    expect(slow.counts.heads - before).toBe(11);
    expect(slow.head()!.leaseUntil).toBe(NOW + 1000);
  });

  it('asks a claimant to come again that others got ahead of ten times', async () => {
    const slow = slowStore({ head: () => false });
    expect(await storedLedger(slow.store, () => NOW).claim(request('01'))).toEqual({
      outcome: 'held',
      leaseUntil: NOW,
    });
    expect(slow.counts.reads).toBe(10);
  });

  it('loses a lease whose renewal is refused ten times', async () => {
    let isOver = false;
    const slow = slowStore({ head: () => !isOver });
    const ledger = storedLedger(slow.store, () => NOW);
    const first = request('01');
    await ledger.claim(first);
    isOver = true;
    const before = slow.counts.heads;
    await expect(ledger.checkpoint(first, DONE)).rejects.toMatchObject({ code: 'LEDGER_LEASE_LOST', retryable: true });
    expect(slow.counts.heads - before).toBe(10);
  });

  it('gives the head back if the version was refused to it', async () => {
    let refusals = 1;
    const heads: number[] = [];
    const slow = slowStore({
      head: ({ leaseUntil }) => {
        heads.push(leaseUntil);
        return true;
      },
      version: () => refusals-- <= 0,
    });
    expect(await storedLedger(slow.store, () => NOW).claim(request('01'))).toMatchObject({ outcome: 'granted' });
    expect(heads).toEqual([NOW + 1000, 0, NOW + 1000]);
  });

  it('has given the head back before it tries again', async () => {
    let refusals = 1;
    const events: string[] = [];
    const { store } = slowStore({ version: () => refusals-- <= 0 });
    const ledger = storedLedger(
      {
        ...store,
        read: (at) => {
          events.push('read');
          return store.read(at);
        },
        writeHead: async (at, next, seen) => {
          const written = await store.writeHead(at, next, seen);
          await store.versions('f', 'o');
          events.push(next.leaseUntil === 0 ? 'freed' : 'taken');
          return written;
        },
      },
      () => NOW,
    );
    expect(await ledger.claim(request('01'))).toMatchObject({ outcome: 'granted' });
    expect(events).toEqual(['read', 'taken', 'freed', 'read', 'taken']);
  });

  it('tries ten times to store how far a version is retired', async () => {
    let writes = 0;
    let isRefused = false;
    const slow = slowStore({
      version: () => {
        writes += 1;
        return !isRefused;
      },
    });
    const ledger = storedLedger(slow.store, () => NOW);
    const first = request('01');
    await ledger.claim(first);
    await ledger.finish(first, DONE, REPORT);
    const holder = request('01', { purpose: 'replay' });
    await ledger.claim(holder);
    isRefused = true;
    writes = 0;
    await expect(ledger.retired?.(holder, first.origin.id, { retiredBelow: 5, retired: false })).rejects.toMatchObject({
      code: 'LEDGER_LEASE_LOST',
    });
    expect(writes).toBe(10);
  });

  it('grants a replay to the same claim again, whose answer was lost', async () => {
    const ledger = storedLedger(slowStore().store, () => NOW);
    const first = request('01');
    await ledger.claim(first);
    await ledger.finish(first, DONE, REPORT);
    const replayed = request('01', { purpose: 'replay' });
    expect(await ledger.claim(replayed)).toMatchObject({ outcome: 'granted' });
    expect(await ledger.claim(replayed)).toMatchObject({ outcome: 'granted' });
    expect(await ledger.claim(request('01', { purpose: 'replay' }))).toMatchObject({ outcome: 'held' });
  });

  it('lets a replay under all go on, which holds nothing', async () => {
    const ledger = storedLedger(slowStore().store, () => NOW);
    const replayed = request('01', { purpose: 'replay', versions: 'all' });
    expect(await ledger.claim(replayed)).toMatchObject({ outcome: 'granted' });
    await ledger.checkpoint(replayed, DONE);
    await ledger.finish(replayed, DONE, REPORT);
    expect(await ledger.entries('f', 'o')).toEqual([]);
  });

  it('stores the reach that was asked for, from the first record on', async () => {
    const ledger = storedLedger(slowStore().store, () => NOW);
    expect(await ledger.claim(request('01', { versions: 'all', reach: 10 }))).toMatchObject({
      extent: { before: 0, reach: 10, branches: [] },
    });
  });

  it('has written that a complete version was written later by the time that it says so, also if it was refused once', async () => {
    let refusals = 0;
    const { store, head } = slowStore({ head: () => refusals-- <= 0 });
    const ledger = storedLedger(store, () => NOW);
    const first = request('01');
    await ledger.claim(first);
    await ledger.finish(first, DONE, REPORT);
    refusals = 1;
    expect(await ledger.claim(request('02', { origin: first.origin }))).toEqual({ outcome: 'complete' });
    expect(head()).toMatchObject({ sequencer: '02' });
    expect(await ledger.entries('f', 'o')).toMatchObject([{ sequencer: '02', state: 'complete' }]);
  });

  it('renews and ends a claim without a read', async () => {
    const { store, counts } = slowStore();
    const ledger = storedLedger(store, () => NOW);
    const first = request('01');
    await ledger.claim(first);
    const before = counts.reads;
    for (const watermark of [1, 2]) await ledger.checkpoint(first, { watermark, rejected: 0 });
    await ledger.finish(first, DONE, REPORT);
    expect(counts.reads - before).toBe(0);
    // It is forgotten then.
    await ledger.finish(first, DONE, REPORT);
    expect(counts.reads - before).toBe(1);
  });

  it('only frees the object when it is called again after the outcome was stored', async () => {
    const writes: string[] = [];
    let isFailing = true;
    const { store, head } = slowStore({
      head: ({ leaseUntil }) => {
        writes.push(leaseUntil === 0 ? 'free' : 'hold');
        if (leaseUntil !== 0 || !isFailing) return true;
        isFailing = false;
        throw new Error('away');
      },
      version: () => writes.push('version') > 0,
    });
    const ledger = storedLedger(store, () => NOW);
    const first = request('01');
    await ledger.claim(first);
    writes.length = 0;
    await expect(ledger.finish(first, DONE, REPORT)).rejects.toThrow('away');
    expect(writes).toEqual(['hold', 'version', 'free']);
    await ledger.finish(first, DONE, REPORT);
    expect(writes).toEqual(['hold', 'version', 'free', 'free']);
    expect(head()!.leaseUntil).toBe(0);
  });

  it('renews a claim that another process was granted without a read, and looks at no other version', async () => {
    const { store, counts } = slowStore();
    const alone = { ...store, versions: () => expect.fail('it looked') };
    const first = request('01');
    await storedLedger(alone, () => NOW).claim(first);
    const ledger = storedLedger(alone, () => NOW);
    expect(await ledger.claim(first)).toMatchObject({ outcome: 'granted' });
    const before = counts.reads;
    await ledger.checkpoint(first, DONE);
    expect(counts.reads - before).toBe(0);
  });

  it('writes nothing more for a claim that it found lost', async () => {
    let now = NOW;
    const { store, counts } = slowStore();
    const ledger = storedLedger(store, () => now);
    const first = request('01');
    await ledger.claim(first);
    now += 1000;
    expect(await ledger.claim(request('02'))).toMatchObject({ outcome: 'granted' });
    await expect(ledger.checkpoint(first, DONE)).rejects.toMatchObject({ code: 'LEDGER_LEASE_LOST' });
    const before = counts.heads;
    await expect(ledger.checkpoint(first, DONE)).rejects.toMatchObject({ code: 'LEDGER_LEASE_LOST' });
    expect(counts.heads - before).toBe(0);
  });

  it('keeps nothing of a claim that it refuses', async () => {
    const { store, counts } = slowStore();
    const ledger = storedLedger(store, () => NOW);
    await ledger.claim(request('01'));
    const refused = request('02');
    expect(await ledger.claim(refused)).toMatchObject({ outcome: 'held' });
    const before = counts.reads;
    await expect(ledger.checkpoint(refused, DONE)).rejects.toMatchObject({ code: 'LEDGER_LEASE_LOST' });
    expect(counts.reads - before).toBe(1);
  });

  it('has written that a version is stale by the time that it says so', async () => {
    const { store } = slowStore();
    const ledger = storedLedger(store, () => NOW);
    const newer = request('02');
    await ledger.claim(newer);
    await ledger.finish(newer, DONE, REPORT);
    expect(await ledger.claim(request('01'))).toEqual({ outcome: 'stale' });
    expect((await ledger.entries('f', 'o')).map(({ origin, state }) => [origin.id, state])).toEqual([
      ['o@02', 'complete'],
      ['o@01', 'stale'],
    ]);
  });

  it('does not grant what its own lease is over for by the time that it is written', async () => {
    let now = NOW;
    let isSlow = true;
    const slow = slowStore({
      version: () => {
        if (isSlow) now += 1000;
        isSlow = false;
        return true;
      },
    });
    const answer = await storedLedger(slow.store, () => now).claim(request('01'));
    expect(answer).toMatchObject({ outcome: 'granted' });
    expect(slow.head()!.leaseUntil).toBe(NOW + 2000);
  });
});

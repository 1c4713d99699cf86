import { memoryLedger } from '@millrace/core';
import type { ClaimRequest } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { DONE, REPORT, request } from './ledger-claims.ts';

const NOW = 1_000_000;

describe('the order of versions', () => {
  it('is not given by sequencers that are not hexadecimal', async () => {
    const ledger = memoryLedger();
    for (const sequencer of ['', 'x', '0x1', '01 ', 'g']) {
      await expect(ledger.claim(request(sequencer))).rejects.toMatchObject({ code: 'LEDGER_SEQUENCER_INVALID' });
    }
    expect(await ledger.claim(request('00aBcDeF19'))).toMatchObject({ outcome: 'granted' });
  });

  it('does not take a duplicate event of a complete version for a restored one', async () => {
    const ledger = memoryLedger(() => NOW);
    const complete = async (sequencer: string, id: string, changes: Partial<ClaimRequest> = {}): Promise<string> => {
      const claim = request(sequencer, { origin: { id, uri: 'o' }, ...changes });
      const { outcome } = await ledger.claim(claim);
      if (outcome === 'granted') await ledger.finish(claim, DONE, REPORT);
      return outcome;
    };
    expect(await complete('01', 'a')).toBe('granted');
    expect(await complete('01', 'a')).toBe('complete');
    expect(await complete('02', 'b')).toBe('granted');
    // The same event again, and a later event of the same content, which means that it was put back.
    expect(await complete('01', 'a')).toBe('complete');
    expect(await complete('02', 'a')).toBe('granted');
    expect(await complete('02', 'a')).toBe('complete');
    expect(await complete('03', 'b')).toBe('granted');
    expect(await complete('01', 'a', { versions: 'all' })).toBe('complete');
  });

  it('continues after versions were taken under all', async () => {
    const ledger = memoryLedger(() => NOW);
    const all = request('05', { versions: 'all' });
    expect(await ledger.claim(all)).toEqual({ outcome: 'granted', watermark: 0, rejected: 0 });
    // It is at work, so the next version waits for it; an older one is stale already.
    expect(await ledger.claim(request('06'))).toEqual({ outcome: 'held', leaseUntil: NOW + 1000 });
    expect(await ledger.claim(request('04'))).toEqual({ outcome: 'stale' });
    await ledger.finish(all, DONE, REPORT);
    expect(await ledger.claim(request('06'))).toMatchObject({ outcome: 'granted' });
  });
});

describe('the lease of a claim', () => {
  it('is given to one of two that ask at once', async () => {
    const ledger = memoryLedger(() => NOW);
    const answers = await Promise.all([ledger.claim(request('01')), ledger.claim(request('02'))]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['granted', 'held']);
  });

  it('is over, with the skew of two clocks, exactly when it says', async () => {
    let now = NOW;
    const ledger = memoryLedger(() => now);
    await ledger.claim(request('01', { clockSkewMs: 50 }));
    now += 1049;
    const again = request('01', { clockSkewMs: 50 });
    expect(await ledger.claim(again)).toEqual({ outcome: 'held', leaseUntil: NOW + 1000 });
    now += 1;
    expect(await ledger.claim(again)).toMatchObject({ outcome: 'granted' });
    expect(await ledger.entries('f', 'o')).toMatchObject([{ attempts: 2 }]);
  });

  it('is the same if the claimant asks again because the answer was lost', async () => {
    const ledger = memoryLedger(() => NOW);
    const claim = request('01');
    const granted = await ledger.claim(claim);
    expect(await ledger.claim(claim)).toEqual(granted);
    await ledger.finish(claim, DONE, REPORT);
    // Its answer was lost as well.
    await ledger.finish(claim, DONE, REPORT);
    expect(await ledger.entries('f', 'o')).toMatchObject([{ state: 'complete', attempts: 1, leaseUntil: 0 }]);
    await expect(ledger.finish(claim, DONE, { ...REPORT, outcome: 'failed' })).rejects.toMatchObject({
      code: 'LEDGER_LEASE_LOST',
    });
  });
});

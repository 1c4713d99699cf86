import type { LedgerEntry } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { decideBeforeOpen } from '../src/ledger/before-open.ts';

const NOW = 1_000_000;

function entry(id: string, changes: Partial<LedgerEntry>): LedgerEntry {
  return {
    feed: 'f',
    object: 'o',
    origin: { id, uri: 'o' },
    state: 'complete',
    watermark: 0,
    rejected: 0,
    attempts: 1,
    leaseUntil: 0,
    claimId: 'c',
    updatedAt: new Date(NOW).toISOString(),
    ...changes,
  };
}

type Wanted = Parameters<typeof decideBeforeOpen>[2] & { readonly sequencer?: string };

/** Decides on version `a`, at sequencer `02` unless said otherwise. */
function decide(entries: readonly LedgerEntry[], { sequencer = '02', ...wanted }: Partial<Wanted> = {}) {
  const identified = { origin: { id: 'a', uri: 'o' }, ...(sequencer !== '' && { sequencer }) };
  const decision = decideBeforeOpen(identified, entries, { versions: 'newest', clockSkewMs: 0, ...wanted }, NOW);
  return decision === 'claim' ? decision : decision?.outcome;
}

describe('what is known of an object before it is opened', () => {
  it('is nothing without entries, or with one that is unfinished', () => {
    expect(decide([])).toBeUndefined();
    for (const state of ['failed', 'aborted', 'stale'] as const)
      expect(decide([entry('a', { state })])).toBeUndefined();
  });

  it('is that it is complete, if this version is, and no later one was taken up', () => {
    expect(decide([entry('a', { generation: 1 })])).toBe('complete');
    expect(decide([entry('a', { generation: 2 }), entry('b', { generation: 1, sequencer: '01' })])).toBe('complete');
    expect(decide([entry('b', { generation: 1, sequencer: '01' })])).toBeUndefined();
    // A later version was taken up, so this may be a restored one.
    expect(decide([entry('a', { generation: 1 }), entry('b', { generation: 2, sequencer: '01' })])).toBeUndefined();
    expect(decide([entry('a', { generation: 1 }), entry('b', { generation: 2 })], { versions: 'all' })).toBe(
      'complete',
    );
    expect(decide([entry('a', { generation: 1 }), entry('b', { generation: 2 })], { sequencer: '' })).toBe('complete');
  });

  it('is that another run holds it until its lease is over, with the skew of two clocks', () => {
    const held = (leaseUntil: number) => [entry('a', { state: 'claimed', leaseUntil })];
    expect(decide(held(NOW + 1))).toBe('held');
    expect(decide(held(NOW))).toBeUndefined();
    expect(decide(held(NOW), { clockSkewMs: 1 })).toBe('held');
    expect(decide(held(NOW - 1), { clockSkewMs: 1 })).toBeUndefined();
    expect(decide(held(0), { clockSkewMs: 2 * NOW })).toBeUndefined();
    expect(decide([entry('b', { state: 'claimed', leaseUntil: NOW + 1 })])).toBeUndefined();
  });

  it('is that a claim will find it stale, if a newer version followed it and its entry does not say so', () => {
    const newer = entry('b', { generation: 2, sequencer: '03' });
    for (const state of ['failed', 'aborted', 'claimed'] as const) {
      expect(decide([entry('a', { state, generation: 1, sequencer: '02' }), newer])).toBe('claim');
      expect(decide([entry('a', { state, generation: 1 }), newer])).toBe('claim');
      // A later event of it was claimed before, and may come again.
      expect(decide([entry('a', { state, generation: 1, sequencer: '025' }), newer])).toBe('stale');
      // It is the version that was granted last.
      expect(decide([entry('a', { state, generation: 3, sequencer: '01' }), newer])).toBe('stale');
    }
    expect(decide([entry('a', { state: 'stale', generation: 1, sequencer: '02' }), newer])).toBe('stale');
  });

  it('is that it is stale, if a newer version was taken up', () => {
    expect(decide([entry('b', { sequencer: '03' })])).toBe('stale');
    expect(decide([entry('b', { sequencer: '02' })])).toBeUndefined();
    expect(decide([entry('b', { sequencer: '01' }), entry('c', { sequencer: '03' })])).toBe('stale');
    expect(decide([entry('b', { sequencer: '03', attempts: 0, state: 'stale' })])).toBeUndefined();
    expect(decide([entry('b', {})])).toBeUndefined();
    expect(decide([entry('b', { sequencer: '03' })], { versions: 'all' })).toBeUndefined();
    expect(decide([entry('b', { sequencer: '03' })], { sequencer: '' })).toBeUndefined();
  });
});

import type { LedgerEntry } from '@millrace/core';
import type { ClaimRequest } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import type { HeadRecord, VersionRecord } from '../src/ledger/ledger-store.ts';
import { isLeased, isMultipart, isOlder, isSuperseded, needsTime, orderOf, timeOf } from '../src/ledger/order.ts';
import { isReplaced } from '../src/ledger/replaced.ts';

const EARLY = '2026-01-01T00:00:00.000Z';
const LATE = '2026-01-02T00:00:00.000Z';

function request(origin: Partial<ClaimRequest['origin']>, more: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    feed: 'f',
    object: 'o',
    origin: { id: 'o@1', uri: 'o', ...origin },
    claimId: 'c',
    leaseMs: 1000,
    clockSkewMs: 0,
    versions: 'newest',
    ...more,
  };
}

function head(more: Partial<HeadRecord> = {}): HeadRecord {
  const record = { feed: 'f', object: 'o', claimId: 'other', leaseUntil: 0, generation: 2 };
  return { ...record, stamp: 's', updatedAt: LATE, lastModified: LATE, ...more };
}

function version(generation: number): VersionRecord {
  return {
    feed: 'f',
    object: 'o',
    origin: { id: 'o@1', uri: 'o' },
    claimId: 'c',
    generation,
    state: 'failed',
    watermark: 0,
    rejected: 0,
    attempts: 1,
    leaseUntil: 0,
    stamp: 's',
    updatedAt: LATE,
  };
}

describe('a version without a sequencer', () => {
  const early = request({ lastModified: EARLY });

  it('is older if it was written before one that was granted', () => {
    expect(isOlder(early, { head: head(), version: undefined })).toBe(true);
    expect(isOlder(early, { head: head(), version: version(1) })).toBe(true);
    expect(isOlder(request({ lastModified: LATE }), { head: head(), version: undefined })).toBe(false);
  });

  it('is not older than itself', () => {
    expect(isOlder(early, { head: head(), version: version(2) })).toBe(false);
  });

  it('is not older by the time at which its upload in parts was begun', () => {
    const parts = request({ lastModified: EARLY, etag: '"d41d8cd98f00b204e9800998ecf8427e-2"' });
    expect(isOlder(parts, { head: head(), version: undefined })).toBe(false);
  });

  it('has to be opened to tell, unless something else tells', () => {
    const unopened = request({}, { isUnopened: true });
    expect(needsTime(unopened, { head: head(), version: undefined })).toBe(true);
    expect(needsTime(unopened, { head: head(), version: version(1) })).toBe(true);
    expect(needsTime(unopened, { head: head(), version: version(2) })).toBe(false);
    expect(needsTime(request({}), { head: head(), version: undefined })).toBe(false);
    expect(needsTime(unopened, { head: undefined, version: undefined })).toBe(false);
    const timed = request({ lastModified: EARLY }, { isUnopened: true });
    expect(needsTime(timed, { head: head(), version: undefined })).toBe(false);
    const parts = request({ etag: '"d41d8cd98f00b204e9800998ecf8427e-2"' }, { isUnopened: true });
    expect(needsTime(parts, { head: head(), version: undefined })).toBe(false);
  });
});

describe('a version with a sequencer', () => {
  const at = (sequencer: string, more: Partial<ClaimRequest> = {}): ClaimRequest =>
    request({ lastModified: EARLY }, { sequencer, ...more });

  it('is older than one with a higher one, whatever their times say', () => {
    const known = { head: head({ sequencer: '05' }), version: undefined };
    expect(['04', '05', '06'].map((sequencer) => isOlder(at(sequencer), known))).toEqual([true, false, false]);
  });

  it('is older by its time if the highest one belongs to an earlier version', () => {
    const known = { head: head({ sequencer: '05', unsequenced: true }), version: undefined };
    expect(['04', '05', '06'].map((sequencer) => isOlder(at(sequencer), known))).toEqual([true, true, true]);
    expect(isOlder(request({ lastModified: LATE }, { sequencer: '06' }), known)).toBe(false);
    expect(isOlder(request({}, { sequencer: '06' }), known)).toBe(false);
    const { lastModified: _, ...untimed } = known.head;
    expect(isOlder(at('06'), { head: untimed, version: undefined })).toBe(false);
    expect(isOlder(at('06'), { head: undefined, version: undefined })).toBe(false);
  });

  it('has to be opened only if its time decides', () => {
    const needs = (sequencer: string, more: Partial<HeadRecord>): boolean =>
      needsTime(request({}, { sequencer, isUnopened: true }), { head: head(more), version: undefined });
    expect(needs('04', { sequencer: '05' })).toBe(false);
    expect(needs('06', { sequencer: '05' })).toBe(false);
    expect(needs('06', {})).toBe(true);
    const unsequenced = { sequencer: '05', unsequenced: true };
    expect(['04', '05', '06'].map((sequencer) => needs(sequencer, unsequenced))).toEqual([false, true, true]);
  });
});

describe('a version without its time', () => {
  it('has that of the same event before', () => {
    const known = { origin: { id: 'o@1', uri: 'o', lastModified: EARLY }, sequencer: '05' };
    expect(timeOf(request({}, { sequencer: '05' }), known)).toBe(EARLY);
    expect(timeOf(request({ lastModified: LATE }, { sequencer: '05' }), known)).toBe(LATE);
    expect(timeOf(request({}, { sequencer: '06' }), known)).toBeUndefined();
    expect(timeOf(request({}, { sequencer: '05' }), undefined)).toBeUndefined();
    expect(timeOf(request({}), { origin: known.origin })).toBeUndefined();
  });
});

describe('what is remembered of a version that is granted', () => {
  it('is its sequencer, and its time if that is the latest', () => {
    const order = (origin: Partial<ClaimRequest['origin']>, sequencer: string | undefined, known?: HeadRecord) =>
      orderOf(request(origin, sequencer === undefined ? {} : { sequencer }), known);
    expect(order({}, undefined)).toEqual({});
    expect(order({ lastModified: EARLY }, '01')).toEqual({ sequencer: '01', lastModified: EARLY });
    const { lastModified: _, ...untimed } = head();
    expect(order({ lastModified: EARLY }, '01', untimed)).toEqual({ sequencer: '01', lastModified: EARLY });
    for (const time of [EARLY, LATE]) expect(order({ lastModified: time }, undefined, head())).toEqual({});
    expect(order({ lastModified: LATE }, undefined, head({ lastModified: EARLY }))).toEqual({ lastModified: LATE });
    // Whether the sequencer of the head belongs to an earlier version.
    expect(order({}, undefined, head({ sequencer: '05' }))).toEqual({ unsequenced: true });
    expect(order({}, undefined, head({ sequencer: '05', unsequenced: true }))).toEqual({});
    expect(order({}, '06', head({ sequencer: '05', unsequenced: true }))).toEqual({
      sequencer: '06',
      unsequenced: false,
    });
    expect(order({}, '06', head({ sequencer: '05' }))).toEqual({ sequencer: '06' });
  });
});

describe('an unfinished version', () => {
  it('is superseded once another one followed, and no later event has claimed it', () => {
    const is = (state: LedgerEntry['state'], last: string | undefined, own: string | undefined, followed = true) =>
      isSuperseded(
        { state, ...(last !== undefined && { sequencer: last }) },
        own === undefined ? {} : { sequencer: own },
        followed,
      );
    expect([is('failed', '04', '04'), is('failed', '03', '04'), is('failed', '05', '04')]).toEqual([true, true, false]);
    expect([is('claimed', undefined, '04'), is('aborted', '04', undefined)]).toEqual([true, true]);
    expect([is('complete', '04', '04'), is('stale', '04', '04'), is('failed', '04', '04', false)]).toEqual(
      Array(3).fill(false),
    );
  });
});

describe('the ETag of an upload in parts', () => {
  it('has their number', () => {
    const is = (etag?: string): boolean => isMultipart({ id: 'o', uri: 'o', ...(etag !== undefined && { etag }) });
    expect(['"abc-2"', 'abc-10000'].map(is)).toEqual([true, true]);
    expect(['"abc"', 'abc-', '"ab-2c"', undefined].map(is)).toEqual(Array(4).fill(false));
  });
});

describe('a lease', () => {
  it('runs until its time, and for the skew of two clocks after it, unless it was given back', () => {
    const leased = (leaseUntil: number, skew: number | undefined, now: number): boolean =>
      isLeased({ leaseUntil }, skew, now);
    expect([leased(5, undefined, 4), leased(5, undefined, 5), leased(5, 2, 6), leased(5, 2, 7)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([leased(0, 10, 1), leased(1, 10, 1)]).toEqual([false, true]);
  });
});

describe('a version that cannot be read any more', () => {
  const entry = (id: string, generation: number, more: Partial<LedgerEntry> = {}): LedgerEntry =>
    ({ origin: { id, uri: 'o' }, generation, attempts: 1, versionTag: id, ...more }) as LedgerEntry;

  it('is replaced if the ledger has taken up what is there now, no earlier than itself', () => {
    expect(isReplaced('a', 'b', [entry('a', 1), entry('b', 2)])).toBe(true);
    expect(isReplaced('a', 'b', [entry('a', 2), entry('b', 1)])).toBe(false);
    expect(isReplaced('a', 'b', [entry('b', 1), entry('a', 2)])).toBe(false);
    expect(isReplaced('a', 'b', [entry('b', 1)])).toBe(true);
    expect(isReplaced(undefined, 'b', [entry('b', 1)])).toBe(true);
    expect(isReplaced('a', 'b', [entry('a', 1), entry('b', 2, { attempts: 0 })])).toBe(false);
    expect(isReplaced('a', 'c', [entry('a', 1), entry('b', 2)])).toBe(false);
    expect(isReplaced('a', 'a', [entry('a', 1)])).toBe(false);
  });
});

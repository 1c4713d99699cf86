import type { LedgerEntry } from '@millrace/core';
import type { ClaimRequest } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import type { HeadRecord, VersionRecord } from '../src/ledger/ledger-store.ts';
import { isOlder, needsTime } from '../src/ledger/order.ts';
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

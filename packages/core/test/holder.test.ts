import type { ItemReport } from '@millrace/core';
import type { ClaimRequest } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { decideCheckpoint, decideFinish, holds, isFinished } from '../src/ledger/decide.ts';
import { extended, grantedExtent } from '../src/ledger/extent.ts';
import type { HeadRecord, VersionRecord } from '../src/ledger/ledger-store.ts';

const NOW = 1_000_000;
const RECORD = { feed: 'f', object: 'o', stamp: 's', updatedAt: '2026-01-01T00:00:00.000Z', claimId: 'mine' };
const HEAD: HeadRecord = { ...RECORD, leaseUntil: NOW, generation: 1 };
const VERSION: VersionRecord = {
  ...RECORD,
  origin: { id: 'o@1', uri: 'o' },
  state: 'claimed',
  watermark: 4,
  rejected: 1,
  attempts: 1,
  leaseUntil: NOW,
};

function request(more: Partial<ClaimRequest> = {}, origin: Partial<ClaimRequest['origin']> = {}): ClaimRequest {
  const claim = { feed: 'f', object: 'o', claimId: 'mine', leaseMs: 1000, versions: 'newest' as const };
  return { ...claim, origin: { id: 'o@1', uri: 'o', ...origin }, ...more };
}

const report = (outcome: ItemReport['outcome']): ItemReport => ({ outcome }) as ItemReport;

describe('a claim holds what it was granted', () => {
  const [otherHead, otherVersion] = [
    { ...HEAD, claimId: 'other' },
    { ...VERSION, claimId: 'other' },
  ];
  const [freeHead, freeVersion] = [
    { ...HEAD, leaseUntil: 0 },
    { ...VERSION, leaseUntil: 0 },
  ];

  it('under newest as long as head and version are its own', () => {
    expect(holds(request(), { head: HEAD, version: VERSION })).toBe(true);
    for (const head of [otherHead, freeHead, undefined])
      expect(holds(request(), { head, version: VERSION })).toBe(false);
    for (const version of [otherVersion, freeVersion, undefined])
      expect(holds(request(), { head: HEAD, version })).toBe(false);
  });

  it('under all as long as the version is its own', () => {
    const all = request({ versions: 'all' });
    expect(holds(all, { head: otherHead, version: VERSION })).toBe(true);
    for (const version of [otherVersion, freeVersion, undefined])
      expect(holds(all, { head: HEAD, version })).toBe(false);
  });

  it('for a replay as long as the head is its own; under all there is nothing to hold', () => {
    const replay = request({ purpose: 'replay' });
    expect(holds(replay, { head: HEAD, version: otherVersion })).toBe(true);
    for (const head of [otherHead, freeHead, undefined]) expect(holds(replay, { head, version: VERSION })).toBe(false);
    expect(holds({ ...replay, versions: 'all' }, {})).toBe(true);
  });
});

describe('what a holder stores', () => {
  const progress = { watermark: 9, rejected: 2, reach: 20 };
  const all = request({ versions: 'all' });
  const replay = request({ purpose: 'replay' });
  const known = { head: HEAD, version: VERSION };
  const renewed = { ...HEAD, leaseUntil: NOW + 1005 };

  it('at a checkpoint is its progress, and both leases from now on', () => {
    const version = { ...VERSION, ...progress, leaseUntil: NOW + 1005 };
    expect(decideCheckpoint(request(), known, progress, NOW + 5)).toEqual({ head: renewed, version });
    expect(decideCheckpoint(all, known, progress, NOW + 5)).toEqual({ head: undefined, version });
    expect(decideCheckpoint(replay, known, progress, NOW + 5)).toEqual({ head: renewed, version: undefined });
  });

  it.each([
    ['complete', 'complete'],
    ['aborted', 'aborted'],
    ['failed', 'failed'],
    ['duplicate', 'failed'],
  ] as const)('at the end is %s as %s, and the version is free', (outcome, state) => {
    const version = { ...VERSION, ...progress, state, leaseUntil: 0, report: report(outcome) };
    expect(decideFinish(request(), known, progress, report(outcome), NOW + 5)).toEqual({ head: renewed, version });
    expect(decideFinish(all, known, progress, report(outcome), NOW + 5)).toEqual({ head: undefined, version });
    expect(decideFinish(replay, known, progress, report(outcome), NOW + 5)).toEqual({
      head: renewed,
      version: undefined,
    });
  });

  it('is there already if it stored this outcome before', () => {
    const ended: VersionRecord = { ...VERSION, state: 'complete', leaseUntil: 0 };
    const finished = (more: Partial<VersionRecord>, asked = request()): boolean =>
      isFinished(asked, { version: { ...ended, ...more } }, report('complete'));
    expect(finished({})).toBe(true);
    expect(finished({ claimId: 'other' })).toBe(false);
    expect(finished({ state: 'failed' })).toBe(false);
    expect(finished({ leaseUntil: 1 })).toBe(false);
    expect(finished({}, replay)).toBe(false);
    expect(isFinished(request(), {}, report('complete'))).toBe(false);
  });
});

describe('the extent of a version', () => {
  const [early, late] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];

  it('is not kept unless it was asked for, from the first attempt on', () => {
    expect(extended(request(), undefined, 0)).toEqual({});
    expect(extended(request({ reach: 10 }), VERSION, 4)).toEqual({});
    const first = { reach: 10, branches: [], groups: [1] };
    expect(extended(request({ reach: 10 }), undefined, 0)).toEqual(first);
    expect(extended(request({ reach: 10 }), { ...VERSION, attempts: 0 }, 0)).toEqual(first);
  });

  it('never shrinks, and remembers the groups and the times of all attempts', () => {
    const before = { ...VERSION, reach: 30, branches: [2], groups: [1, 5], dates: [early] };
    expect(extended(request({ reach: 10 }), before, 4)).toMatchObject({
      reach: 30,
      branches: [2],
      groups: [1, 5],
      dates: [early],
    });
    expect(extended(request({ reach: 10, group: 7 }), before, 25)).toMatchObject({ reach: 35, groups: [1, 5, 7] });
    const at = (lastModified: string): VersionRecord => ({
      ...VERSION,
      reach: 1,
      origin: { id: 'o@1', uri: 'o', lastModified },
    });
    expect(extended(request({ reach: 1 }, { lastModified: late }), at(early), 0).dates).toEqual([early]);
    expect(extended(request({ reach: 1 }, { lastModified: late }), at(late), 0)).not.toHaveProperty('dates');
    expect(extended(request({ reach: 1 }, { lastModified: late }), { ...VERSION, reach: 1 }, 0)).not.toHaveProperty(
      'dates',
    );
  });

  it('is granted with what earlier runs came to', () => {
    expect(grantedExtent(request({ reach: 10 }), { reach: 12, branches: [3] }, { reach: 5 })).toEqual({
      before: 5,
      reach: 12,
      branches: [3],
    });
    expect(grantedExtent(request({ reach: 10 }), { reach: 12 }, undefined)).toEqual({
      before: 0,
      reach: 12,
      branches: [],
    });
    expect(grantedExtent(request(), { reach: 12 }, undefined)).toBeUndefined();
    expect(grantedExtent(request({ reach: 10 }), {}, undefined)).toBeUndefined();
  });
});

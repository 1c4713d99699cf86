import type { ClaimRequest } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { type ClaimDecision, decideClaim, type KnownForClaim } from '../src/ledger/decide.ts';
import type { HeadRecord, VersionRecord } from '../src/ledger/ledger-store.ts';

const NOW = 1_000_000;
const [EARLY, LATE] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
const RECORD = { feed: 'f', object: 'o', stamp: 's', updatedAt: LATE };

function request(more: Partial<ClaimRequest> = {}, origin: Partial<ClaimRequest['origin']> = {}): ClaimRequest {
  const claim = { feed: 'f', object: 'o', claimId: 'mine', leaseMs: 1000, clockSkewMs: 0, versions: 'newest' as const };
  return { ...claim, origin: { id: 'o@1', uri: 'o', ...origin }, ...more };
}

/** Someone else took up version 2, and gave the object back. */
function head(more: Partial<HeadRecord> = {}): HeadRecord {
  return { ...RECORD, claimId: 'other', leaseUntil: 0, generation: 2, ...more };
}

/** An earlier attempt at the version failed after four records. */
function version(more: Partial<VersionRecord> = {}, origin: Partial<ClaimRequest['origin']> = {}): VersionRecord {
  const counts = { watermark: 4, rejected: 1, attempts: 1, leaseUntil: 0 };
  return {
    ...RECORD,
    claimId: 'other',
    state: 'failed',
    ...counts,
    origin: { id: 'o@1', uri: 'o', ...origin },
    ...more,
  };
}

const decide = (asked: ClaimRequest, known: KnownForClaim): ClaimDecision => decideClaim(asked, known, NOW);

/** What a claim comes to: the outcome of an answer, or the kind of the decision. */
function outcome(asked: ClaimRequest, known: KnownForClaim): string {
  const decision = decide(asked, known);
  return decision.kind === 'answer' ? decision.answer.outcome : decision.kind;
}

function granted(asked: ClaimRequest, known: KnownForClaim) {
  const decision = decide(asked, known);
  if (decision.kind !== 'grant') return expect.fail(decision.kind);
  return decision.grant;
}

describe('a claim under newest', () => {
  it('of an object that nobody knows takes head and version with one lease', () => {
    expect(granted(request({ sequencer: '01', signature: 'sig' }), {})).toEqual({
      head: { feed: 'f', object: 'o', sequencer: '01', claimId: 'mine', leaseUntil: NOW + 1000, generation: 1 },
      version: {
        feed: 'f',
        object: 'o',
        origin: { id: 'o@1', uri: 'o' },
        claimId: 'mine',
        sequencer: '01',
        signature: 'sig',
        watermark: 0,
        rejected: 0,
        generation: 1,
        state: 'claimed',
        leaseUntil: NOW + 1000,
        attempts: 1,
        firstClaimedAt: '1970-01-01T00:16:40.000Z',
      },
      answer: { outcome: 'granted', watermark: 0, rejected: 0, generation: 1 },
    });
  });

  it('keeps the time of the first claim, and takes that of the last write for what an earlier release has stored', () => {
    const firstClaimedAt = '1969-12-31T00:00:00.000Z';
    const later = (own: Partial<VersionRecord>) =>
      granted(request(), { head: head(), version: version({ generation: 2, ...own }) }).version;
    expect(later({ firstClaimedAt })).toMatchObject({ firstClaimedAt });
    expect(later({})).toMatchObject({ firstClaimedAt: LATE });
  });

  it('goes on where the version was, if it was granted last', () => {
    const {
      head: taken,
      version: next,
      answer,
    } = granted(request(), { head: head(), version: version({ generation: 2 }) });
    expect(answer).toEqual({ outcome: 'granted', watermark: 4, rejected: 1, generation: 2 });
    expect([taken?.generation, next?.generation, next?.attempts, next?.watermark]).toEqual([2, 2, 2, 4]);
  });

  it('starts over if another version was granted since, or another pipeline read it', () => {
    const after = granted(request(), { head: head(), version: version({ generation: 1 }) });
    expect(after.answer).toEqual({ outcome: 'granted', watermark: 0, rejected: 0, generation: 3 });
    const mine = request({ signature: 'new' });
    for (const signature of ['old', undefined]) {
      const read = version({ generation: 2, ...(signature !== undefined && { signature }) });
      expect(granted(mine, { head: head(), version: read }).answer).toMatchObject({
        watermark: 0,
        rejected: 0,
        generation: 2,
      });
    }
    const same = version({ generation: 2, signature: 'new' });
    // A claim that names no pipeline goes on whatever has read it.
    for (const asked of [mine, request()])
      expect(granted(asked, { head: head(), version: same }).answer).toMatchObject({ watermark: 4 });
  });

  it('has a generation from the first grant on', () => {
    // Entries of a release that counted none.
    expect(granted(request(), { head: head({ generation: 0 }), version: version() }).answer).toMatchObject({
      watermark: 4,
      generation: 1,
    });
  });

  it('keeps no retirement of rows that it writes again', () => {
    const retired = version({ generation: 2, retired: true, retiredBelow: 3 });
    const { version: next } = granted(request(), { head: head(), version: retired });
    expect(next).not.toHaveProperty('retired');
    expect(next).not.toHaveProperty('retiredBelow');
  });

  it('waits for the version, or another one, while it is at work', () => {
    const running = { state: 'claimed' as const, leaseUntil: NOW + 1 };
    const held = { kind: 'answer', answer: { outcome: 'held', leaseUntil: NOW + 1 } };
    expect(decide(request(), { version: version(running) })).toEqual(held);
    expect(decide(request(), { head: head({ leaseUntil: NOW + 1 }) })).toEqual(held);
    expect(outcome(request(), { version: version({ ...running, leaseUntil: NOW }) })).toBe('grant');
    expect(outcome(request(), { version: version({ ...running, state: 'failed' }) })).toBe('grant');
    expect(outcome(request(), { head: head({ leaseUntil: NOW }) })).toBe('grant');
    expect(outcome(request(), { head: head({ leaseUntil: NOW + 1, claimId: 'mine' }) })).toBe('grant');
    const skewed = request({ clockSkewMs: 5 });
    expect(outcome(skewed, { head: head({ leaseUntil: NOW - 4 }) })).toBe('held');
    expect(outcome(skewed, { head: head({ leaseUntil: NOW - 5 }) })).toBe('grant');
    expect(outcome(request({ clockSkewMs: 2 * NOW }), { head: head({ leaseUntil: 0 }) })).toBe('grant');
  });

  it('gets the same answer if it asks again', () => {
    const mine = version({ claimId: 'mine', state: 'claimed', leaseUntil: NOW + 1, generation: 2, reach: 9 });
    expect(decide(request({ reach: 5 }), { version: mine })).toEqual({
      kind: 'answer',
      answer: {
        outcome: 'granted',
        watermark: 4,
        rejected: 1,
        generation: 2,
        extent: { before: 9, reach: 9, branches: [] },
      },
    });
  });

  it('looks for versions at work if some were granted under all', () => {
    const mixed = head({ mixed: true });
    expect(decide(request(), { head: mixed })).toEqual({ kind: 'look' });
    const other = (leaseUntil: number): VersionRecord => version({ state: 'claimed', leaseUntil });
    expect(outcome(request(), { head: mixed, others: [] })).toBe('grant');
    expect(outcome(request(), { head: mixed, others: [other(NOW), version()] })).toBe('grant');
    expect(decide(request(), { head: mixed, others: [other(NOW + 2), other(NOW + 5), other(NOW + 1)] })).toEqual({
      kind: 'answer',
      answer: { outcome: 'held', leaseUntil: NOW + 5 },
    });
  });

  it('is stale if a newer version was granted, and says so in an entry once', () => {
    const newer = head({ sequencer: '05' });
    expect(decide(request({ sequencer: '04' }), { head: newer })).toEqual({
      kind: 'stale',
      version: {
        feed: 'f',
        object: 'o',
        origin: { id: 'o@1', uri: 'o' },
        claimId: 'mine',
        sequencer: '04',
        watermark: 0,
        rejected: 0,
        attempts: 0,
        leaseUntil: 0,
        state: 'stale',
        firstClaimedAt: '1970-01-01T00:16:40.000Z',
      },
    });
    const own = version({ generation: 1, sequencer: '04', leaseUntil: 7 });
    const asked = request({ sequencer: '04' });
    expect(decide(asked, { head: newer, version: own })).toEqual({
      kind: 'stale',
      version: { ...own, state: 'stale', leaseUntil: 0 },
    });
    expect(outcome(asked, { head: newer, version: version({ generation: 1, sequencer: '045' }) })).toBe('stale');
    const settled = version({ generation: 1, state: 'stale' });
    expect(decide(asked, { head: newer, version: settled })).toMatchObject({
      kind: 'answer',
      answer: { outcome: 'stale' },
    });
    const last = version({ generation: 2, sequencer: '04' });
    expect(decide(asked, { head: newer, version: last })).toMatchObject({
      kind: 'answer',
      answer: { outcome: 'stale' },
    });
  });

  it('of a complete version stores that it was written later than was known, if it is the last', () => {
    const complete = version({ state: 'complete', generation: 2, sequencer: '03' });
    const last = head({ sequencer: '03' });
    expect(outcome(request(), { head: last, version: complete })).toBe('complete');
    for (const sequencer of ['02', '03'])
      expect(outcome(request({ sequencer }), { head: last, version: complete })).toBe('complete');
    const later = request({ sequencer: '04' });
    expect(decide(later, { head: last, version: complete })).toEqual({
      kind: 'written again',
      records: { head: { ...last, sequencer: '04' }, version: { ...complete, sequencer: '04' } },
    });
    expect(outcome(later, { head: head(), version: complete })).toBe('written again');
    expect(outcome({ ...later, versions: 'all' }, { head: last, version: complete })).toBe('complete');
    expect(outcome(later, { version: complete })).toBe('complete');
  });

  it('of a complete version is granted again if it was written after the one that was granted last', () => {
    const complete = version({ state: 'complete', generation: 1, sequencer: '03' });
    const known = { head: head({ sequencer: '05' }), version: complete };
    expect(outcome(request({ sequencer: '05' }), known)).toBe('grant');
    expect(outcome(request({ sequencer: '06' }), known)).toBe('grant');
    expect(outcome(request({ sequencer: '04' }), known)).toBe('complete');
    expect(outcome(request(), known)).toBe('complete');
    expect(outcome(request({ sequencer: '06', versions: 'all' }), known)).toBe('complete');
    const same = { ...known, version: version({ ...complete, sequencer: '06' }) };
    expect(outcome(request({ sequencer: '06' }), same)).toBe('complete');
    const { sequencer: _, ...unsequenced } = complete;
    expect(outcome(request({ sequencer: '05' }), { ...known, version: unsequenced })).toBe('grant');
  });

  it('goes by the time of writing where the one that was granted last has no sequencer', () => {
    const complete = version({ state: 'complete', generation: 1 });
    const at = (own: string | undefined, last: string | undefined): string =>
      outcome(request({ sequencer: '01' }, own === undefined ? {} : { lastModified: own }), {
        head: head(last === undefined ? {} : { lastModified: last }),
        version: complete,
      });
    expect(at(LATE, EARLY)).toBe('grant');
    for (const times of [
      [EARLY, LATE],
      [LATE, LATE],
      [undefined, EARLY],
      [LATE, undefined],
      [undefined, undefined],
    ] as const)
      expect(at(times[0], times[1])).toBe('complete');
  });
});

describe('a claim under all', () => {
  const all = (more: Partial<ClaimRequest> = {}): ClaimRequest => request({ versions: 'all', ...more });

  it('marks the head and takes the version alone', () => {
    const { head: marked, version: taken, answer } = granted(all(), {});
    expect(marked).toEqual({ feed: 'f', object: 'o', leaseUntil: 0, generation: 0, mixed: true });
    expect(taken).toMatchObject({ state: 'claimed', leaseUntil: NOW + 1000, attempts: 1 });
    expect(taken).not.toHaveProperty('generation');
    expect(answer).toEqual({ outcome: 'granted', watermark: 0, rejected: 0 });
  });

  it('leaves a head that is marked as it is, unless its sequencer is the highest', () => {
    const marked = head({ mixed: true, sequencer: '05', leaseUntil: 9 });
    for (const own of [all(), all({ sequencer: '04' }), all({ sequencer: '05' })])
      expect(granted(own, { head: marked }).head).toBeUndefined();
    expect(granted(all(), { head: head({ leaseUntil: 9 }) }).head).toEqual({ ...head({ leaseUntil: 9 }), mixed: true });
    const { head: next, version: taken } = granted(all({ sequencer: '06' }), { head: marked });
    expect(next).toEqual({ ...marked, sequencer: '06', generation: 3 });
    expect(taken?.generation).toBe(3);
    expect(
      granted(all({ sequencer: '06' }), { head: marked, version: version({ generation: 1 }) }).version?.generation,
    ).toBe(1);
    expect(granted(all({ sequencer: '01' }), { head: head() }).head).toMatchObject({ sequencer: '01', generation: 3 });
  });

  it('goes on at the watermark, whatever was granted since, and has no generation', () => {
    const { answer } = granted(all(), { head: head(), version: version({ generation: 1 }) });
    expect(answer).toEqual({ outcome: 'granted', watermark: 4, rejected: 1 });
    expect(outcome(all({ sequencer: '01' }), { head: head({ sequencer: '05', leaseUntil: NOW + 5 }) })).toBe('grant');
  });
});

describe('a claim for a replay', () => {
  const replay = (more: Partial<ClaimRequest> = {}): ClaimRequest => request({ purpose: 'replay', ...more });

  it('holds the head and leaves the version', () => {
    const known = { head: head(), version: version({ generation: 2 }) };
    expect(granted(replay(), known)).toEqual({
      head: { ...head(), claimId: 'mine', leaseUntil: NOW + 1000 },
      version: undefined,
      answer: { outcome: 'granted', watermark: 4, rejected: 1, generation: 2 },
    });
    expect(granted(replay(), {}).head).toEqual({
      feed: 'f',
      object: 'o',
      claimId: 'mine',
      leaseUntil: NOW + 1000,
      generation: 0,
    });
    expect(granted(replay(), {}).answer).toEqual({ outcome: 'granted', watermark: 0, rejected: 0, generation: 0 });
  });

  it('is stale if another version was granted since', () => {
    expect(outcome(replay(), { head: head() })).toBe('stale');
    expect(outcome(replay(), { head: head(), version: version({ generation: 1 }) })).toBe('stale');
    expect(outcome(replay(), { version: version() })).toBe('grant');
  });

  it('waits for whoever holds the object, unless it is itself', () => {
    const known = (more: Partial<HeadRecord>) => ({ head: head(more), version: version({ generation: 2 }) });
    expect(decide(replay(), known({ leaseUntil: NOW + 1 }))).toEqual({
      kind: 'answer',
      answer: { outcome: 'held', leaseUntil: NOW + 1 },
    });
    expect(outcome(replay(), known({ leaseUntil: NOW }))).toBe('grant');
    expect(outcome(replay(), known({ leaseUntil: NOW + 1, claimId: 'mine' }))).toBe('grant');
  });

  it('holds nothing under all', () => {
    expect(granted(replay({ versions: 'all' }), { head: head(), version: version() })).toEqual({
      head: undefined,
      version: undefined,
      answer: { outcome: 'granted', watermark: 4, rejected: 1 },
    });
  });
});

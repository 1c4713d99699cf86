import { MillraceError } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LeaseClock, readClocks } from '../src/run/object/lease-clock.ts';
import { ObjectState } from '../src/run/object/object-state.ts';
import { createStop } from '../src/run/stop/stop.ts';

const GRACE_MS = 200;
/** Of which 900 ms may be used. */
const LEASE_MS = 1000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function stand(group = 1) {
  const controller = new AbortController();
  const stop = createStop({ signal: controller.signal, graceMs: GRACE_MS });
  const state = new ObjectState(stop, 'mem:object', group);
  const lease = new LeaseClock(LEASE_MS, readClocks());
  const hold = (progress = { watermark: 0, rejected: 0 }): void =>
    state.resume('object@1', progress, { lease, generation: 7 });
  const fired = (): readonly boolean[] => [state.reading.aborted, state.writing.aborted, state.abandoned.aborted];
  return { controller, stop, state, lease, hold, fired };
}

const phase = (state: ObjectState): readonly boolean[] => [state.phase.mayRead, state.phase.mayWrite];

describe('an object under way', () => {
  it('may be read and written as long as nothing ends it', () => {
    const { state, fired } = stand();
    expect([phase(state), fired(), state.timeLeftMs()]).toEqual([
      [true, true],
      [false, false, false],
      Number.POSITIVE_INFINITY,
    ]);
    state.assertGoing();
    state.assertMayWrite();
    expect([state.error, state.failed, state.aborted, state.generation]).toEqual([undefined, false, false, undefined]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('may be written until the last millisecond of its lease, and not after it', () => {
    const { state, hold, fired } = stand();
    hold();
    vi.advanceTimersByTime(899);
    expect([phase(state), state.timeLeftMs(), state.generation]).toEqual([[true, true], 1, 7]);
    vi.advanceTimersByTime(1);
    expect([phase(state), state.timeLeftMs()]).toEqual([[false, false], 0]);
    expect(fired()).toEqual([true, true, false]);
    expect(state.error).toMatchObject({ code: 'LEDGER_LEASE_LOST', item: 'object@1', retryable: true });
    expect([state.failed, state.aborted]).toEqual([true, false]);
  });

  it('finds out by the clock that its lease is over, before a timer has its turn', () => {
    for (const ask of ['assertGoing', 'assertMayWrite'] as const) {
      const { state, hold } = stand();
      hold();
      vi.setSystemTime(Date.now() + LEASE_MS);
      expect(() => state[ask]()).toThrow(expect.objectContaining({ code: 'LEDGER_LEASE_LOST' }) as Error);
    }
    const { state, hold } = stand();
    hold();
    vi.setSystemTime(Date.now() + LEASE_MS);
    expect(state.writing.aborted).toBe(true);
    expect(state.writing.reason).toBe(state.error);
  });

  it('goes on as long as its lease is renewed', () => {
    const { state, lease, hold } = stand();
    hold();
    vi.advanceTimersByTime(800);
    lease.renewed(readClocks());
    vi.advanceTimersByTime(899);
    expect(phase(state)).toEqual([true, true]);
    vi.advanceTimersByTime(1);
    expect(state.error).toMatchObject({ code: 'LEDGER_LEASE_LOST' });
  });
});

describe('an object that fails', () => {
  it('is read no more at once, written no more after the grace period, and left a second later', () => {
    const { state, fired } = stand();
    state.fail(new Error('broken'));
    const { error } = state;
    expect(error).toMatchObject({ code: 'RUNNER_FAILED', item: 'mem:object' });
    expect([phase(state), fired()]).toEqual([
      [false, false],
      [true, false, false],
    ]);
    vi.advanceTimersByTime(GRACE_MS - 1);
    expect(fired()).toEqual([true, false, false]);
    expect(state.timeLeftMs()).toBe(Number.POSITIVE_INFINITY);
    vi.advanceTimersByTime(1);
    expect(fired()).toEqual([true, true, false]);
    expect(state.timeLeftMs()).toBe(0);
    vi.advanceTimersByTime(999);
    expect(fired()).toEqual([true, true, false]);
    vi.advanceTimersByTime(1);
    expect(fired()).toEqual([true, true, true]);
    for (const { reason } of [state.reading, state.writing, state.abandoned]) expect(reason).toBe(error);
  });

  it('keeps its first failure, also if the run is stopped then', () => {
    const { state, controller } = stand();
    state.fail(new MillraceError('FIRST', 'first'));
    state.fail(new MillraceError('SECOND', 'second'));
    controller.abort();
    expect(state.error).toMatchObject({ code: 'FIRST' });
    expect([state.failed, state.aborted]).toEqual([true, false]);
    expect(() => state.assertMayWrite()).toThrow('first');
  });

  it('leaves nothing behind once it is disposed of', () => {
    const { state, stop, hold, fired } = stand();
    const removed = [stop.reading, stop.writing, stop.over].map((signal) => vi.spyOn(signal, 'removeEventListener'));
    hold();
    state.fail(new Error('broken'));
    state.dispose();
    expect(vi.getTimerCount()).toBe(0);
    for (const spy of removed) expect(spy).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(10_000);
    expect(fired().slice(2)).toEqual([false]);
  });
});

describe('an object of a run that is stopped', () => {
  it('is aborted, and not failed, whatever happens after that', () => {
    const { state, controller, stop, fired } = stand();
    controller.abort('enough');
    expect([phase(state), fired()]).toEqual([
      [false, false],
      [true, false, false],
    ]);
    expect(() => state.assertGoing()).toThrow(expect.objectContaining({ code: 'RUN_ABORTED' }) as Error);
    state.fail(new Error('broken'));
    expect(state.error).toBe(stop.reason());
    expect([state.failed, state.aborted]).toEqual([false, true]);
    vi.advanceTimersByTime(GRACE_MS);
    expect(fired()).toEqual([true, true, false]);
    vi.advanceTimersByTime(1000);
    expect(fired()).toEqual([true, true, true]);
    for (const { reason } of [state.reading, state.writing, state.abandoned]) expect(reason).toBe(stop.reason());
  });

  it('is stopped from its start if the run is over already', () => {
    const { stop, controller } = stand();
    controller.abort();
    vi.advanceTimersByTime(GRACE_MS + 1000);
    const late = new ObjectState(stop, 'mem:late', 1);
    expect([late.reading.aborted, late.writing.aborted, late.abandoned.aborted]).toEqual([true, true, true]);
    expect(() => late.assertMayWrite()).toThrow(expect.objectContaining({ code: 'RUN_ABORTED' }) as Error);
  });
});

describe('what an object stores as its progress', () => {
  it('is where the next run resumes, with the rejections below it, of this run and of earlier ones', () => {
    const { state, hold } = stand();
    hold({ watermark: 10, rejected: 3 });
    for (const ordinal of [10, 12, 20]) state.tally.countRejection('BAD', ordinal);
    expect(state.progress()).toEqual({ watermark: 10, rejected: 3 });
    state.resumePoint.advance(13);
    expect(state.progress()).toEqual({ watermark: 13, rejected: 5 });
  });

  it('is nothing if it starts over, or if what was read is in doubt', () => {
    const { state, hold } = stand(4);
    // A group that had begun is begun again.
    hold({ watermark: 3, rejected: 2 });
    state.tally.countRejection('BAD', 1);
    expect([state.progress(), state.rejectedBefore]).toEqual([{ watermark: 0, rejected: 0 }, 0]);
    state.resumePoint.advance(8);
    expect(state.progress()).toEqual({ watermark: 8, rejected: 1 });
    state.distrust();
    expect(state.progress()).toEqual({ watermark: 0, rejected: 0 });
  });

  it('holds if reading failed because the run was stopped', () => {
    const { state, controller } = stand();
    state.resumePoint.advance(5);
    controller.abort();
    state.distrust();
    expect(state.progress()).toEqual({ watermark: 5, rejected: 0 });
  });
});

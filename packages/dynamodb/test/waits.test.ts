import type { Context } from '@millrace/core/plugin';
import { describe, expect, it, vi } from 'vitest';
import { requestGate } from '../src/request-gate.ts';
import { checkAborted, checkMaySend, MAX_TIMER_MS, sleep, untilAborted } from '../src/until-aborted.ts';

const aborted = expect.objectContaining({ code: 'DYNAMODB_ABORTED', retryable: true, cause: 'stop' }) as Error;

/** Counts the listeners that are left on a signal. */
function countedSignal() {
  const abort = new AbortController();
  const { signal } = abort;
  const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
  const listeners = (): number => add.mock.calls.length - remove.mock.calls.length;
  return { abort: () => abort.abort('stop'), signal, listeners };
}

describe('work until the signal fires', () => {
  it('settles as it does by itself, and leaves no listener', async () => {
    const { signal, listeners } = countedSignal();
    expect(await untilAborted(Promise.resolve(1), signal)).toBe(1);
    await expect(untilAborted(Promise.reject(new Error('own')), signal)).rejects.toThrow('own');
    await vi.waitFor(() => expect(listeners()).toBe(0));
  });

  it('is left to itself then, also if it begins too late', async () => {
    const { signal, abort } = countedSignal();
    const never = new Promise<void>(() => {});
    const left = untilAborted(never, signal);
    abort();
    await expect(left).rejects.toEqual(aborted);
    await expect(untilAborted(never, signal)).rejects.toEqual(aborted);
    await expect(untilAborted(Promise.resolve(1), signal)).rejects.toEqual(aborted);
  });
});

describe('a wait', () => {
  it('that is over leaves no listener, and one that the signal ends no timer', async () => {
    vi.useFakeTimers();
    try {
      const { signal, listeners, abort } = countedSignal();
      const over = sleep(MAX_TIMER_MS, signal);
      await vi.advanceTimersByTimeAsync(MAX_TIMER_MS);
      await over;
      expect(listeners()).toBe(0);
      const ended = expect(sleep(MAX_TIMER_MS, signal)).rejects.toEqual(aborted);
      expect(vi.getTimerCount()).toBe(1);
      abort();
      await ended;
      const late = expect(sleep(MAX_TIMER_MS, signal)).rejects.toEqual(aborted);
      expect(vi.getTimerCount()).toBe(0);
      await late;
    } finally {
      vi.useRealTimers();
    }
  });

  it('that is longer than a timer of Node is made of as few as possible', async () => {
    vi.useFakeTimers();
    try {
      let isOver = false;
      const waiting = sleep(MAX_TIMER_MS * 2 + 7, new AbortController().signal).then(() => {
        isOver = true;
      });
      const timers: number[] = [];
      for (let wakes = 0; wakes < 10 && !isOver; wakes += 1) {
        const before = Date.now();
        await vi.advanceTimersToNextTimerAsync();
        timers.push(Date.now() - before);
      }
      await waiting;
      expect(timers).toEqual([2 ** 31 - 1, 2 ** 31 - 1, 7]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the last look before a request', () => {
  const may = (signal: AbortSignal, timeLeftMs?: Context['timeLeftMs']) => () =>
    checkMaySend({ signal, ...(timeLeftMs && { timeLeftMs }) });

  it('lets it go while there is time left, as far as anybody counts it', () => {
    const { signal } = new AbortController();
    expect(may(signal)).not.toThrow();
    expect(may(signal, () => 1)).not.toThrow();
    expect(() => checkAborted(signal)).not.toThrow();
  });

  it('stops it when the signal has fired, or its time is over', () => {
    const { signal } = new AbortController();
    expect(may(signal, () => 0)).toThrow(expect.objectContaining({ code: 'DYNAMODB_ABORTED' }));
    expect(may(AbortSignal.abort('stop'))).toThrow(aborted);
    expect(may(AbortSignal.abort('stop'), () => 1)).toThrow(aborted);
    expect(() => checkAborted(AbortSignal.abort('stop'))).toThrow(aborted);
  });
});

describe('a gate for requests', () => {
  it('lets as many through as it has places, and the others in order, whatever becomes of each', async () => {
    const gate = requestGate(2);
    const begun: string[] = [];
    const through = (name: string) => {
      const over = Promise.withResolvers<string>();
      const done = gate(() => {
        begun.push(name);
        return over.promise;
      });
      return { ...over, done };
    };
    const [a, b, c, d] = [through('a'), through('b'), through('c'), through('d')];
    expect(begun).toEqual(['a', 'b']);
    b.reject(new Error('b'));
    await expect(b.done).rejects.toThrow('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    a.resolve('a');
    expect(await a.done).toBe('a');
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    c.resolve('c');
    d.resolve('d');
    expect(await Promise.all([c.done, d.done])).toEqual(['c', 'd']);
    // Both places are free again, and no more than these.
    const [e, f] = [through('e'), through('f'), through('g')];
    expect(begun.slice(4)).toEqual(['e', 'f']);
    e.resolve('e');
    f.resolve('f');
    await vi.waitFor(() => expect(begun.at(-1)).toBe('g'));
  });
});

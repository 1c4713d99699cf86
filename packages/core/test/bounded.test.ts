import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bounded, boundedAfter, boundedBy, boundedIteration } from '../src/run/stop/bounded.ts';
import { createStop } from '../src/run/stop/stop.ts';
import { startBeats, startTimer } from '../src/run/stop/timer.ts';
import { within } from '../src/run/stop/within.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<never>(() => {});
const DAY = 24 * 60 * 60 * 1000;

/** A signal of which the listeners that are left can be counted. */
function counted() {
  const controller = new AbortController();
  const { signal } = controller;
  const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
  return {
    signal,
    abort: () => controller.abort('over'),
    listeners: () => add.mock.calls.length - remove.mock.calls.length,
  };
}

/** What a promise has become once all that can happen now has happened. */
async function now<T>(promise: Promise<T>): Promise<string> {
  let became = 'pending';
  promise.then(
    (value) => (became = `resolved: ${String(value)}`),
    (thrown: unknown) => (became = `rejected: ${String(thrown)}`),
  );
  await vi.advanceTimersByTimeAsync(0);
  return became;
}

describe('a wait for a plugin', () => {
  it('ends as the plugin does, and leaves no listener', async () => {
    const { signal, listeners } = counted();
    expect(await now(bounded(Promise.resolve(1), signal))).toBe('resolved: 1');
    expect(await now(bounded(Promise.reject(new Error('own')), signal))).toBe('rejected: Error: own');
    await within(Promise.resolve(), signal);
    expect(listeners()).toBe(0);
  });

  it('ends with the signal, by its reason or by what is made of it', async () => {
    const { signal, abort } = counted();
    const [plain, made, settled] = [
      bounded(never, signal),
      bounded(never, signal, (why) => `late: ${String(why)}`),
      within(never, signal),
    ];
    const before = Promise.allSettled([plain, made]);
    expect(await now(settled)).toBe('pending');
    abort();
    expect(await before).toMatchObject([{ reason: 'over' }, { reason: 'late: over' }]);
    expect(await now(settled)).toBe('resolved: undefined');
    expect(await now(bounded(never, signal))).toBe('rejected: over');
    expect(await now(within(never, signal))).toBe('resolved: undefined');
  });

  it('releases what comes too late', async () => {
    const { signal, abort } = counted();
    const late = Promise.withResolvers<string>();
    const released: string[] = [];
    const waiting = now(bounded(late.promise, signal, undefined, (value) => void released.push(value)));
    abort();
    expect(await waiting).toBe('rejected: over');
    late.resolve('connection');
    await vi.advanceTimersByTimeAsync(0);
    expect(released).toEqual(['connection']);
  });

  it('ends after a time, and leaves no timer if it ended before', async () => {
    expect(await now(boundedBy(Promise.resolve(1), 50, () => 'late'))).toBe('resolved: 1');
    expect(await now(boundedBy(Promise.reject(new Error('own')), 50, () => 'late'))).toBe('rejected: Error: own');
    expect(vi.getTimerCount()).toBe(0);
    const waiting = boundedBy(never, 50, () => 'late');
    const settled = Promise.allSettled([waiting]);
    await vi.advanceTimersByTimeAsync(49);
    expect(await now(waiting)).toBe('pending');
    await vi.advanceTimersByTimeAsync(1);
    expect(await settled).toMatchObject([{ reason: 'late' }]);
  });

  it('gives a last call some time more once the signal has fired', async () => {
    const { signal, abort } = counted();
    const lastCall = Promise.withResolvers<string>();
    const [inTime, late] = [boundedAfter(lastCall.promise, signal, 1000), boundedAfter(never, signal, 1000)];
    const settled = Promise.allSettled([inTime, late]);
    abort();
    await vi.advanceTimersByTimeAsync(999);
    expect([await now(inTime), await now(late)]).toEqual(['pending', 'pending']);
    lastCall.resolve('done');
    expect(await now(inTime)).toBe('resolved: done');
    await vi.advanceTimersByTimeAsync(1);
    expect(await settled).toMatchObject([{ value: 'done' }, { reason: 'over' }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('passes on what a last call throws by itself', async () => {
    const { signal } = counted();
    expect(await now(boundedAfter(Promise.reject(new Error('own')), signal, 1000))).toBe('rejected: Error: own');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('an iteration until a signal fires', () => {
  function input(values: readonly number[], end: 'ends' | 'throws' | 'hangs') {
    const returned = vi.fn<() => Promise<IteratorResult<number>>>(async () => ({ done: true, value: undefined }));
    let at = 0;
    const iterator: AsyncIterator<number> = {
      next: async () => {
        if (at < values.length) return { done: false, value: values[at++]! };
        if (end === 'throws') throw new Error('broken');
        return end === 'hangs' ? never : { done: true, value: undefined };
      },
      return: returned,
    };
    return { iterable: { [Symbol.asyncIterator]: () => iterator }, returned };
  }

  it('passes all on, and leaves no listener', async () => {
    const { signal, listeners } = counted();
    const { iterable, returned } = input([1, 2], 'ends');
    const broken = vi.fn<() => void>();
    const passed: number[] = [];
    for await (const value of boundedIteration(iterable, signal, broken)) passed.push(value);
    expect(passed).toEqual([1, 2]);
    expect([listeners(), returned.mock.calls.length, broken.mock.calls.length]).toEqual([0, 0, 0]);
  });

  it('says that it broke before it throws', async () => {
    const { signal, listeners } = counted();
    const { iterable, returned } = input([1], 'throws');
    const events: string[] = [];
    await expect(
      (async () => {
        for await (const value of boundedIteration(iterable, signal, () => events.push('broken')))
          events.push(String(value));
      })(),
    ).rejects.toThrow('broken');
    expect([events, listeners(), returned.mock.calls.length]).toEqual([['1', 'broken'], 0, 0]);
  });

  it('leaves an input behind that hangs, and asks one for nothing more', async () => {
    const { signal, abort } = counted();
    const broken = vi.fn<() => void>();
    const hanging = boundedIteration(input([], 'hangs').iterable, signal, broken).next();
    const held = boundedIteration(input([1, 2], 'ends').iterable, signal, broken);
    await held.next();
    const settled = Promise.allSettled([hanging]);
    abort();
    expect(await settled).toMatchObject([{ reason: 'over' }]);
    expect(await now(held.next())).toBe('rejected: over');
    expect(broken).toHaveBeenCalledTimes(2);
  });

  it('releases an input that is left early, and does not wait for that once the signal has fired', async () => {
    const { signal, abort } = counted();
    const { iterable, returned } = input([1, 2], 'ends');
    const left = boundedIteration(iterable, signal);
    await left.next();
    const leaving = Promise.withResolvers<IteratorResult<number>>();
    returned.mockImplementation(() => leaving.promise);
    const end = left.return(undefined);
    expect(await now(end)).toBe('pending');
    expect(returned).toHaveBeenCalledOnce();
    abort();
    expect(await now(end)).toBe('resolved: [object Object]');
  });
});

describe('a timer', () => {
  it('fires once after its time, however long that is, and not if it is stopped', () => {
    const fire = vi.fn<() => void>();
    for (const ms of [-5, 0, 40, 60 * DAY]) {
      fire.mockClear();
      startTimer(ms, fire);
      vi.advanceTimersByTime(Math.max(0, ms - 1));
      expect(fire).toHaveBeenCalledTimes(ms <= 0 ? 1 : 0);
      vi.advanceTimersByTime(1);
      expect(fire).toHaveBeenCalledOnce();
      expect(vi.getTimerCount()).toBe(0);
    }
    const stop = startTimer(60 * DAY, fire);
    vi.advanceTimersByTime(30 * DAY);
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('beats until it is stopped, every 24 days at least', () => {
    const beat = vi.fn<() => void>();
    const stop = startBeats(40, beat);
    vi.advanceTimersByTime(120);
    expect(beat).toHaveBeenCalledTimes(3);
    stop();
    const stopRare = startBeats(60 * DAY, beat);
    vi.advanceTimersByTime(25 * DAY);
    expect(beat).toHaveBeenCalledTimes(4);
    stopRare();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('what stops a run', () => {
  const fired = ({ reading, writing, over }: ReturnType<typeof createStop>): readonly boolean[] => [
    reading.aborted,
    writing.aborted,
    over.aborted,
  ];

  it('is nothing by itself', () => {
    const stop = createStop({ graceMs: 100 });
    expect([fired(stop), stop.stopped(), stop.reason(), stop.graceMs]).toEqual([
      [false, false, false],
      'no',
      undefined,
      100,
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is a deadline: it ends reading then, writing after the grace period, and waiting a second later', () => {
    const stop = createStop({ deadline: Date.now() + 50, graceMs: 100 });
    for (const [ms, expected] of [
      [49, [false, false, false]],
      [1, [true, false, false]],
      [99, [true, false, false]],
      [1, [true, true, false]],
      [999, [true, true, false]],
      [1, [true, true, true]],
    ] as const) {
      vi.advanceTimersByTime(ms);
      expect(fired(stop)).toEqual(expected);
    }
    expect(stop.stopped()).toBe('deadline');
    expect(stop.reason()).toMatchObject({ code: 'RUN_DEADLINE', retryable: true });
    for (const { reason } of [stop.reading, stop.writing, stop.over]) expect(reason).toBe(stop.reason());
  });

  it('is at work from the start if it has passed already', () => {
    const passed = createStop({ deadline: Date.now(), graceMs: 100 });
    const aborted = createStop({ signal: AbortSignal.abort('enough'), deadline: Date.now() - 5, graceMs: 100 });
    expect([fired(passed), fired(aborted)]).toEqual([
      [true, false, false],
      [true, false, false],
    ]);
    expect([passed.stopped(), aborted.stopped()]).toEqual(['deadline', 'signal']);
    expect(aborted.reason()).toMatchObject({ code: 'RUN_ABORTED', retryable: true, cause: 'enough' });
  });

  it('is a signal also after a deadline, whose reason stays', () => {
    const controller = new AbortController();
    const stop = createStop({ signal: controller.signal, deadline: Date.now(), graceMs: 100 });
    vi.advanceTimersByTime(60);
    controller.abort();
    expect([stop.stopped(), stop.reason()!.code]).toEqual(['signal', 'RUN_DEADLINE']);
    vi.advanceTimersByTime(40);
    expect(fired(stop)).toEqual([true, true, false]);
  });

  it('is not a deadline any more after a signal', () => {
    const controller = new AbortController();
    const stop = createStop({ signal: controller.signal, deadline: Date.now() + 50, graceMs: 100 });
    controller.abort();
    vi.advanceTimersByTime(60);
    expect([stop.stopped(), stop.reason()!.code]).toEqual(['signal', 'RUN_ABORTED']);
  });

  it('leaves no timer and no listener once it is disposed of', () => {
    const { signal, listeners, abort } = counted();
    const stop = createStop({ signal, deadline: Date.now() + 50, graceMs: 100 });
    const stopped = createStop({ deadline: Date.now(), graceMs: 100 });
    for (const one of [stop, stopped]) one.dispose();
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0]);
    abort();
    expect(stop.stopped()).toBe('no');
  });
});

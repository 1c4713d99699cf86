import { MillraceError, type Observer } from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ObjectEvent } from '../src/events/object-event.ts';
import { joinObservers } from '../src/invocation/join-observers.ts';
import { processTasks, type ProcessTasksOptions, type Task } from '../src/invocation/process-tasks.ts';
import { settle } from '../src/invocation/settle.ts';
import { startTimeBudget } from '../src/invocation/time-budget.ts';
import { keepInvisible } from '../src/sqs/keep-invisible.ts';

afterEach(() => void vi.useRealTimers());

const budget = startTimeBudget(undefined, undefined);
const error = new MillraceError('LAMBDA_KEY_INVALID', 'The key cannot be decoded.');
const unreadable = (eventName?: string): ObjectEvent => ({
  kind: 'unreadable',
  object: 's3://drop/%',
  ...(eventName !== undefined && { eventName }),
  error,
});
const options: ProcessTasksOptions = {
  begin: () => ({ process: async () => [{ outcome: 'complete' }], close: async () => 0 }),
  budget,
  context: undefined,
  concurrency: 1,
  log: () => {},
  onReport: undefined,
  continuing: undefined,
  skipsSideObjects: true,
};

describe('an event that cannot be read', () => {
  const settling = {
    process: async () => [],
    budget,
    continuing: undefined,
    skipsSideObjects: true,
  };

  it('fails under its own name', async () => {
    const eventName = 'ObjectCreated:Put';
    expect(await settle(unreadable(eventName), settling)).toStrictEqual([
      { outcome: 'failed', object: 's3://drop/%', eventName, error },
    ]);
    expect(await settle(unreadable(), settling)).toStrictEqual([{ outcome: 'failed', object: 's3://drop/%', error }]);
  });

  it('is not tried after one of its group that failed', async () => {
    const tasks: Task[] = [unreadable(), unreadable('ObjectCreated:Put'), unreadable()].map((event) => ({
      event,
      lane: 'group',
    }));
    const [, named, plain] = await processTasks(tasks, options);
    const stopped = expect.objectContaining({ code: 'LAMBDA_GROUP_STOPPED' }) as MillraceError;
    const aborted = { outcome: 'aborted', object: 's3://drop/%', error: stopped };
    expect(named).toStrictEqual([{ ...aborted, eventName: 'ObjectCreated:Put' }]);
    expect(plain).toStrictEqual([aborted]);
  });
});

describe('onReport', () => {
  it('is waited for by one second at most', async () => {
    vi.useFakeTimers();
    let ended = false;
    const hanging = (): never => new Promise(() => {}) as never;
    void processTasks([], { ...options, onReport: hanging }).then(() => (ended = true));
    await vi.advanceTimersByTimeAsync(999);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toBe(true);
  });
});

describe('an invocation without a context', () => {
  it('has no deadline, and no grace period after one', () => {
    expect(budget).toMatchObject({ deadline: undefined, graceMs: 0 });
    expect(budget.isOver()).toBe(false);
    expect(budget.signal.aborted).toBe(false);
  });
});

describe('several observers', () => {
  const throwing = (text: string): Observer => ({
    runFinished: () => {
      throw new Error(text);
    },
  });

  it('are all called, and what the first of them throws is thrown', () => {
    const last = vi.fn<() => void>();
    const joined = joinObservers([{}, throwing('first'), throwing('second'), { runFinished: last }]);
    expect(() => joined.runFinished?.({} as never)).toThrow('first');
    expect(last).toHaveBeenCalledOnce();
    expect(Object.keys(joined)).toEqual(['runFinished']);
  });

  it('do not throw if none of them does', () => {
    const joined = joinObservers([{ runFinished: () => {} }, { runFinished: () => {} }]);
    expect(() => joined.runFinished?.({} as never)).not.toThrow();
  });
});

describe('messages that stay invisible', () => {
  it('are extended for as long as some are open', async () => {
    vi.useFakeTimers();
    const extend = vi.fn<() => Promise<void>>(async () => {});
    const message = { messageId: 'm', receiptHandle: 'r', queueArn: 'q' };
    let open: readonly (typeof message)[] = [message];
    const keeping = keepInvisible({ extend, everyMs: 1000 }, () => open as never, {
      log: () => {},
      context: undefined,
    });
    await vi.advanceTimersByTimeAsync(1000);
    expect(extend).toHaveBeenCalledExactlyOnceWith([message], 120);
    open = [];
    await vi.advanceTimersByTimeAsync(5000);
    expect(extend).toHaveBeenCalledOnce();
    keeping.stop();
  });
});

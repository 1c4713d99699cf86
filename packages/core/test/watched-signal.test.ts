import { describe, expect, it, vi } from 'vitest';
import { anyOf, watchController } from '../src/run/stop/watched-signal.ts';

describe('a watched signal', () => {
  it('is aborted as soon as it is asked, although no timer has fired', () => {
    let over = false;
    const reason = new Error('over');
    const { signal } = watched(() => (over ? reason : undefined));
    const heard = vi.fn<() => void>();
    signal.addEventListener('abort', heard);
    expect(signal.aborted).toBe(false);
    signal.throwIfAborted();
    over = true;
    expect(signal.aborted).toBe(true);
    expect(heard).toHaveBeenCalledOnce();
    expect(signal.reason).toBe(reason);
    expect(() => signal.throwIfAborted()).toThrow(reason);
  });

  it('is aborted by its controller, too, and keeps the first reason', () => {
    const controller = watched(() => undefined);
    controller.abort('stopped');
    expect([controller.signal.aborted, controller.signal.reason]).toEqual([true, 'stopped']);
  });

  it('takes those that were joined with it along', () => {
    let over = false;
    const { signal } = watched(() => (over ? 'over' : undefined));
    const joined = anyOf([new AbortController().signal, signal]);
    const heard = vi.fn<() => void>();
    joined.addEventListener('abort', heard);
    expect(joined.aborted).toBe(false);
    over = true;
    expect(joined.aborted).toBe(true);
    expect(heard).toHaveBeenCalledOnce();
    expect(() => joined.throwIfAborted()).toThrow('over');
  });
});

function watched(why: () => unknown): AbortController {
  const controller = new AbortController();
  watchController(controller, why);
  return controller;
}

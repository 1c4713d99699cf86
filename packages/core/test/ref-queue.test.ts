import { describe, expect, it } from 'vitest';
import { refQueue } from '../src/run/ref-queue.ts';

const never = new AbortController().signal;

/** A listing that is not a generator: it would go on after its end, and after a failure. */
function listing(steps: readonly (number | 'ends' | 'throws')[]) {
  const calls = { next: 0, returned: 0 };
  const iterator: AsyncIterator<number> = {
    next: async () => {
      const step = steps[calls.next++];
      if (step === 'throws') throw new Error('no listing');
      return typeof step === 'number' ? { done: false, value: step } : { done: true, value: undefined };
    },
    return: async () => {
      calls.returned += 1;
      return { done: true, value: undefined };
    },
  };
  return { refs: { [Symbol.asyncIterator]: () => iterator }, calls };
}

describe('a queue of references', () => {
  it('hands out each once, and asks for nothing more after the end', async () => {
    const { refs, calls } = listing([1, 2, 'ends', 3]);
    const queue = refQueue(refs);
    const taken = await Promise.all(Array.from({ length: 5 }, () => queue.next(never)));
    expect(taken).toEqual([{ ref: 1 }, { ref: 2 }, undefined, undefined, undefined]);
    expect([calls.next, queue.exhausted()]).toEqual([3, true]);
    await queue.close();
    expect(calls.returned).toBe(0);
  });

  it('fails once, and asks for nothing more after that', async () => {
    const { refs, calls } = listing([1, 'throws', 3]);
    const queue = refQueue(refs);
    const taken = await Promise.allSettled(Array.from({ length: 4 }, () => queue.next(never)));
    expect(taken.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(taken.slice(2)).toMatchObject([{ value: undefined }, { value: undefined }]);
    expect([calls.next, queue.exhausted()]).toEqual([2, false]);
    await queue.close();
    expect(calls.returned).toBe(0);
  });

  it('releases a listing that is left before its end, and takes nothing more from it', async () => {
    const { refs, calls } = listing([1, 2]);
    const queue = refQueue(refs);
    await queue.next(never);
    await queue.close();
    expect([calls.returned, queue.exhausted()]).toEqual([1, false]);
    expect([await queue.next(never), calls.next]).toEqual([undefined, 1]);
  });

  it('hands out nothing once its run was stopped, although the listing hangs', async () => {
    const controller = new AbortController();
    const queue = refQueue({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) });
    const waiting = queue.next(controller.signal);
    controller.abort();
    expect(await waiting).toBeUndefined();
    expect(await refQueue([1]).next(controller.signal)).toBeUndefined();
    expect(await refQueue([1]).next(never)).toEqual({ ref: 1 });
  });
});

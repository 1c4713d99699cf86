import { within } from './stop/within.ts';

/** Hands out references one at a time, to any number of workers. */
export interface RefQueue<Ref> {
  /** The next reference, or `undefined` at the end, or once `signal` has fired. */
  readonly next: (signal: AbortSignal) => Promise<{ readonly ref: Ref } | undefined>;
  /** True once the references came to their end. */
  readonly exhausted: () => boolean;
  /** Releases the listing where it is not at its end. */
  readonly close: () => Promise<void>;
}

export function refQueue<Ref>(refs: Iterable<Ref> | AsyncIterable<Ref>): RefQueue<Ref> {
  const iterator = Symbol.asyncIterator in refs ? refs[Symbol.asyncIterator]() : refs[Symbol.iterator]();
  let turn: Promise<void> = Promise.resolve();
  let ended = false;
  let exhausted = false;
  let pending = false;

  const take = async (): Promise<{ readonly ref: Ref } | undefined> => {
    if (ended) return undefined;
    pending = true;
    try {
      const { done, value } = await iterator.next();
      if (done !== true) return { ref: value };
      ended = exhausted = true;
      return undefined;
    } catch (thrown) {
      ended = true;
      throw thrown;
    } finally {
      pending = false;
    }
  };

  return {
    // Not every iterator bears concurrent calls of next(), so the workers take turns.
    next: async (signal) => {
      const taken = turn.then(take);
      turn = taken.then(
        () => undefined,
        () => undefined,
      );
      await within(turn, signal);
      return signal.aborted ? undefined : taken;
    },
    exhausted: () => exhausted,
    close: async () => {
      // A listing that hangs in next() would hang in return() too.
      if (!ended && !pending) await iterator.return?.();
      ended = true;
    },
  };
}

import { startTimer } from './timer.ts';

/**
 * Waits for what a plugin does, but not for ever: once `signal` fires, the wait ends with what `late` makes of it. The
 * plugin's promise is left alone; if it still settles, `afterwards` gets its value, to release it.
 *
 * The listener goes with the wait, so nothing gathers on a long-lived signal.
 */
export function bounded<T>(
  work: Promise<T>,
  signal: AbortSignal,
  late: (reason: unknown) => unknown = (reason) => reason,
  afterwards?: (value: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(late(signal.reason));
      work.then(afterwards, () => {});
    };
    if (signal.aborted) {
      giveUp();
      return;
    }
    signal.addEventListener('abort', giveUp, { once: true });
    const stopListening = (): void => signal.removeEventListener('abort', giveUp);
    work.then(
      (value) => {
        stopListening();
        resolve(value);
      },
      (thrown: unknown) => {
        stopListening();
        reject(thrown);
      },
    );
  });
}

/** As {@link bounded}, with a time in milliseconds instead of a signal. */
export function boundedBy<T>(work: Promise<T>, ms: number, late: () => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = startTimer(ms, () => reject(late()));
    work.then(
      (value) => {
        stop();
        resolve(value);
      },
      (thrown: unknown) => {
        stop();
        reject(thrown);
      },
    );
  });
}

/** As {@link bounded}, but gives the call `ms` milliseconds more once `signal` has fired: for a last call after a stop. */
export async function boundedAfter<T>(work: Promise<T>, signal: AbortSignal, ms: number): Promise<T> {
  try {
    return await bounded(work, signal, () => TOO_LATE);
  } catch (thrown) {
    if (thrown !== TOO_LATE) throw thrown;
    return boundedBy(work, ms, () => signal.reason);
  }
}

const TOO_LATE: unique symbol = Symbol('too late');

/**
 * Passes on an iteration until `signal` fires; an iterator that ignores the signal is left behind, and its end not awaited.
 *
 * @param broken called before an error of the iteration is thrown, and before that of the signal
 */
export async function* boundedIteration<T>(
  input: AsyncIterable<T>,
  signal: AbortSignal,
  broken: () => void = () => {},
): AsyncGenerator<T, void, undefined> {
  const iterator = input[Symbol.asyncIterator]();
  let left = false;
  let giveUp = (): void => {};
  // One listener for all steps: a step is short, and listening costs more than many of them.
  const fired = (): void => giveUp();
  signal.addEventListener('abort', fired, { once: true });
  const next = (): Promise<IteratorResult<T>> =>
    new Promise((resolve, reject) => {
      giveUp = () => reject(signal.reason);
      if (signal.aborted) giveUp();
      else iterator.next().then(resolve, reject);
    });
  try {
    for (;;) {
      const { done, value } = await next();
      if (done === true) {
        left = true;
        return;
      }
      yield value;
    }
  } catch (thrown) {
    left = true;
    broken();
    throw thrown;
  } finally {
    signal.removeEventListener('abort', fired);
    if (!left) await bounded(Promise.resolve(iterator.return?.()), signal).catch(() => {});
  }
}

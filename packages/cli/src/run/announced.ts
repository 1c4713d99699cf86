import type { Feed } from '@millrace/core';
import type { ProgressObserver } from '@millrace/terminal';

/** References that are held in memory so that their number is known before the first object is read. */
const MOST_ANNOUNCED = 100_000;

/**
 * Reads a listing ahead and announces its objects, so that progress can tell how much is left. A listing that is longer than
 * 100,000 objects is passed on as it comes, unannounced.
 */
export async function* announced(
  refs: AsyncIterable<unknown>,
  { stages: { source } }: Feed<unknown>,
  progress: Pick<ProgressObserver, 'announce'>,
  signal: AbortSignal,
): AsyncGenerator<unknown, void, undefined> {
  const iterator = refs[Symbol.asyncIterator]();
  const ahead: unknown[] = [];
  let isDone = false;
  try {
    while (!isDone && ahead.length < MOST_ANNOUNCED && !signal.aborted) {
      const next = await iterator.next();
      if (next.done === true) isDone = true;
      else ahead.push(next.value);
    }
    if (isDone) for (const ref of ahead) progress.announce({ ref: source.describe(ref), ...sizeOf(ref) });
    yield* ahead;
    for (let next = isDone ? undefined : await iterator.next(); next?.done === false; next = await iterator.next()) {
      yield next.value;
    }
  } finally {
    if (!isDone) await iterator.return?.();
  }
}

function sizeOf(ref: unknown): { readonly bytes?: number } {
  const size = (ref as { readonly size?: unknown } | null)?.size;
  return typeof size === 'number' ? { bytes: size } : {};
}

import { setTimeout as sleep } from 'node:timers/promises';
import { check } from '@millrace/core/plugin';
import type { FaultBase, FaultKind } from '../fault-kind.ts';

/** The answer comes late, and its body slowly. The call itself is applied at once. */
export interface Slow extends FaultBase {
  readonly kind: 'slow';
  /** Milliseconds before the answer's head. @default 0 */
  readonly delayMs?: number;
  /** Rate of the answer's body, in bytes per second. @default no limit */
  readonly bytesPerSecond?: number;
}

export const slow: FaultKind<Slow> = {
  checks: () => ({ delayMs: check.optional(check.integer(0)), bytesPerSecond: check.optional(check.integer(1)) }),
  inject: async ({ forward, relay, fired, signal }, { delayMs = 0, bytesPerSecond }) => {
    const answer = await forward();
    fired();
    await sleep(delayMs, undefined, { signal });
    await relay(answer, bytesPerSecond === undefined ? undefined : paced(answer, bytesPerSecond, signal));
  },
};

/** Passes on a twentieth of a second's worth at a time. */
async function* paced(
  chunks: AsyncIterable<Buffer>,
  bytesPerSecond: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const step = Math.max(1, Math.floor(bytesPerSecond / 20));
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += step) {
      const piece = chunk.subarray(start, start + step);
      await sleep((piece.length / bytesPerSecond) * 1000, undefined, { signal });
      yield piece;
    }
  }
}

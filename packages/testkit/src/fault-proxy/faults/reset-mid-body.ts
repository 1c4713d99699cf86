import { setTimeout as sleep } from 'node:timers/promises';
import { check } from '@millrace/core/plugin';
import { firstBytes } from '../first-bytes.ts';
import type { FaultBase, FaultKind } from '../fault-kind.ts';

/** A reset discards what the kernel has not sent, or the client not read yet, so it must not follow the last byte at once. */
const SETTLE_MS = 50;
/** The pause is made in steps: a client in the same process reads in each of them, however late timers come. */
const STEP_MS = 5;

/** The connection is reset after `at` bytes of the answer's body. The SDK does not try again: the stream fails. */
export interface ResetMidBody extends FaultBase {
  readonly kind: 'resetMidBody';
  /** Bytes of the body that still arrive. A shorter body arrives whole. */
  readonly at: number;
}

export const resetMidBody: FaultKind<ResetMidBody> = {
  checks: () => ({ at: check.integer(0) }),
  inject: async ({ forward, relay, fired, reset, signal }, { at }) => {
    const answer = await forward();
    await relay(
      answer,
      firstBytes(answer, at, async () => {
        fired();
        for (let waited = 0; waited < SETTLE_MS; waited += STEP_MS) await sleep(STEP_MS, undefined, { signal });
        reset();
        return false;
      }),
    );
  },
};

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { check } from '@millrace/core/plugin';
import { firstBytes } from '../first-bytes.ts';
import type { FaultBase, FaultKind } from '../fault-kind.ts';

/** The answer stops after `at` bytes of its body, while the connection stays open. */
export interface Stall extends FaultBase {
  readonly kind: 'stall';
  /** Bytes of the body that arrive before the pause. A shorter body arrives whole. */
  readonly at: number;
  /** Length of the pause in milliseconds; without it, nothing more comes until the client gives up. */
  readonly forMs?: number;
}

export const stall: FaultKind<Stall> = {
  checks: () => ({ at: check.integer(0), forMs: check.optional(check.integer(0)) }),
  inject: async ({ forward, relay, fired, signal }, { at, forMs }) => {
    const answer = await forward();
    await relay(
      answer,
      firstBytes(answer, at, async () => {
        fired();
        if (forMs !== undefined) await sleep(forMs, undefined, { signal });
        else if (!signal.aborted) await once(signal, 'abort');
        return forMs !== undefined;
      }),
    );
  },
};

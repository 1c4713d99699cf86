import { check } from '@millrace/core/plugin';
import { firstBytes } from '../first-bytes.ts';
import type { FaultBase, FaultKind } from '../fault-kind.ts';

/** The connection ends, without an error, after `at` bytes of the answer's body: fewer than were announced. */
export interface EndMidBody extends FaultBase {
  readonly kind: 'endMidBody';
  /** Bytes of the body that still arrive. A shorter body arrives whole. */
  readonly at: number;
}

export const endMidBody: FaultKind<EndMidBody> = {
  checks: () => ({ at: check.integer(0) }),
  inject: async ({ forward, relay, fired, endEarly }, { at }) => {
    const answer = await forward();
    await relay(
      answer,
      firstBytes(answer, at, async () => {
        fired();
        await endEarly();
        return false;
      }),
    );
  },
};

import { buffer } from 'node:stream/consumers';
import type { FaultBase, FaultKind } from '../fault-kind.ts';

/**
 * The target applies the call, and the connection is reset before its answer arrives. The SDK tries again, so that the
 * second attempt finds what the first one did: a conditional write then fails, though it is in place.
 */
export interface LoseAnswer extends FaultBase {
  readonly kind: 'loseAnswer';
}

export const loseAnswer: FaultKind<LoseAnswer> = {
  checks: () => ({}),
  inject: async ({ forward, fired, reset }) => {
    await buffer(await forward());
    fired();
    reset();
  },
};

import type { FaultBase, FaultKind } from '../fault-kind.ts';

/** The connection is reset before the target has seen the call: nothing was applied. The SDK tries again. */
export interface ResetBeforeResponse extends FaultBase {
  readonly kind: 'resetBeforeResponse';
}

export const resetBeforeResponse: FaultKind<ResetBeforeResponse> = {
  checks: () => ({}),
  inject: async ({ fired, reset }) => {
    fired();
    reset();
  },
};

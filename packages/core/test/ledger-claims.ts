import type { Ledger } from '@millrace/core';
import type { ClaimRequest, LedgerProgress } from '@millrace/core/plugin';

let claims = 0;

/** A claim of a version of one object, each under an id of its own. */
export function request(sequencer: string, changes: Partial<ClaimRequest> = {}): ClaimRequest {
  claims += 1;
  return {
    feed: 'f',
    object: 'o',
    origin: { id: `o@${sequencer}`, uri: 'o' },
    sequencer,
    claimId: `claim-${claims}`,
    leaseMs: 1000,
    clockSkewMs: 0,
    versions: 'newest',
    ...changes,
  };
}

type Report = Parameters<Ledger['finish']>[2];

/** The outcome of a claim, and how far it came. */
export const REPORT: Report = { outcome: 'complete' } as Report;
export const DONE: LedgerProgress = { watermark: 3, rejected: 0 };

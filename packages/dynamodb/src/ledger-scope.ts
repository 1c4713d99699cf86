import type { ClaimRequest } from '@millrace/core';
import type { LedgerKey } from './ledger-key.ts';
import type { LedgerTable } from './ledger-table.ts';

/** One request and where it is carried out. */
export interface LedgerScope {
  readonly table: LedgerTable;
  readonly request: ClaimRequest;
  /** The item of the version that is asked for. */
  readonly key: LedgerKey;
  /** The request's sequencer in its comparable form. */
  readonly sequencer: string | undefined;
  /** This process's clock, in milliseconds since the epoch. */
  readonly now: () => number;
  /** The second in which what is finished now may be deleted. */
  readonly expiresAt: () => number | undefined;
}

/** When something was written, as ISO-8601 in UTC. */
export function timestamp({ now }: LedgerScope): string {
  return new Date(now()).toISOString();
}

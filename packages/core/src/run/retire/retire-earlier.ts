import type { ClaimRequest } from '../../ledger/ledger.ts';
import type { LedgerEntry } from '../../ledger/ledger-entry.ts';
import { MillraceError, toMillraceError } from '../../millrace-error.ts';
import type { Ledgering } from '../object/object-claim.ts';
import type { Tally } from '../object/tally.ts';
import type { RunScope } from '../run-scope.ts';
import { bounded, boundedBy } from '../stop/bounded.ts';
import { retireVersions, versionsToRetire } from './retirement.ts';

/**
 * Retires the rows of versions before a completed one, if there are any left. Returns whether there were.
 *
 * @throws MillraceError as `retireVersions` does, and `LEDGER_TIMEOUT` or `LEDGER_FAILED`
 */
export async function retireEarlier<Ref>(
  scope: RunScope<Ref>,
  ledgering: Ledgering,
  { object, origin }: ClaimRequest,
  tally: Tally,
): Promise<boolean> {
  const entries = await entriesOf(scope, ledgering, object);
  const current = entries.find((entry) => entry.origin.id === origin.id);
  if (current?.state !== 'complete') return false;
  const retired = versionsToRetire(current, entries);
  if (retired.length === 0) return false;
  await retireVersions(scope, ledgering, { object, current, retired, only: false, dryRun: false }, tally);
  return true;
}

async function entriesOf<Ref>(
  { feed, stop }: RunScope<Ref>,
  { ledger, leaseMs }: Ledgering,
  object: string,
): Promise<readonly LedgerEntry[]> {
  try {
    const asked = (async () => ledger.entries(feed.name, object))();
    return await bounded(boundedBy(asked, leaseMs, entriesTimedOut), stop.over);
  } catch (thrown) {
    throw toMillraceError(thrown, 'LEDGER_FAILED', { stage: `ledger:${ledger.name}` });
  }
}

function entriesTimedOut(): MillraceError {
  return new MillraceError(
    'LEDGER_TIMEOUT',
    'The ledger did not return the entries of an object within its lease, so rows of earlier versions were not retired. The ' +
      'next delivery retires them.',
    { retryable: true },
  );
}

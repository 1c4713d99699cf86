import type { ItemReport, LedgerProgress } from '@millrace/core';
import type { LedgerItem } from './ledger-item.ts';
import { reportToText } from './ledger-report.ts';
import { type LedgerScope, timestamp } from './ledger-scope.ts';

/*
 * The item of one version: its state, its progress and who holds it. The writes answer whether they are in place.
 */

/** Takes the version, and answers where to go on. Refused while it is another's, and once it is complete. */
export async function takeVersion(
  scope: LedgerScope,
  now: number,
  leaseUntil: number,
): Promise<LedgerProgress | undefined> {
  const taken = await scope.table.write({
    key: scope.key,
    condition: 'attribute_not_exists(#object) OR (#state <> :complete AND (#state <> :claimed OR #leaseUntil <= :now))',
    given: { complete: 'complete', claimed: 'claimed', now },
    set: { ...versionOf(scope), state: 'claimed', leaseUntil },
    start: { watermark: 0, rejected: 0 },
    add: { attempts: 1 },
    remove: ['expiresAt'],
    inPlace: (item) => isHeld(scope, item) && item.leaseUntil === leaseUntil,
  });
  return taken && progressOf(taken);
}

/** Stores progress and renews the lease. Refused where the version is another's by now, or was given back. */
export async function checkpointVersion(
  scope: LedgerScope,
  { watermark, rejected }: LedgerProgress,
  leaseUntil: number,
): Promise<boolean> {
  const stored = await scope.table.write({
    key: scope.key,
    // A request that lingered in the network must not take the watermark back.
    condition: `${HELD} AND #watermark <= :watermark`,
    given: { none: 0, claimId: scope.request.claimId },
    set: { watermark, rejected, leaseUntil, updatedAt: timestamp(scope) },
    inPlace: (item) =>
      isHeld(scope, item) && progressOf(item).watermark >= watermark && (item.leaseUntil ?? 0) >= leaseUntil,
  });
  return stored !== undefined;
}

/** Stores the outcome and gives the version back. Refused where it is another's by now, or was given back. */
export async function finishVersion(
  scope: LedgerScope,
  { watermark, rejected }: LedgerProgress,
  itemReport: ItemReport,
): Promise<boolean> {
  const state = stateOf(itemReport);
  const report = reportToText(itemReport);
  const stored = await scope.table.write({
    key: scope.key,
    condition: HELD,
    given: { none: 0, claimId: scope.request.claimId },
    set: {
      state,
      watermark,
      rejected,
      leaseUntil: 0,
      report,
      updatedAt: timestamp(scope),
      expiresAt: scope.expiresAt(),
    },
    inPlace: (item) => item.claimId === scope.request.claimId && item.state === state && item.report === report,
  });
  return stored !== undefined;
}

/** Records a version that was passed over, unless it has an entry. */
export async function recordStale(scope: LedgerScope): Promise<void> {
  await scope.table.write({
    key: scope.key,
    condition: 'attribute_not_exists(#object)',
    set: {
      ...versionOf(scope),
      state: 'stale',
      leaseUntil: 0,
      watermark: 0,
      rejected: 0,
      attempts: 0,
      expiresAt: scope.expiresAt(),
    },
    inPlace: () => true,
  });
}

const HELD = '#claimId = :claimId AND #leaseUntil > :none';

export function isHeld({ request }: LedgerScope, item: Partial<LedgerItem>): boolean {
  return item.claimId === request.claimId && item.leaseUntil !== 0;
}

export function progressOf({ watermark = 0, rejected = 0 }: Partial<LedgerItem>): LedgerProgress {
  return { watermark, rejected };
}

function versionOf(scope: LedgerScope): Partial<LedgerItem> {
  const { feed, object, origin, claimId, sequencer, versionTag } = scope.request;
  return {
    feed,
    ref: object,
    origin,
    claimId,
    updatedAt: timestamp(scope),
    sequencer,
    versionTag,
  } as Partial<LedgerItem>;
}

function stateOf({ outcome }: ItemReport): 'complete' | 'aborted' | 'failed' {
  return outcome === 'complete' || outcome === 'aborted' ? outcome : 'failed';
}

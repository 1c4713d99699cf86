import type { ItemReport, LedgerProgress } from '@millrace/core';
import type { LedgerItem } from './ledger-item.ts';
import { reportToText } from './ledger-report.ts';
import { type LedgerScope, timestamp } from './ledger-scope.ts';

/*
 * The item of one version: its state, its progress and who holds it. The writes answer whether they are in place.
 */

/** What a claim writes to the version. */
export interface VersionGrant {
  /** The entry as it was read, where the version begins anew whatever became of it. */
  readonly startsOver: LedgerItem | undefined;
  readonly turn: string | undefined;
  readonly now: number;
  readonly leaseUntil: number;
}

/**
 * Takes the version, and answers where to go on. Refused while it is another's; where it goes on, once it is complete; and
 * where it starts over, once another claim has done so.
 */
export async function takeVersion(
  scope: LedgerScope,
  { startsOver, turn, now, leaseUntil }: VersionGrant,
): Promise<LedgerProgress | undefined> {
  const free = '(#state <> :claimed OR #leaseUntil <= :now)';
  const first = { watermark: 0, rejected: 0 };
  // Under `all` a version stays in its first turn: under `newest` it starts over if there was another one since.
  const [set, start] = scope.request.versions === 'all' ? [{}, { turn }] : [{ turn }, {}];
  const taken = await scope.table.write({
    key: scope.key,
    ...(startsOver === undefined
      ? {
          condition: `attribute_not_exists(#object) OR (#state <> :complete AND ${free})`,
          given: { complete: 'complete', claimed: 'claimed', now },
        }
      : {
          condition: `#claimId = :before AND ${free}`,
          given: { before: startsOver.claimId, claimed: 'claimed', now },
        }),
    set: { ...versionOf(scope), ...set, ...(startsOver && first), state: 'claimed', leaseUntil },
    start: { ...start, ...(!startsOver && first) },
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

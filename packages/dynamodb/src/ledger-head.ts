import { HEAD, type LedgerKey } from './ledger-key.ts';
import type { LedgerItem } from './ledger-item.ts';
import { type LedgerScope, timestamp } from './ledger-scope.ts';

/*
 * The head of an object lets one version at a time be carried under `newest`, and remembers the highest sequencer that was
 * taken up. The writes answer whether they are in place.
 */

export function headKey({ key }: LedgerScope): LedgerKey {
  return { object: key.object, version: HEAD };
}

/** Takes the head. Refused while it is another's, and where a newer version was taken up. */
export async function takeHead(scope: LedgerScope, now: number, leaseUntil: number): Promise<boolean> {
  const { table, request, sequencer } = scope;
  const free = '(attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now OR #claimId = :claimId)';
  const newest = '(attribute_not_exists(#sequencer) OR #sequencer <= :sequencer)';
  const taken = await table.write({
    key: headKey(scope),
    condition: sequencer === undefined ? free : `${free} AND ${newest}`,
    given: { now },
    set: { ...headOf(scope), claimId: request.claimId, holder: request.origin.id, leaseUntil, sequencer },
    remove: ['expiresAt'],
    inPlace: (head) => isHolder(scope, head) && head.leaseUntil === leaseUntil,
  });
  return taken !== undefined;
}

/** Refused where the head is another's by now. */
export async function renewHead(scope: LedgerScope, leaseUntil: number): Promise<boolean> {
  const renewed = await scope.table.write({
    key: headKey(scope),
    condition: '#claimId = :claimId AND #leaseUntil > :none',
    given: { none: 0, claimId: scope.request.claimId },
    set: { leaseUntil, updatedAt: timestamp(scope) },
    inPlace: (head) => isHolder(scope, head) && head.leaseUntil === leaseUntil,
  });
  return renewed !== undefined;
}

/** Gives the head back. Does nothing where it is another's by now. */
export async function releaseHead(scope: LedgerScope): Promise<void> {
  await scope.table.write({
    key: headKey(scope),
    condition: '#claimId = :claimId',
    given: { claimId: scope.request.claimId },
    set: { leaseUntil: 0, updatedAt: timestamp(scope), expiresAt: scope.expiresAt() },
    inPlace: (head) => head.claimId === scope.request.claimId && head.leaseUntil === 0,
  });
}

/** Notes under `all` that a version was taken up, for a feed that changes to `newest`. Refused where a newer one was. */
export async function raiseHead(scope: LedgerScope): Promise<void> {
  const { table, sequencer } = scope;
  await table.write({
    key: headKey(scope),
    condition: 'attribute_not_exists(#sequencer) OR #sequencer < :sequencer',
    set: { ...headOf(scope), sequencer, expiresAt: scope.expiresAt() },
    inPlace: (head) => head.sequencer !== undefined && head.sequencer >= sequencer!,
  });
}

function isHolder({ request }: LedgerScope, head: LedgerItem): boolean {
  return head.claimId === request.claimId;
}

function headOf(scope: LedgerScope): Pick<LedgerItem, 'feed' | 'ref' | 'updatedAt'> {
  const { feed, object } = scope.request;
  return { feed, ref: object, updatedAt: timestamp(scope) };
}

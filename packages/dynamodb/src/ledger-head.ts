import { HEAD, type LedgerKey } from './ledger-key.ts';
import type { LedgerItem } from './ledger-item.ts';
import { type LedgerScope, timestamp } from './ledger-scope.ts';

/*
 * The head of an object lets one version at a time be carried under `newest`, and remembers the highest sequencer that was
 * taken up, and whether the version at hand is still the one that was granted last. The writes answer whether they are in
 * place.
 */

/** What a claim writes to the head. */
export interface HeadGrant {
  /** The head as it was read. */
  readonly head: LedgerItem | undefined;
  readonly turn: string | undefined;
  readonly now: number;
  readonly leaseUntil: number;
}

export function headKey({ key }: LedgerScope): LedgerKey {
  return { object: key.object, version: HEAD };
}

/** Takes the head. Refused while it is another's, where a newer version was taken up, and in another turn than was read. */
export async function takeHead(scope: LedgerScope, { head, turn, now, leaseUntil }: HeadGrant): Promise<boolean> {
  const { table, request, sequencer } = scope;
  const turnRead = head?.turn;
  const free = '(attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now OR #claimId = :claimId)';
  const newest = '(attribute_not_exists(#sequencer) OR #sequencer <= :sequencer)';
  const taken = await table.write({
    key: headKey(scope),
    condition: [
      free,
      turnRead === undefined ? 'attribute_not_exists(#turn)' : '#turn = :turnRead',
      ...(sequencer === undefined ? [] : [newest]),
    ].join(' AND '),
    given: { now, ...(turnRead !== undefined && { turnRead }) },
    set: { ...headOf(scope), claimId: request.claimId, holder: request.origin.id, leaseUntil, sequencer, turn },
    remove: ['expiresAt'],
    inPlace: (item) => isHolder(scope, item) && item.leaseUntil === leaseUntil,
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

/**
 * Notes under `all` that versions are taken up so, and with a turn that this one's sequencer is the highest, for a feed
 * that changes to `newest`. Refused where another claim has noted as much.
 */
export async function markHead(scope: LedgerScope, turn: string | undefined): Promise<boolean> {
  const { table } = scope;
  const sequencer = turn === undefined ? undefined : scope.sequencer;
  const higher = 'attribute_not_exists(#sequencer) OR #sequencer < :sequencer';
  const marked = await table.write({
    key: headKey(scope),
    condition: sequencer === undefined ? 'attribute_not_exists(#all)' : higher,
    set: { ...headOf(scope), all: true, sequencer, turn, expiresAt: scope.expiresAt() },
    inPlace: (item) => item.all === true && (sequencer === undefined || (item.sequencer ?? '') >= sequencer),
  });
  return marked !== undefined;
}

function isHolder({ request }: LedgerScope, item: LedgerItem): boolean {
  return item.claimId === request.claimId;
}

function headOf(scope: LedgerScope): Pick<LedgerItem, 'feed' | 'ref' | 'updatedAt'> {
  const { feed, object } = scope.request;
  return { feed, ref: object, updatedAt: timestamp(scope) };
}

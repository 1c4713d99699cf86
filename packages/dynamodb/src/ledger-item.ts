import type { ItemOrigin, LedgerState } from '@millrace/core';
import type { LedgerKey } from './ledger-key.ts';

/** What the item of one version of an object holds; see `LedgerEntry` of core for what it means. */
export interface VersionItem extends LedgerKey {
  readonly feed: string;
  /** The object, as the source describes its reference. */
  readonly ref: string;
  readonly origin: ItemOrigin;
  readonly state: LedgerState;
  readonly watermark: number;
  readonly rejected: number;
  readonly attempts: number;
  readonly claimId: string;
  readonly leaseUntil: number;
  readonly sequencer?: string;
  readonly versionTag?: string;
  /** The turn of the head that it was granted in; see {@link HeadItem}. */
  readonly turn?: string;
  /** The report as JSON. */
  readonly report?: string;
  readonly updatedAt: string;
  /** Second since the epoch after which DynamoDB may delete the item. Only finished entries have it. */
  readonly expiresAt?: number;
}

/** What the head of an object holds: who may carry versions of it under `newest`, and from which one on. */
export interface HeadItem extends LedgerKey {
  readonly feed: string;
  readonly ref: string;
  /** Who holds, or last held, the object. */
  readonly claimId?: string;
  /** Id of the item that the claim is for. */
  readonly holder?: string;
  /** When the claim runs out, in milliseconds since the epoch; 0 once it was given back. */
  readonly leaseUntil?: number;
  /** The highest sequencer that was taken up, in its comparable form. */
  readonly sequencer?: string;
  /**
   * Id of the claim that the present turn began with. A turn lasts while the same version is granted again: a version that
   * was granted in another turn had others come between.
   */
  readonly turn?: string;
  /** Versions were granted under `all`, whose claims the head does not show. */
  readonly all?: true;
  readonly updatedAt: string;
  readonly expiresAt?: number;
}

/** Any item of the table, as it is read. */
export type LedgerItem = Partial<Omit<VersionItem & HeadItem, keyof LedgerKey>> & LedgerKey;

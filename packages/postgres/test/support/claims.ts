import { randomUUID } from 'node:crypto';
import type { ItemReport } from '@millrace/core';
import type { ClaimRequest } from '@millrace/core/plugin';

/** How long claims last, in milliseconds. */
export const LEASE_MS = 60_000;

/** A claim of one version of an object, unlike any other claim. */
export function claimOf(object: string, version = '01', own: Partial<ClaimRequest> = {}): ClaimRequest {
  const origin = { id: `${object}?versionId=${version}`, uri: object };
  const claimId = randomUUID();
  return { feed: 'prices', object, origin, sequencer: version, claimId, leaseMs: LEASE_MS, versions: 'newest', ...own };
}

/** The name of an object that no other test has. */
export function newObject(): string {
  return `s3://prices/${randomUUID()}.gz`;
}

export function reportOf({ feed, object, origin }: ClaimRequest, own: Partial<ItemReport> = {}): ItemReport {
  return {
    feed,
    run: 'run',
    ref: object,
    outcome: 'complete',
    origin,
    watermark: 3,
    read: 3,
    expanded: 0,
    written: 3,
    rejected: 0,
    dropped: 0,
    skipped: 0,
    unsettled: 0,
    bytesIn: 10,
    bytesDecoded: 20,
    rejections: {},
    counters: {},
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    ...own,
  };
}

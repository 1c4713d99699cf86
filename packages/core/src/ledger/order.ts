import type { ItemOrigin } from '../origin.ts';
import { compareSequencers } from './compare-sequencers.ts';
import type { ClaimRequest, LedgerEntry } from './ledger.ts';
import type { HeadRecord, Known } from './ledger-store.ts';

/*
 * Which of two versions of an object is older, and whether a lease still runs.
 */

/**
 * Whether the version was written before one that was granted. Sequencers say it; a listing has none, so if either side lacks
 * one, the time of writing does. That of a multipart upload is when it was begun, so it says nothing of when it ended.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
export function isOlder({ sequencer, origin }: ClaimRequest, head: HeadRecord | undefined): boolean {
  if (sequencer !== undefined && head?.sequencer !== undefined) return compareSequencers(head.sequencer, sequencer) > 0;
  if (head?.lastModified === undefined || origin.lastModified === undefined || isMultipart(origin)) return false;
  return origin.lastModified < head.lastModified;
}

/**
 * Whether an unfinished version, a claim of which is stale, will never be granted again: not if a later event has already
 * claimed it, because that one may be delivered again.
 */
export function isSuperseded(
  { state, sequencer: last }: Pick<LedgerEntry, 'state' | 'sequencer'>,
  { sequencer }: Pick<ClaimRequest, 'sequencer'>,
  wasFollowed: boolean,
): boolean {
  if (!wasFollowed || state === 'complete' || state === 'stale') return false;
  return last === undefined || sequencer === undefined || compareSequencers(last, sequencer) <= 0;
}

/** Whether only opening the object can tell if the version is older than one that was granted. */
export function needsTime({ sequencer, origin, isUnopened }: ClaimRequest, { head, version }: Known): boolean {
  if (
    isUnopened !== true ||
    version !== undefined ||
    origin.lastModified !== undefined ||
    head?.lastModified === undefined
  )
    return false;
  return sequencer === undefined || head.sequencer === undefined;
}

function isMultipart({ etag }: ItemOrigin): boolean {
  return etag !== undefined && /-\d+"?$/.test(etag);
}

/** What the head remembers of a version that is granted. */
export function orderOf({ sequencer, origin }: ClaimRequest, head: HeadRecord | undefined): Partial<HeadRecord> {
  const { lastModified } = origin;
  const isLater = lastModified !== undefined && (head?.lastModified === undefined || lastModified > head.lastModified);
  return { ...(sequencer !== undefined && { sequencer }), ...(isLater && { lastModified }) };
}

/** Whether a lease still runs, or ran out no longer ago than two clocks may differ. One that was given back is 0. */
export function isLeased(
  { leaseUntil }: { readonly leaseUntil: number },
  clockSkewMs: number | undefined,
  now: number,
): boolean {
  return leaseUntil > 0 && leaseUntil + (clockSkewMs ?? 0) > now;
}

export function generationOf(record: { readonly generation?: number } | undefined): number {
  return record?.generation ?? 0;
}

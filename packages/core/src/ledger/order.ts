import type { ItemOrigin } from '../origin.ts';
import { compareSequencers } from './compare-sequencers.ts';
import type { ClaimRequest } from './ledger.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { HeadRecord, Known, VersionRecord } from './ledger-store.ts';

/*
 * Which of two versions of an object is older, and whether a lease still runs.
 */

/**
 * Whether the version was written before one that was granted. Sequencers say it. A listing has none, so if either side lacks one, or
 * the one of the head belongs to an earlier version, the time of writing says it. That of a multipart upload is when it was begun,
 * so it says nothing of when it ended. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
export function isOlder(request: ClaimRequest, { head, version }: Known): boolean {
  const { sequencer, origin } = request;
  if (head === undefined) return false;
  if (sequencer !== undefined && head.sequencer !== undefined) {
    if (compareSequencers(head.sequencer, sequencer) > 0) return true;
    if (head.unsequenced !== true) return false;
  }
  if (head.lastModified === undefined || isMultipart(origin) || isLast(version, head)) return false;
  const writtenAt = timeOf(request, version);
  return writtenAt !== undefined && writtenAt < head.lastModified;
}

/** Whether only opening the object can tell if the version is older than one that was granted. */
export function needsTime(request: ClaimRequest, { head, version }: Known): boolean {
  const { sequencer, origin, isUnopened } = request;
  if (isUnopened !== true || head?.lastModified === undefined) return false;
  if (isMultipart(origin) || isLast(version, head) || timeOf(request, version) !== undefined) return false;
  if (sequencer === undefined || head.sequencer === undefined) return true;
  return head.unsequenced === true && compareSequencers(head.sequencer, sequencer) <= 0;
}

/** Whether the version is the one that was granted last: it is not older than itself. */
function isLast(version: VersionRecord | undefined, head: HeadRecord): boolean {
  return version !== undefined && generationOf(version) === generationOf(head);
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

/**
 * When the version was written. Before it is opened again, the time with which it was claimed before counts, if it was by the same
 * event: another event may be of the same content that was written once more.
 */
export function timeOf(
  { origin, sequencer }: Pick<ClaimRequest, 'origin' | 'sequencer'>,
  known: Pick<VersionRecord, 'origin' | 'sequencer'> | undefined,
): string | undefined {
  if (origin.lastModified !== undefined) return origin.lastModified;
  return sequencer !== undefined && known?.sequencer === sequencer ? known.origin.lastModified : undefined;
}

/** The time of a multipart upload is when it was begun. */
export function isMultipart({ etag }: ItemOrigin): boolean {
  return etag !== undefined && /-\d+"?$/.test(etag);
}

/** What the head remembers of a version that is granted. */
export function orderOf({ sequencer, origin }: ClaimRequest, head: HeadRecord | undefined): Partial<HeadRecord> {
  const { lastModified } = origin;
  const isLater = lastModified !== undefined && (head?.lastModified === undefined || lastModified > head.lastModified);
  const isKnown = sequencer !== undefined;
  return {
    ...(isKnown && { sequencer }),
    ...(isKnown === (head?.unsequenced === true) && head?.sequencer !== undefined && { unsequenced: !isKnown }),
    ...(isLater && { lastModified }),
  };
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

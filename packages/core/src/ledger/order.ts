import type { ItemOrigin } from '../origin.ts';
import { compareSequencers } from './compare-sequencers.ts';
import type { ClaimRequest } from './ledger.ts';
import type { HeadRecord, Known, VersionRecord } from './ledger-store.ts';

/*
 * Which of two versions of an object is older, and whether a lease still runs.
 */

/** What is known when versions are compared; `others` only once they were looked up. */
interface KnownForOrder extends Known {
  readonly others?: readonly VersionRecord[];
}

/**
 * Whether the version was written before one that was granted. Sequencers say it. A listing has none, so if the request or the version
 * that was granted last lacks one, the time of writing does. That of a multipart upload is when it was begun, so it says nothing of
 * when it ended. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 *
 * @returns `look` if the other versions must be known, `unclear` if only opening the object can tell
 */
export function isOlder(request: ClaimRequest, known: KnownForOrder): boolean | 'look' | 'unclear' {
  const { head, version, others } = known;
  const { sequencer, origin, isUnopened = false } = request;
  if (head === undefined) return false;
  const hasSequencers = sequencer !== undefined && head.sequencer !== undefined;
  if (hasSequencers && compareSequencers(head.sequencer, sequencer) > 0) return true;
  if (head.lastModified === undefined || isMultipart(origin)) return false;
  // What was granted last is not older than itself.
  if (version !== undefined && generationOf(version) === generationOf(head)) return false;
  const writtenAt = timeOf(request, version);
  if (writtenAt === undefined ? !isUnopened : writtenAt >= head.lastModified) return false;
  if (hasSequencers) {
    // The head's sequencer may be of an earlier grant: if the last one has its own, sequencers decide.
    if (others === undefined) return 'look';
    const last = others.find((other) => generationOf(other) === generationOf(head));
    if (last === undefined || last.sequencer !== undefined) return false;
  }
  return writtenAt === undefined ? 'unclear' : true;
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

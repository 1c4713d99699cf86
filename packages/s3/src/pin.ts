import { MillraceError } from '@millrace/core';
import { bareEtag, quotedEtag } from './etag.ts';
import { type ObjectAnswer } from './object-version.ts';
import { type S3Ref, s3Uri } from './s3-ref.ts';

/** The request members that hold a read to the version and ETag of its reference. */
export interface Pin {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
  readonly IfMatch?: string;
}

export function pin({ bucket, key, versionId, etag }: S3Ref): Pin {
  return {
    Bucket: bucket,
    Key: key,
    ...(versionId === undefined ? {} : { VersionId: versionId }),
    ...(etag === undefined ? {} : { IfMatch: quotedEtag(etag) }),
  };
}

/**
 * Checks that the answer is what was asked for. S3 itself sees to it; some S3-compatible stores ignore the version or
 * the condition and answer with whatever is there now.
 *
 * @param named the reference that the caller gave, where `ref` is what an earlier answer made of it
 * @throws MillraceError `S3_OBJECT_CHANGED`
 */
export function checkPin(ref: S3Ref, answer: ObjectAnswer, named: S3Ref = ref): void {
  const etag = bareEtag(ref.etag);
  const answered = bareEtag(answer.ETag);
  if (etag !== undefined && answered !== undefined && etag !== answered) throw changed(ref, answered, named);
  const version = answer.VersionId ?? 'null';
  if (ref.versionId === undefined || ref.versionId === version) return;
  // A store without versions names none; the ETag then vouches for the content.
  if (answer.VersionId === undefined && etag !== undefined && etag === answered) return;
  throw changed(ref, answered, named);
}

/** Whether a reference names the version that is to be read. If not, what is there is read. */
export function isPinned({ versionId, etag }: S3Ref): boolean {
  return versionId !== undefined || etag !== undefined;
}

/** What was named by its version will not come back; what was not named is read as it is at the next try. */
function changed(ref: S3Ref, answered: string | undefined, named: S3Ref): MillraceError {
  const { bucket, key, versionId, etag } = ref;
  const since = isPinned(named) ? 'since the event or listing that named it' : 'while it was read';
  return new MillraceError(
    'S3_OBJECT_CHANGED',
    `${s3Uri(ref)} changed ${since}${etag === undefined ? '' : ` (ETag ${bareEtag(etag)})`}. ` +
      'The event of the newer version covers it; to read what is there now, drop the ETag from the reference.',
    {
      retryable: !isPinned(named),
      details: { bucket, key, versionId, etag, answered, ...(versionId === undefined && { replacedBy: answered }) },
    },
  );
}

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
 * @throws MillraceError `S3_OBJECT_CHANGED`
 */
export function checkPin(ref: S3Ref, answer: ObjectAnswer): void {
  const etag = bareEtag(ref.etag);
  const answered = bareEtag(answer.ETag);
  if (etag !== undefined && answered !== undefined && etag !== answered) throw changed(ref, answered);
  const version = answer.VersionId ?? 'null';
  if (ref.versionId === undefined || ref.versionId === version) return;
  // A store without versions names none; the ETag then vouches for the content.
  if (answer.VersionId === undefined && etag !== undefined && etag === answered) return;
  throw changed(ref, answered);
}

/** The error for an object that is no longer what the reference says. */
function changed(ref: S3Ref, answered?: string, cause?: unknown): MillraceError {
  return new MillraceError(
    'S3_OBJECT_CHANGED',
    `${s3Uri(ref)} changed since the event or listing that named it${ref.etag === undefined ? '' : ` (ETag ${bareEtag(ref.etag)})`}. ` +
      'The event of the newer version covers it; to read what is there now, drop the ETag from the reference.',
    { cause, details: { bucket: ref.bucket, key: ref.key, versionId: ref.versionId, etag: ref.etag, answered } },
  );
}

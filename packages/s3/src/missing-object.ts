import { isMillraceError, MillraceError } from '@millrace/core';
import { type S3Ref, s3Uri } from './s3-ref.ts';

/** S3's own words for an object, or a version, that is not there; the last is a delete marker that was asked for by its id. */
const GONE: ReadonlySet<unknown> = new Set(['NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed']);

/**
 * Turns the failure to open an object that is not there into the request to skip it. A status of 404 alone does not do: a proxy
 * may have sent it, or the bucket may be missing.
 */
export function skipMissing(error: unknown, ref: S3Ref): unknown {
  if (!isMillraceError(error)) return error;
  const { code, details } = error;
  const missing = code === 'S3_OBJECT_NOT_FOUND' || code === 'S3_VERSION_NOT_FOUND';
  if (!missing || !GONE.has(details?.['s3Code'])) return error;
  const uri = s3Uri(ref);
  return new MillraceError('SOURCE_OBJECT_SKIPPED', `${uri} is not there any more, and s3Source has missing: 'skip'.`, {
    cause: error,
    details: { reason: 'missing', uri, ...(ref.versionId !== undefined && { versionId: ref.versionId }) },
  });
}

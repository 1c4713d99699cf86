import type { ReferenceIdentity } from '@millrace/core/plugin';
import { bareEtag } from './etag.ts';
import { originOf } from './object-version.ts';
import type { S3Ref } from './s3-ref.ts';

/**
 * What a reference says about the object's identity. An id needs the ETag, and the version id or the knowledge that there is none.
 * S3's events name the version wherever the bucket keeps versions, and only they have a sequencer; a listing names none in any
 * bucket. And an object can turn out to be a landing copy, unless those are not followed.
 */
export function identityOf(ref: S3Ref, landingCopies: boolean): ReferenceIdentity | undefined {
  const { bucket, key, size, sequencer } = ref;
  const etag = bareEtag(ref.etag);
  if (etag === undefined) return undefined;
  const versionId = ref.versionId === 'null' ? undefined : ref.versionId;
  const knowsVersion = ref.versionId !== undefined || sequencer !== undefined;
  const version = {
    bucket,
    key,
    etag,
    ...(versionId !== undefined && { versionId }),
    ...(size !== undefined && { size }),
  };
  return Object.freeze({
    origin: originOf(version),
    versionTag: etag,
    ...(sequencer !== undefined && { sequencer }),
    exact: knowsVersion && !landingCopies,
  });
}

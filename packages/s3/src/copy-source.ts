import { encodeKey } from './encode-key.ts';
import { quotedEtag } from './etag.ts';
import type { ObjectVersion } from './object-version.ts';

/** The request members that make a copy exact: this version, and only while it has this ETag. */
export interface CopySource {
  readonly CopySource: string;
  readonly CopySourceIfMatch?: string;
}

/** The SDK sends `CopySource` as it is, so it is encoded here. Access points put `/object/` before the key. */
export function copySource({ bucket, key, versionId, etag }: ObjectVersion): CopySource {
  const place = `${encodeURIComponent(bucket)}${bucket.startsWith('arn:') ? '/object' : ''}/${encodeKey(key)}`;
  return {
    CopySource: versionId === undefined ? place : `${place}?versionId=${encodeURIComponent(versionId)}`,
    ...(etag === undefined ? {} : { CopySourceIfMatch: quotedEtag(etag) }),
  };
}

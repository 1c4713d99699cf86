import { type ItemOrigin, MillraceError } from '@millrace/core';
import { encodeKey } from './encode-key.ts';
import { bareEtag } from './etag.ts';
import { type S3Ref, s3Uri } from './s3-ref.ts';

/** One version of one object, as S3 described it in an answer. */
export interface ObjectVersion {
  readonly bucket: string;
  readonly key: string;
  /** Absent where the bucket keeps no versions; never `null` as text. */
  readonly versionId?: string;
  /** Without quotes. */
  readonly etag?: string;
  readonly size?: number;
  /** ISO-8601 in UTC. */
  readonly lastModified?: string;
}

/** Members that responses of GetObject and HeadObject share. */
export interface ObjectAnswer {
  readonly VersionId?: string | undefined;
  readonly ETag?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly LastModified?: Date | undefined;
  readonly Metadata?: Record<string, string> | undefined;
}

/**
 * The version that S3 answered with. It rests on the answer alone: a reference from an event names the version, one
 * from a listing does not, and both must lead to the same identity. S3 calls the version of an object written without
 * versioning `null`; it is left out, so that identity stays when versioning is switched on later. Only if a store names no
 * ETag, that of the reference, under which the object was asked for, takes its place: S3 itself would have named it.
 */
export function answeredVersion({ bucket, key, etag: named }: S3Ref, answer: ObjectAnswer): ObjectVersion {
  const versionId = answer.VersionId === 'null' ? undefined : answer.VersionId;
  const etag = bareEtag(answer.ETag ?? named);
  return {
    bucket,
    key,
    ...(versionId === undefined ? {} : { versionId }),
    ...(etag === undefined ? {} : { etag }),
    ...(answer.ContentLength === undefined ? {} : { size: answer.ContentLength }),
    ...(answer.LastModified === undefined ? {} : { lastModified: answer.LastModified.toISOString() }),
  };
}

/**
 * The origin that records of this version carry. Its id is `s3://bucket/key?versionId=…&etag=…` with all parts
 * percent-encoded: canonical, and different for any two versions; without versioning, for any two contents. A key of
 * 1,024 bytes makes it up to 3 KB long. A store that has neither versions nor ETags leaves the time and the size:
 * `?lastModified=…&size=…`.
 *
 * @throws MillraceError `S3_VERSION_UNKNOWN` if nothing tells this version from another one under the same key
 */
export function originOf(version: ObjectVersion, readFrom?: string): ItemOrigin {
  const { bucket, key, versionId, etag, size, lastModified } = version;
  return Object.freeze({
    id: `s3://${encodeURIComponent(bucket)}/${encodeKey(key)}?${versionTags(version).join('&')}`,
    uri: s3Uri(version),
    ...(versionId === undefined ? {} : { versionId }),
    ...(etag === undefined ? {} : { etag }),
    ...(size === undefined ? {} : { size }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(readFrom === undefined ? {} : { readFrom }),
  });
}

function versionTags(version: ObjectVersion): string[] {
  const { versionId, etag, size, lastModified } = version;
  const tag = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`];
  const tags = [...tag('versionId', versionId), ...tag('etag', etag)];
  if (tags.length > 0) return tags;
  if (lastModified !== undefined && size !== undefined) {
    return [...tag('lastModified', lastModified), ...tag('size', `${size}`)];
  }
  const uri = s3Uri(version);
  throw new MillraceError(
    'S3_VERSION_UNKNOWN',
    `The response for ${uri} has no version id, no ETag, and not both a time and a length, so nothing tells this content from ` +
      'another under the same key. If a login page or a proxy responded, try again; if the store always responds like this, ' +
      'read the object from another endpoint.',
    { retryable: true, details: { uri } },
  );
}

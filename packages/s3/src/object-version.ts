import type { ItemOrigin } from '@millrace/core';
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

/** The members that GetObject and HeadObject answers share. */
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
 * versioning `null`; it is left out, so that identity stays when versioning is switched on later.
 */
export function answeredVersion({ bucket, key }: S3Ref, answer: ObjectAnswer): ObjectVersion {
  const etag = bareEtag(answer.ETag);
  return {
    bucket,
    key,
    ...(answer.VersionId === undefined || answer.VersionId === 'null' ? {} : { versionId: answer.VersionId }),
    ...(etag === undefined ? {} : { etag }),
    ...(answer.ContentLength === undefined ? {} : { size: answer.ContentLength }),
    ...(answer.LastModified === undefined ? {} : { lastModified: answer.LastModified.toISOString() }),
  };
}

/**
 * The origin that records of this version carry. Its id is `s3://bucket/key?versionId=…&etag=…` with all parts
 * percent-encoded: canonical, and different for any two versions; without versioning, for any two contents. A key of
 * 1,024 bytes makes it up to 3 KB long.
 */
export function originOf(version: ObjectVersion, readFrom?: string): ItemOrigin {
  const { bucket, key, versionId, etag, size, lastModified } = version;
  const tags = [
    ...(versionId === undefined ? [] : [`versionId=${encodeURIComponent(versionId)}`]),
    ...(etag === undefined ? [] : [`etag=${encodeURIComponent(etag)}`]),
  ];
  return Object.freeze({
    id: `s3://${encodeURIComponent(bucket)}/${encodeKey(key)}${tags.length === 0 ? '' : `?${tags.join('&')}`}`,
    uri: s3Uri(version),
    ...(versionId === undefined ? {} : { versionId }),
    ...(etag === undefined ? {} : { etag }),
    ...(size === undefined ? {} : { size }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(readFrom === undefined ? {} : { readFrom }),
  });
}

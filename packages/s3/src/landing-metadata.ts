import { MillraceError } from '@millrace/core';
import { encodeKey } from './encode-key.ts';
import type { ObjectVersion } from './object-version.ts';

/** What a landing copy says about itself: which object it is a copy of, and for which feed it was made. */
export interface Landing {
  readonly feed: string;
  /** The first original, also of a copy of a copy. */
  readonly version: ObjectVersion;
}

const PREFIX = 'millrace-';
const FORMAT = '1';
const BASE64 = 'base64url:';

/**
 * The copy's metadata, for S3's `x-amz-meta-` headers: US-ASCII, 2 KB in all. The key is percent-encoded where that is
 * the shorter form, so that it can be read in a console, and base64url otherwise: 1,024 bytes of key then take 1,376
 * characters, and all of this always fits. The identity is not stored; it follows from these parts.
 */
export function landingMetadata({ feed, version }: Landing): Record<string, string> {
  const { bucket, key, versionId, etag, size, lastModified } = version;
  const percent = encodeKey(key);
  const base64 = BASE64 + Buffer.from(key).toString('base64url');
  const values = {
    landing: FORMAT,
    feed: encodeURIComponent(feed),
    bucket: encodeURIComponent(bucket),
    key: percent.length <= base64.length ? percent : base64,
    'version-id': versionId === undefined ? undefined : encodeURIComponent(versionId),
    etag: etag === undefined ? undefined : encodeURIComponent(etag),
    size: size?.toString(),
    'last-modified': lastModified,
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[PREFIX + name, value]])),
  );
}

/**
 * Reads what {@link landingMetadata} wrote; `undefined` if the object is not a landing copy.
 *
 * @throws MillraceError `S3_LANDING_METADATA_INVALID` where it is damaged or of a later format: taking the copy for an
 * original would give its records another identity
 */
export function landingOf(metadata: Record<string, string> | undefined, uri: string): Landing | undefined {
  const format = metadata?.[`${PREFIX}landing`];
  if (metadata === undefined || format === undefined) return undefined;
  const text = (name: string): string | undefined => {
    const value = metadata[PREFIX + name];
    return value === undefined ? undefined : decodeURIComponent(value);
  };
  try {
    if (format !== FORMAT) damaged(`format ${format} is unknown`);
    const [feed, bucket, key] = [text('feed'), text('bucket'), decodeKey(metadata[`${PREFIX}key`])];
    if (!feed || !bucket || !key) return damaged('feed, bucket or key is missing');
    const [versionId, etag, size, lastModified] = [
      text('version-id'),
      text('etag'),
      text('size'),
      text('last-modified'),
    ];
    if (size !== undefined && !/^\d{1,15}$/.test(size)) damaged(`size ${size} is no number`);
    if (lastModified !== undefined && !isTimestamp(lastModified)) damaged(`${lastModified} is no time`);
    return {
      feed,
      version: {
        bucket,
        key,
        ...(versionId === undefined ? {} : { versionId }),
        ...(etag === undefined ? {} : { etag }),
        ...(size === undefined ? {} : { size: Number(size) }),
        ...(lastModified === undefined ? {} : { lastModified }),
      },
    };
  } catch (cause) {
    throw new MillraceError(
      'S3_LANDING_METADATA_INVALID',
      `${uri} says that it is a landing copy, but what it says of its original cannot be read. Copy the original again; ` +
        'if a newer Millrace made the copy, update this one.',
      { cause, details: { uri } },
    );
  }
}

/** The user's metadata of an object, without what an earlier landing copy added. */
export function userMetadata(metadata: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !name.startsWith(PREFIX)));
}

/** Size of metadata as S3 counts it: the bytes of names and values. */
export function metadataBytes(metadata: Record<string, string>): number {
  return Object.entries(metadata).reduce(
    (sum, pair) => sum + Buffer.byteLength(pair[0]) + Buffer.byteLength(pair[1]),
    0,
  );
}

function decodeKey(value = ''): string {
  if (!value.startsWith(BASE64)) return decodeURIComponent(value);
  const bytes = Buffer.from(value.slice(BASE64.length), 'base64url');
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

function damaged(what: string): never {
  throw new Error(what);
}

function isTimestamp(value: string): boolean {
  const time = new Date(value);
  return !Number.isNaN(time.getTime()) && time.toISOString() === value;
}

import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { MillraceError } from '@millrace/core';
import { type Landing, landingMetadata, metadataBytes, userMetadata } from './landing-metadata.ts';

/** The headers that a copy is written with. S3 takes all of the original's or none, so those kept are repeated. */
export interface LandingHeaders {
  readonly Metadata: Record<string, string>;
  readonly CacheControl: string | undefined;
  readonly ContentDisposition: string | undefined;
  readonly ContentEncoding: string | undefined;
  readonly ContentLanguage: string | undefined;
  readonly ContentType: string | undefined;
  readonly Expires: Date | undefined;
}

/** S3's limit on user metadata: the sum of the bytes of names and values (user guide, "Working with object metadata"). */
export const MAX_METADATA_BYTES = 2048;

/**
 * @throws MillraceError `S3_METADATA_NOT_CARRIED` where the user's metadata is to be kept and does not fit beside
 *   Millrace's, or S3 says that it holds entries which it cannot hand out
 */
export function landingHeaders(
  head: HeadObjectCommandOutput,
  landing: Landing,
  keep: 'keep' | 'drop',
  uri: string,
): LandingHeaders {
  const { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType } = head;
  const expires = new Date(head.ExpiresString ?? Number.NaN);
  const Metadata = { ...(keep === 'keep' ? userMetadata(head.Metadata) : {}), ...landingMetadata(landing) };
  const bytes = metadataBytes(Metadata);
  const missing = keep === 'keep' ? (head.MissingMeta ?? 0) : 0;
  if (bytes > MAX_METADATA_BYTES || missing > 0) {
    const why =
      missing > 0
        ? `S3 cannot hand out ${missing} of its entries`
        : `with Millrace's it takes ${bytes} bytes, and S3 stores ${MAX_METADATA_BYTES}`;
    throw new MillraceError(
      'S3_METADATA_NOT_CARRIED',
      `The metadata of ${uri} cannot go along with its landing copy: ${why}. Set userMetadata: 'drop' to land it without.`,
      { details: { uri, bytes, limit: MAX_METADATA_BYTES, missing } },
    );
  }
  return {
    Metadata,
    CacheControl,
    ContentDisposition,
    ContentEncoding,
    ContentLanguage,
    ContentType,
    Expires: Number.isNaN(expires.getTime()) ? undefined : expires,
  };
}

import { MillraceError } from '@millrace/core';

/** Where an object is. Events and listings make it; `{ bucket, key }` is enough to write one by hand. */
export interface S3Ref {
  /** Name of the bucket, or the ARN of an access point. */
  readonly bucket: string;
  /** The key as S3 stores it, not as an event encodes it. */
  readonly key: string;
  /** Reads exactly this version. */
  readonly versionId?: string;
  /** Reads the object only while it has this ETag; with or without quotes. */
  readonly etag?: string;
  /** Size in bytes from the event or listing: a hint for logs and planning. */
  readonly size?: number;
  /** When the object was written, as ISO-8601 in UTC, from the listing: for choosing among objects. The run asks S3 itself. */
  readonly lastModified?: string;
  /** Storage class from the listing, such as `STANDARD` or `DEEP_ARCHIVE`. */
  readonly storageClass?: string;
  /**
   * Whether an object of the classes `GLACIER` and `DEEP_ARCHIVE` can be read, from a listing that was asked for it (`archived`):
   * only if it is `restored`. Absent for other classes.
   */
  readonly archive?: 'archived' | 'restoring' | 'restored';
  /** Order of events of the same key, as S3 events carry it: hexadecimal. The item takes it on, for the ledger. */
  readonly sequencer?: string;
}

/** Returns `s3://bucket/key` for display and logs; the key is not encoded. */
export function s3Uri({ bucket, key }: Pick<S3Ref, 'bucket' | 'key'>): string {
  return `s3://${bucket}/${key}`;
}

/**
 * Refuses what cannot name an object: S3 keys are 1 to 1,024 bytes of UTF-8.
 *
 * @throws MillraceError `S3_REF_INVALID`
 */
export function checkRef(ref: S3Ref): void {
  for (const part of ['bucket', 'key'] as const) {
    const value: unknown = ref?.[part];
    if (typeof value === 'string' && value !== '' && value.isWellFormed()) continue;
    throw new MillraceError(
      'S3_REF_INVALID',
      `A reference needs a ${part} that is a non-empty string of valid Unicode; this one has ${described(value)}.`,
      { details: { part } },
    );
  }
}

function described(value: unknown): string {
  if (typeof value !== 'string') return value === null ? 'null' : typeof value;
  return value === '' ? 'an empty string' : 'a string that is not';
}

/**
 * Where an object is, as an S3 event tells it. A feed takes it when its source's references need no more than this:
 * `s3Source()` of `@millrace/s3` does.
 */
export interface ObjectRef {
  readonly bucket: string;
  /** The key as it is in the bucket: the event's encoding is undone. */
  readonly key: string;
  /** Present where the bucket is versioned. */
  readonly versionId?: string;
  /** An opaque version tag, without quotes. */
  readonly etag?: string;
  /** Size as stored, in bytes. */
  readonly size?: number;
  /** A hexadecimal number that grows with each event of one key. It says nothing across keys. */
  readonly sequencer?: string;
  /** How far a chain of `continueWith` has come; pass it on with the rest of the reference. */
  readonly handover?: Handover;
}

/** What one invocation tells the next about an object that it did not finish. */
export interface Handover {
  /** The record at which the object resumes. */
  readonly watermark: number;
  /** Handovers in a row that brought the object no further. */
  readonly idle: number;
}

/** `s3://bucket/key`, for people and logs. */
export function objectUri({ bucket, key }: { readonly bucket: string; readonly key: string }): string {
  return `s3://${bucket}/${key}`;
}

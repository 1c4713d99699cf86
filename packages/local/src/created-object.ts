/** Describes a created object, as the S3 process announces it. */
export interface CreatedObject {
  readonly eventName:
    | 'ObjectCreated:Put'
    | 'ObjectCreated:Post'
    | 'ObjectCreated:Copy'
    | 'ObjectCreated:CompleteMultipartUpload';
  readonly bucket: string;
  /** Key, not encoded. */
  readonly key: string;
  readonly size: number;
  /** Without quotes, as in S3 events. */
  readonly eTag: string;
  readonly sequencer: string;
  readonly eventTime: string;
  readonly sourceIPAddress: string;
  readonly requestId: string;
  /** When the response was sent, in nanoseconds of the machine's monotonic clock, which all its processes share. */
  readonly answeredAt: string;
}

import type { CreatedObject } from './created-object.ts';

/**
 * Describes an S3 event notification, as S3 sends it to a Lambda function.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export interface S3Event {
  readonly Records: readonly S3EventRecord[];
}

export interface S3EventRecord {
  readonly eventVersion: string;
  readonly eventSource: string;
  readonly awsRegion: string;
  readonly eventTime: string;
  /** Event name without the `s3:` prefix that configurations use, such as `ObjectCreated:Put`. */
  readonly eventName: string;
  readonly userIdentity: { readonly principalId: string };
  readonly requestParameters: { readonly sourceIPAddress: string };
  readonly responseElements: Readonly<Record<string, string>>;
  readonly s3: {
    readonly s3SchemaVersion: string;
    readonly configurationId: string;
    readonly bucket: {
      readonly name: string;
      readonly ownerIdentity: { readonly principalId: string };
      readonly arn: string;
    };
    /** `versionId` is absent: the local buckets are unversioned. */
    readonly object: {
      /** Key, form-url-encoded: a space is `+`. */
      readonly key: string;
      readonly size: number;
      readonly eTag: string;
      /** Hexadecimal number that grows with every event of the same key. */
      readonly sequencer: string;
    };
  };
}

/** Returns the notification of one created object, in the format of event version 2.1. */
export function s3Event(created: CreatedObject, region: string, configurationId: string): S3Event {
  const { eventName, bucket, key, size, eTag, sequencer, eventTime, sourceIPAddress, requestId } = created;
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: region,
        eventTime,
        eventName,
        userIdentity: { principalId: 'AWS:LOCAL' },
        requestParameters: { sourceIPAddress },
        responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': 'local' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId,
          bucket: { name: bucket, ownerIdentity: { principalId: 'LOCAL' }, arn: `arn:aws:s3:::${bucket}` },
          object: { key: encodeKey(key), size, eTag, sequencer },
        },
      },
    ],
  };
}

/** Encodes a key as S3 does: form-url-encoded, but with slashes unchanged. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

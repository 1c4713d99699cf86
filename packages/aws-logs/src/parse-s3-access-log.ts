import type { Parser } from '@millrace/core';
import type { AwsLogOptions } from './aws-log-options.ts';
import type { SpacedFormat } from './spaced-line.ts';
import { spacedLog } from './spaced-log.ts';

/** A request to a bucket, as S3 server access logs have it. */
export interface S3AccessLogRecord {
  /** Canonical user id of the owner of the bucket. */
  readonly bucketOwner?: string;
  /** Name of the bucket. */
  readonly bucket: string;
  /** When the request was received, in ISO 8601, UTC, such as `2019-02-06T00:00:38Z`. */
  readonly time: string;
  /** Apparent IP address of the requester. */
  readonly remoteIp?: string;
  /** Canonical user id of the requester, or an IAM principal; absent for requests without authentication. */
  readonly requester?: string;
  /** Id of the request. */
  readonly requestId?: string;
  /** Such as `REST.PUT.OBJECT`, `WEBSITE.GET.OBJECT`, `BATCH.DELETE.OBJECT` or `S3.EXPIRE.OBJECT`. */
  readonly operation?: string;
  /** Key of the object, URL-encoded as S3 wrote it. */
  readonly key?: string;
  /** The request line, such as `GET /bucket/key?x-foo=bar HTTP/1.1`. */
  readonly requestUri?: string;
  /** Status of the response. */
  readonly httpStatus?: number;
  /** S3 error code, such as `NoSuchBucket`. */
  readonly errorCode?: string;
  /** Bytes of the response without HTTP overhead; absent where there were none. */
  readonly bytesSent?: number;
  /** Size of the object in bytes. */
  readonly objectSize?: number;
  /** Milliseconds from the arrival of the request to the last byte of the response. */
  readonly totalTime?: number;
  /** Milliseconds that S3 took to process the request. */
  readonly turnAroundTime?: number;
  /** The Referer header. */
  readonly referer?: string;
  /** The User-Agent header. */
  readonly userAgent?: string;
  /** Version id in the request. */
  readonly versionId?: string;
  /** The extended request id, `x-amz-id-2`. */
  readonly hostId?: string;
  /** `SigV2` or `SigV4`; absent for requests without authentication. */
  readonly signatureVersion?: string;
  /** Cipher of the TLS connection; absent for HTTP. */
  readonly cipherSuite?: string;
  /** `AuthHeader` or `QueryString`; absent for requests without authentication. */
  readonly authenticationType?: string;
  /** Endpoint that the request was sent to. */
  readonly hostHeader?: string;
  /** Version of TLS; absent for HTTP. */
  readonly tlsVersion?: string;
  /** ARN of the access point of the request. */
  readonly accessPointArn?: string;
  /** `Yes` where the request needed an ACL to be authorized. */
  readonly aclRequired?: string;
  /** AWS Region that the request came from. */
  readonly sourceRegion?: string;
  /** Fields that AWS has added behind these, as text without quotes. */
  readonly rest?: readonly string[];
}

/** The fields in the order of https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html */
const FORMAT: SpacedFormat = {
  fields: [
    { name: 'bucketOwner', kind: 'text' },
    { name: 'bucket', kind: 'text', always: true },
    { name: 'time', kind: 'bracketed time', always: true },
    { name: 'remoteIp', kind: 'text' },
    { name: 'requester', kind: 'text' },
    { name: 'requestId', kind: 'text' },
    { name: 'operation', kind: 'text' },
    { name: 'key', kind: 'text' },
    { name: 'requestUri', kind: 'text', quoted: true },
    { name: 'httpStatus', kind: 'integer' },
    { name: 'errorCode', kind: 'text' },
    { name: 'bytesSent', kind: 'integer' },
    { name: 'objectSize', kind: 'integer' },
    { name: 'totalTime', kind: 'integer' },
    { name: 'turnAroundTime', kind: 'integer' },
    { name: 'referer', kind: 'text', quoted: true },
    { name: 'userAgent', kind: 'text', quoted: true },
    { name: 'versionId', kind: 'text' },
    { name: 'hostId', kind: 'text' },
    { name: 'signatureVersion', kind: 'text' },
    { name: 'cipherSuite', kind: 'text' },
    { name: 'authenticationType', kind: 'text' },
    { name: 'hostHeader', kind: 'text' },
    { name: 'tlsVersion', kind: 'text' },
    { name: 'accessPointArn', kind: 'text' },
    { name: 'aclRequired', kind: 'text' },
    { name: 'sourceRegion', kind: 'text' },
  ],
  required: 18,
};

/**
 * Parses S3 server access logs: a line for each request. The key is left URL-encoded: S3 encodes some twice, and a line does
 * not say which.
 *
 * Rejections: `AWSLOG_LINE_INVALID`, `AWSLOG_FIELD_COUNT`, `AWSLOG_FIELD_INVALID`, and those of `parseLines`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 */
export function parseS3AccessLog(options: AwsLogOptions = {}): Parser<string, S3AccessLogRecord> {
  return spacedLog('parseS3AccessLog', options, FORMAT);
}

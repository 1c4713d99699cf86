import type { Parser } from '@millrace/core';
import { signatureOf } from '@millrace/core/plugin';
import { jsonValueParser } from '@millrace/framing';
import { type AwsLogOptions, framingOptions } from './aws-log-options.ts';
import { withFields } from './json-log.ts';

/**
 * An event, as CloudTrail puts it in S3: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-
 * reference-record-contents.html
 */
export interface CloudTrailRecord {
  /** Version of the record, such as `1.11`. */
  readonly eventVersion: string;
  /** When the request was completed, in ISO 8601, UTC. */
  readonly eventTime: string;
  /** Who made the request: `type`, `principalId`, `arn`, `accountId`, `sessionContext` and others. */
  readonly userIdentity?: Readonly<Record<string, unknown>>;
  /** Service that was called, such as `ec2.amazonaws.com`. */
  readonly eventSource?: string;
  /** Action that was called, such as `StartInstances`. */
  readonly eventName?: string;
  /** AWS Region that the request was made to. */
  readonly awsRegion?: string;
  /** Address that the request came from, or the name of an AWS service. */
  readonly sourceIPAddress?: string;
  /** Program that made the request. */
  readonly userAgent?: string;
  /** Code of the error, where the service answered one. */
  readonly errorCode?: string;
  /** Message of the error. */
  readonly errorMessage?: string;
  /** Parameters of the request. */
  readonly requestParameters?: Readonly<Record<string, unknown>> | null;
  /** What a call that changes something answered. */
  readonly responseElements?: Readonly<Record<string, unknown>> | null;
  /** Data that belongs neither to the request nor to the response. */
  readonly additionalEventData?: unknown;
  /** Id that the service gave the request. */
  readonly requestID?: string;
  /** Id of the record, unique. */
  readonly eventID?: string;
  /** Such as `AwsApiCall`, `AwsServiceEvent`, `AwsConsoleSignIn` or `AwsCloudTrailInsight`. */
  readonly eventType?: string;
  /** Version of the API. */
  readonly apiVersion?: string;
  /** Whether it is a management event. */
  readonly managementEvent?: boolean;
  /** Whether the call only read. */
  readonly readOnly?: boolean;
  /** Resources that were accessed: `ARN`, `accountId`, `type`. */
  readonly resources?: readonly Readonly<Record<string, unknown>>[];
  /** Account that received the event. */
  readonly recipientAccountId?: string;
  /** What triggered an event of a service, and its result. */
  readonly serviceEventDetails?: unknown;
  /** Id that the records of one action in several accounts share. */
  readonly sharedEventID?: string;
  /** VPC endpoint that the request came through. */
  readonly vpcEndpointId?: string;
  /** Account that owns the VPC endpoint. */
  readonly vpcEndpointAccountId?: string;
  /** `Management`, `Data`, `NetworkActivity` or `Insight`. */
  readonly eventCategory?: string;
  /** Why an event was late, or what changed in it. */
  readonly addendum?: Readonly<Record<string, unknown>>;
  /** `true` where the event came from a session of the console. */
  readonly sessionCredentialFromConsole?: string;
  /** Tags and IAM keys of an enriched event. */
  readonly eventContext?: Readonly<Record<string, unknown>>;
  /** Edge device that the request was for. */
  readonly edgeDeviceDetails?: Readonly<Record<string, unknown>>;
  /** `tlsVersion`, `cipherSuite` and `clientProvidedHostHeader`. */
  readonly tlsDetails?: Readonly<Record<string, unknown>>;
  /** For Insights events: `state`, `eventSource`, `eventName`, `insightType`. */
  readonly insightDetails?: Readonly<Record<string, unknown>>;
  /** What AWS has added since, and what only some kinds of record have. */
  readonly [field: string]: unknown;
}

/**
 * Parses CloudTrail's log files: each element of `Records` is a record, and the file is never held whole. Values stay as
 * AWS wrote them. A file without `Records`, such as a digest file, fails.
 *
 * Rejections: `AWSLOG_RECORD_INVALID`, and those of `parseJson`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 * @throws MillraceError in a run what `parseJson` throws, such as `JSON_PATH_MISSING`
 */
export function parseCloudTrail(options: AwsLogOptions = {}): Parser<string, CloudTrailRecord> {
  const { maxRecordChars } = framingOptions('parseCloudTrail', options);
  return jsonValueParser({
    name: 'parseCloudTrail',
    signature: signatureOf(options),
    path: 'Records[*]',
    maxRecordChars,
    refine: withFields<CloudTrailRecord>(['eventVersion', 'eventTime']),
  });
}

import type { Parser } from '@millrace/core';
import type { AwsLogOptions } from './aws-log-options.ts';
import type { SpacedFormat } from './spaced-line.ts';
import { spacedLog } from './spaced-log.ts';

/** A request to an Application Load Balancer, as its access logs have it. */
export interface AlbLogRecord {
  /** Kind of request: `http`, `https`, `h2`, `grpcs`, `ws` or `wss`. */
  readonly type: string;
  /** When the response was made, or a WebSocket closed, in ISO 8601, UTC, with microseconds. */
  readonly time: string;
  /** Resource id of the load balancer. */
  readonly elb: string;
  /** IP address of the client, or a proxy before it. */
  readonly clientIp: string;
  /** Port of the client, or a proxy before it. */
  readonly clientPort: number;
  /** IP address of the target that processed the request; absent where there was none, or it is a Lambda function. */
  readonly targetIp?: string;
  /** Port of the target that processed the request; absent where there was none, or it is a Lambda function. */
  readonly targetPort?: number;
  /** Seconds until the request was sent to a target; -1 where it could not be. */
  readonly requestProcessingTime: number;
  /** Seconds until the target began to respond; -1 where the request could not be sent to it. */
  readonly targetProcessingTime: number;
  /** Seconds from then until the response was sent on; -1 where there was none. */
  readonly responseProcessingTime: number;
  /** Status of the response of the load balancer. */
  readonly elbStatusCode?: number;
  /** Status of the response of the target. */
  readonly targetStatusCode?: number;
  /** Bytes of the request, headers included. */
  readonly receivedBytes: number;
  /** Bytes of the response, headers included. */
  readonly sentBytes: number;
  /** The request line, such as `GET http://www.example.com:80/ HTTP/1.1`, as AWS wrote it. */
  readonly request?: string;
  /** The User-Agent header; AWS cuts it off at 8 KB. */
  readonly userAgent?: string;
  /** Cipher, for HTTPS listeners. */
  readonly sslCipher?: string;
  /** Protocol, for HTTPS listeners. */
  readonly sslProtocol?: string;
  /** ARN of the target group. */
  readonly targetGroupArn?: string;
  /** The X-Amzn-Trace-Id header. */
  readonly traceId?: string;
  /** SNI domain that the client gave, for HTTPS listeners. */
  readonly domainName?: string;
  /** ARN of the certificate that was presented, or `session-reused`. */
  readonly chosenCertArn?: string;
  /** Priority of the rule that matched; 0 for the default, -1 for an error in the rules. */
  readonly matchedRulePriority?: number;
  /** When the request was received, in ISO 8601, UTC. */
  readonly requestCreationTime?: string;
  /** What was done, separated by commas, such as `waf,forward`. */
  readonly actionsExecuted?: string;
  /** Where the client was redirected to. */
  readonly redirectUrl?: string;
  /** Why the request failed, such as `LambdaTimeout`. */
  readonly errorReason?: string;
  /** Addresses of the targets, separated by spaces. */
  readonly targetPortList?: string;
  /** Statuses of the responses of the targets, separated by spaces. */
  readonly targetStatusCodeList?: string;
  /** `Acceptable`, `Ambiguous` or `Severe`, for desync mitigation. */
  readonly classification?: string;
  /** Reason of the classification. */
  readonly classificationReason?: string;
  /** Id of the connection, which connection logs have as well. */
  readonly connTraceId?: string;
  /** Host header after a rewrite. */
  readonly transformedHost?: string;
  /** URI after a rewrite. */
  readonly transformedUri?: string;
  /** Whether the rewrite was done, such as `TransformSuccess`. */
  readonly requestTransformStatus?: string;
  /** Fields that AWS has added behind these, as text without quotes. */
  readonly rest?: readonly string[];
}

/** The fields in the order of https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html */
const FORMAT: SpacedFormat = {
  fields: [
    { name: 'type', kind: 'text', always: true },
    { name: 'time', kind: 'time', always: true },
    { name: 'elb', kind: 'text', always: true },
    { name: 'client', kind: 'address', always: true },
    { name: 'target', kind: 'address' },
    { name: 'requestProcessingTime', kind: 'number', always: true },
    { name: 'targetProcessingTime', kind: 'number', always: true },
    { name: 'responseProcessingTime', kind: 'number', always: true },
    { name: 'elbStatusCode', kind: 'integer' },
    { name: 'targetStatusCode', kind: 'integer' },
    { name: 'receivedBytes', kind: 'integer', always: true },
    { name: 'sentBytes', kind: 'integer', always: true },
    { name: 'request', kind: 'text', quoted: true },
    { name: 'userAgent', kind: 'text', quoted: true },
    { name: 'sslCipher', kind: 'text' },
    { name: 'sslProtocol', kind: 'text' },
    { name: 'targetGroupArn', kind: 'text' },
    { name: 'traceId', kind: 'text', quoted: true },
    { name: 'domainName', kind: 'text', quoted: true },
    { name: 'chosenCertArn', kind: 'text', quoted: true },
    { name: 'matchedRulePriority', kind: 'integer' },
    { name: 'requestCreationTime', kind: 'time' },
    { name: 'actionsExecuted', kind: 'text', quoted: true },
    { name: 'redirectUrl', kind: 'text', quoted: true },
    { name: 'errorReason', kind: 'text', quoted: true },
    { name: 'targetPortList', kind: 'text', quoted: true },
    { name: 'targetStatusCodeList', kind: 'text', quoted: true },
    { name: 'classification', kind: 'text', quoted: true },
    { name: 'classificationReason', kind: 'text', quoted: true },
    { name: 'connTraceId', kind: 'text' },
    { name: 'transformedHost', kind: 'text', quoted: true },
    { name: 'transformedUri', kind: 'text', quoted: true },
    { name: 'requestTransformStatus', kind: 'text', quoted: true },
  ],
  required: 18,
};

/**
 * Parses access logs of Application Load Balancers: a line for each request. Text is as AWS wrote it, escapes included.
 *
 * Rejections: `AWSLOG_LINE_INVALID`, `AWSLOG_FIELD_COUNT`, `AWSLOG_FIELD_INVALID`, and those of `parseLines`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 */
export function parseAlbLog(options: AwsLogOptions = {}): Parser<string, AlbLogRecord> {
  return spacedLog('parseAlbLog', options, FORMAT);
}

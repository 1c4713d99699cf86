import type { Parser } from '@millrace/core';
import type { AwsLogOptions } from './aws-log-options.ts';
import type { SpacedFormat } from './spaced-line.ts';
import { spacedLog } from './spaced-log.ts';

/** A request to a Classic Load Balancer, as its access logs have it. */
export interface ClbLogRecord {
  /** When the request was received, in ISO 8601, UTC, with microseconds. */
  readonly time: string;
  /** Name of the load balancer. */
  readonly elb: string;
  /** IP address of the client. */
  readonly clientIp: string;
  /** Port of the client. */
  readonly clientPort: number;
  /** IP address of the instance that processed the request; absent where there was none. */
  readonly backendIp?: string;
  /** Port of the instance that processed the request; absent where there was none. */
  readonly backendPort?: number;
  /** Seconds until the request was sent to an instance; -1 where it could not be. */
  readonly requestProcessingTime: number;
  /** Seconds until the instance began to respond, or a TCP connection to it stood; -1 where neither was. */
  readonly backendProcessingTime: number;
  /** Seconds from then until the response was sent on; -1 where there was none. */
  readonly responseProcessingTime: number;
  /** Status of the response of the load balancer, for HTTP listeners. */
  readonly elbStatusCode?: number;
  /** Status of the response of the instance, for HTTP listeners. */
  readonly backendStatusCode?: number;
  /** Bytes of the request: without headers for HTTP listeners, all for TCP listeners. */
  readonly receivedBytes: number;
  /** Bytes of the response: without headers for HTTP listeners, all for TCP listeners. */
  readonly sentBytes: number;
  /** The request line, such as `GET http://www.example.com:80/ HTTP/1.1`; absent for TCP listeners. */
  readonly request?: string;
  /** The User-Agent header; absent for TCP listeners. */
  readonly userAgent?: string;
  /** Cipher, for HTTPS and SSL listeners. */
  readonly sslCipher?: string;
  /** Protocol, for HTTPS and SSL listeners. */
  readonly sslProtocol?: string;
  /** Fields that AWS has added behind these, as text without quotes. */
  readonly rest?: readonly string[];
}

/** The fields in the order of https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html */
const FORMAT: SpacedFormat = {
  fields: [
    { name: 'time', kind: 'time', always: true },
    { name: 'elb', kind: 'text', always: true },
    { name: 'client', kind: 'address', always: true },
    { name: 'backend', kind: 'address' },
    { name: 'requestProcessingTime', kind: 'number', always: true },
    { name: 'backendProcessingTime', kind: 'number', always: true },
    { name: 'responseProcessingTime', kind: 'number', always: true },
    { name: 'elbStatusCode', kind: 'integer' },
    { name: 'backendStatusCode', kind: 'integer' },
    { name: 'receivedBytes', kind: 'integer', always: true },
    { name: 'sentBytes', kind: 'integer', always: true },
    { name: 'request', kind: 'text', quoted: true },
    { name: 'userAgent', kind: 'text', quoted: true },
    { name: 'sslCipher', kind: 'text' },
    { name: 'sslProtocol', kind: 'text' },
  ],
  required: 12,
};

/**
 * Parses access logs of Classic Load Balancers: a line for each request or connection. Text is as AWS wrote it.
 *
 * Rejections: `AWSLOG_LINE_INVALID`, `AWSLOG_FIELD_COUNT`, `AWSLOG_FIELD_INVALID`, and those of `parseLines`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 */
export function parseClbLog(options: AwsLogOptions = {}): Parser<string, ClbLogRecord> {
  return spacedLog('parseClbLog', options, FORMAT);
}

import type { Parser } from '@millrace/core';
import type { AwsLogOptions } from './aws-log-options.ts';
import type { SpacedFormat } from './spaced-line.ts';
import { spacedLog } from './spaced-log.ts';

/** A TLS connection to a Network Load Balancer, as its access logs have it. */
export interface NlbLogRecord {
  /** Kind of listener: `tls`. */
  readonly type: string;
  /** Version of the log entry, such as `2.0`. */
  readonly version: string;
  /** When the TLS connection ended, in ISO 8601. AWS writes no zone; it is UTC. */
  readonly time: string;
  /** Resource id of the load balancer. */
  readonly elb: string;
  /** Resource id of the TLS listener. */
  readonly listener: string;
  /** IP address of the client. */
  readonly clientIp: string;
  /** Port of the client. */
  readonly clientPort: number;
  /** IP address of the listener, or the VPC endpoint that the client connected to. */
  readonly destinationIp: string;
  /** Port of the listener, or the VPC endpoint that the client connected to. */
  readonly destinationPort: number;
  /** Milliseconds from the start of the connection to its end. */
  readonly connectionTime?: number;
  /** Milliseconds of the TLS handshake. */
  readonly tlsHandshakeTime?: number;
  /** Bytes received from the client, after decryption. */
  readonly receivedBytes?: number;
  /** Bytes sent to the client, before encryption. */
  readonly sentBytes?: number;
  /** TLS alert that the client sent. */
  readonly incomingTlsAlert?: number;
  /** ARN of the certificate that was served. */
  readonly chosenCertArn?: string;
  /** Reserved by AWS. */
  readonly chosenCertSerial?: string;
  /** Cipher suite, in the format of OpenSSL. */
  readonly tlsCipher?: string;
  /** TLS protocol, such as `tlsv12`. */
  readonly tlsProtocolVersion?: string;
  /** Reserved by AWS; newer logs have the key exchange here. */
  readonly tlsNamedGroup?: string;
  /** The server_name extension of the client hello, URL-encoded as AWS wrote it. */
  readonly domainName?: string;
  /** Application protocol negotiated with the client, such as `h2`. */
  readonly alpnFeProtocol?: string;
  /** Application protocol negotiated with the target. */
  readonly alpnBeProtocol?: string;
  /** Protocols that the client prefers, quoted and URL-encoded as AWS wrote them. */
  readonly alpnClientPreferenceList?: string;
  /** When the connection began, in ISO 8601. AWS writes no zone; it is UTC. */
  readonly tlsConnectionCreationTime?: string;
  /** Fields that AWS has added behind these, as text without quotes. */
  readonly rest?: readonly string[];
}

/** The fields in the order of https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html */
const FORMAT: SpacedFormat = {
  fields: [
    { name: 'type', kind: 'text', always: true },
    { name: 'version', kind: 'text', always: true },
    { name: 'time', kind: 'time', always: true },
    { name: 'elb', kind: 'text', always: true },
    { name: 'listener', kind: 'text', always: true },
    { name: 'client', kind: 'address', always: true },
    { name: 'destination', kind: 'address', always: true },
    { name: 'connectionTime', kind: 'number' },
    { name: 'tlsHandshakeTime', kind: 'number' },
    { name: 'receivedBytes', kind: 'integer' },
    { name: 'sentBytes', kind: 'integer' },
    { name: 'incomingTlsAlert', kind: 'integer' },
    { name: 'chosenCertArn', kind: 'text' },
    { name: 'chosenCertSerial', kind: 'text' },
    { name: 'tlsCipher', kind: 'text' },
    { name: 'tlsProtocolVersion', kind: 'text' },
    { name: 'tlsNamedGroup', kind: 'text' },
    { name: 'domainName', kind: 'text' },
    { name: 'alpnFeProtocol', kind: 'text' },
    { name: 'alpnBeProtocol', kind: 'text' },
    { name: 'alpnClientPreferenceList', kind: 'text' },
    { name: 'tlsConnectionCreationTime', kind: 'time' },
  ],
  required: 18,
  quotes: false,
};

/**
 * Parses access logs of Network Load Balancers: a line for each TLS connection. URL-encoded text is as AWS wrote it.
 *
 * Rejections: `AWSLOG_FIELD_COUNT`, `AWSLOG_FIELD_INVALID`, and those of `parseLines`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 */
export function parseNlbLog(options: AwsLogOptions = {}): Parser<string, NlbLogRecord> {
  return spacedLog('parseNlbLog', options, FORMAT);
}

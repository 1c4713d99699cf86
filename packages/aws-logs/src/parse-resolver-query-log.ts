import type { Parser } from '@millrace/core';
import type { AwsLogOptions } from './aws-log-options.ts';
import { jsonLog } from './json-log.ts';

/**
 * A DNS query, as Route 53 VPC Resolver has logged it:
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html
 */
export interface ResolverQueryLogRecord {
  /** Version of the format, such as `1.100000`. */
  readonly version: string;
  /** Account that made the VPC. */
  readonly account_id?: string;
  /** AWS Region of the VPC. */
  readonly region?: string;
  /** VPC that the query came from. */
  readonly vpc_id?: string;
  /** When the query was sent, in ISO 8601, UTC. */
  readonly query_timestamp: string;
  /** Domain name that was asked for. */
  readonly query_name: string;
  /** DNS record type, or `ANY`. */
  readonly query_type?: string;
  /** Class of the query. */
  readonly query_class?: string;
  /** DNS response code, such as `NOERROR`. */
  readonly rcode?: string;
  /** Answers: `Rdata`, `Type`, `Class`. */
  readonly answers?: readonly Readonly<Record<string, unknown>>[];
  /** Address of the instance that asked. */
  readonly srcaddr?: string;
  /** Port of the instance that asked. */
  readonly srcport?: string;
  /** Protocol of the query, such as `UDP`. */
  readonly transport?: string;
  /** Ids of what the query came from or passed: `instance`, `resolver_endpoint` and others. */
  readonly srcids?: Readonly<Record<string, unknown>>;
  /** Action of the DNS Firewall rule that matched: `ALERT` or `BLOCK`. */
  readonly firewall_rule_action?: string;
  /** DNS Firewall rule group that matched. */
  readonly firewall_rule_group_id?: string;
  /** Domain list of the rule that matched. */
  readonly firewall_domain_list_id?: string;
  /** What became of an alert. */
  readonly additional_properties?: Readonly<Record<string, unknown>>;
  /** What AWS has added since, and what only some kinds of record have. */
  readonly [field: string]: unknown;
}

/**
 * Parses query logs of Route 53 VPC Resolver: a JSON object on each line. Values stay as AWS wrote them: ports are text.
 *
 * Rejections: `AWSLOG_RECORD_INVALID`, and those of `parseNdjson`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 */
export function parseResolverQueryLog(options: AwsLogOptions = {}): Parser<string, ResolverQueryLogRecord> {
  return jsonLog('parseResolverQueryLog', options, ['version', 'query_timestamp', 'query_name']);
}

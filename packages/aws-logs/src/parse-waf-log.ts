import type { Parser } from '@millrace/core';
import type { AwsLogOptions } from './aws-log-options.ts';
import { jsonLog } from './json-log.ts';

/**
 * A request, as AWS WAF has logged it: https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html
 */
export interface WafLogRecord {
  /** When the request was inspected, in milliseconds since 1970. */
  readonly timestamp: number;
  /** Version of the format. */
  readonly formatVersion?: number;
  /** ARN of the web ACL (protection pack). */
  readonly webaclId: string;
  /** Rule that ended the inspection, or `Default_Action`. */
  readonly terminatingRuleId?: string;
  /** `RATE_BASED`, `REGULAR`, `GROUP` or `MANAGED_RULE_GROUP`. */
  readonly terminatingRuleType?: string;
  /** What became of the request: `ALLOW`, `BLOCK`, `CAPTCHA` or `CHALLENGE`. */
  readonly action: string;
  /** What the rule matched, for SQL injection and cross-site scripting. */
  readonly terminatingRuleMatchDetails?: readonly Readonly<Record<string, unknown>>[];
  /** Kind of resource, such as `CF`, `APIGW` or `ALB`. */
  readonly httpSourceName?: string;
  /** Id of the resource. */
  readonly httpSourceId?: string;
  /** Rule groups that acted on the request. */
  readonly ruleGroupList?: readonly Readonly<Record<string, unknown>>[];
  /** Rate-based rules that acted on the request. */
  readonly rateBasedRuleList?: readonly Readonly<Record<string, unknown>>[];
  /** Rules that matched and did not end the inspection. */
  readonly nonTerminatingMatchingRules?: readonly Readonly<Record<string, unknown>>[];
  /** Headers that were inserted into the request. */
  readonly requestHeadersInserted?: readonly Readonly<Record<string, unknown>>[] | null;
  /** Status of a custom response. */
  readonly responseCodeSent?: number | null;
  /**
   * The request: `clientIp`, `country`, `headers`, `uri`, `args`, `httpVersion`, `httpMethod`, `requestId` and others.
   */
  readonly httpRequest: Readonly<Record<string, unknown>>;
  /** Labels of the request: `name`. */
  readonly labels?: readonly Readonly<Record<string, unknown>>[];
  /** Status of the CAPTCHA: `responseCode`, `solveTimestamp`, `failureReason`. */
  readonly captchaResponse?: Readonly<Record<string, unknown>>;
  /** Status of the challenge, likewise. */
  readonly challengeResponse?: Readonly<Record<string, unknown>>;
  /** Parts of the request that are larger than what AWS WAF inspects. */
  readonly overSizeFields?: readonly string[];
  /** Bytes of the request body. */
  readonly requestBodySize?: number;
  /** Bytes of the body that were inspected. */
  readonly requestBodySizeInspectedByWAF?: number;
  /** JA3 fingerprint of the TLS client hello. */
  readonly ja3Fingerprint?: string;
  /** JA4 fingerprint of the TLS client hello. */
  readonly ja4Fingerprint?: string;
  /** Autonomous system of the client, where a rule asks for it. */
  readonly clientAsn?: number;
  /** Tenant of the CloudFront distribution. */
  readonly cfDistributionTenantId?: string;
  /** What AWS has added since, and what only some kinds of record have. */
  readonly [field: string]: unknown;
}

/**
 * Parses logs of AWS WAF: a JSON object on each line. Values stay as AWS wrote them, hyphens included.
 *
 * Rejections: `AWSLOG_RECORD_INVALID`, and those of `parseNdjson`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 */
export function parseWafLog(options: AwsLogOptions = {}): Parser<string, WafLogRecord> {
  return jsonLog('parseWafLog', options, ['timestamp', 'webaclId', 'action', 'httpRequest']);
}

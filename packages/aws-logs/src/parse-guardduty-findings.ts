import type { Parser } from '@millrace/core';
import type { AwsLogOptions } from './aws-log-options.ts';
import { jsonLog } from './json-log.ts';

/**
 * A finding, as GuardDuty exports it to S3, with the fields of
 * https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Finding.html
 */
export interface GuardDutyFinding {
  /** Version of the schema, such as `2.0`. */
  readonly schemaVersion: string;
  /** Account of the finding. */
  readonly accountId: string;
  /** AWS Region of the finding. */
  readonly region: string;
  /** AWS partition, such as `aws`. */
  readonly partition?: string;
  /** Id of the finding. An update of a finding has the same id. */
  readonly id: string;
  /** ARN of the finding. */
  readonly arn: string;
  /** Such as `UnauthorizedAccess:EC2/SSHBruteForce`. */
  readonly type: string;
  /** The resource that is concerned: `resourceType` and its details. */
  readonly resource: Readonly<Record<string, unknown>>;
  /** The activity: `action`, `count`, `eventFirstSeen`, `eventLastSeen`, `archived` and others. */
  readonly service?: Readonly<Record<string, unknown>>;
  /** From 1 (low) to 10 (critical). */
  readonly severity: number;
  /** Confidence, where it has one. */
  readonly confidence?: number;
  /** When the finding was made, in ISO 8601, UTC. */
  readonly createdAt: string;
  /** When it was last updated, in ISO 8601, UTC. */
  readonly updatedAt: string;
  /** Title. */
  readonly title?: string;
  /** Description. */
  readonly description?: string;
  /** ARN of the attack sequence that it belongs to. */
  readonly associatedAttackSequenceArn?: string;
  /** What AWS has added since, and what only some kinds of record have. */
  readonly [field: string]: unknown;
}

/**
 * Parses findings that GuardDuty exports to S3: a JSON object on each line. Values stay as AWS wrote them.
 *
 * Rejections: `AWSLOG_RECORD_INVALID`, and those of `parseNdjson`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 */
export function parseGuardDutyFindings(options: AwsLogOptions = {}): Parser<string, GuardDutyFinding> {
  return jsonLog('parseGuardDutyFindings', options, [
    'schemaVersion',
    'accountId',
    'region',
    'id',
    'arn',
    'type',
    'resource',
    'severity',
    'createdAt',
    'updatedAt',
  ]);
}

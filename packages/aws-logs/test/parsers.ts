import type { Parser } from '@millrace/core';
import {
  type AwsLogOptions,
  parseAlbLog,
  parseClbLog,
  parseCloudFrontLog,
  parseCloudTrail,
  parseGuardDutyFindings,
  parseNlbLog,
  parseResolverQueryLog,
  parseS3AccessLog,
  parseVpcFlowLog,
  parseWafLog,
} from '../src/index.ts';
import { ALB, CLB, CLOUDFRONT, CLOUDTRAIL, GUARDDUTY, NLB, RESOLVER, S3, VPC_CUSTOM, WAF } from './samples.ts';

export interface LogParser {
  readonly create: (options?: AwsLogOptions) => Parser<string, unknown>;
  /** A whole file. */
  readonly sample: string;
  readonly records: number;
  /** Whether a line that is rejected keeps the names of its fields. */
  readonly named?: true;
}

const JSON_LINES = (line: string): string => `${line}\n${line}\r\n`;

/** Every parser of the package, by its name, with a file from AWS's documentation. */
export const PARSERS: Readonly<Record<string, LogParser>> = {
  parseS3AccessLog: { create: parseS3AccessLog, sample: S3, records: 3 },
  parseAlbLog: { create: parseAlbLog, sample: ALB, records: 2 },
  parseClbLog: { create: parseClbLog, sample: CLB, records: 2 },
  parseNlbLog: { create: parseNlbLog, sample: NLB, records: 2 },
  parseCloudFrontLog: { create: parseCloudFrontLog, sample: CLOUDFRONT, records: 3, named: true },
  parseVpcFlowLog: { create: parseVpcFlowLog, sample: VPC_CUSTOM, records: 2, named: true },
  parseWafLog: { create: parseWafLog, sample: JSON_LINES(WAF), records: 2 },
  parseResolverQueryLog: { create: parseResolverQueryLog, sample: JSON_LINES(RESOLVER), records: 2 },
  parseGuardDutyFindings: { create: parseGuardDutyFindings, sample: JSON_LINES(GUARDDUTY), records: 2 },
  parseCloudTrail: { create: parseCloudTrail, sample: CLOUDTRAIL, records: 1 },
};

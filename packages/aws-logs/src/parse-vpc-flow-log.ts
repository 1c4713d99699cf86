import type { Parser } from '@millrace/core';
import { check, checkOptions, type OptionCheck, signatureOf } from '@millrace/core/plugin';
import { type ParseLine, SKIP } from '@millrace/framing';
import { type AwsLogOptions, checkMaxRecordChars, framingOf } from './aws-log-options.ts';
import type { FieldKind } from './field-kinds.ts';
import { logLines } from './log-lines.ts';
import { type Columns, columnsKept, columnsOf, headerInvalid, type KnownFields, namedRecord } from './named-line.ts';
import type { VpcFlowLogRecord } from './vpc-flow-log-record.ts';

/** The fields of https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html, versions 2 to 10. */
const KINDS: readonly (readonly [string, FieldKind])[] = [
  ['version', 'integer'],
  ['account-id', 'text'],
  ['interface-id', 'text'],
  ['srcaddr', 'text'],
  ['dstaddr', 'text'],
  ['srcport', 'integer'],
  ['dstport', 'integer'],
  ['protocol', 'integer'],
  ['packets', 'integer'],
  ['bytes', 'integer'],
  ['start', 'integer'],
  ['end', 'integer'],
  ['action', 'text'],
  ['log-status', 'text'],
  ['vpc-id', 'text'],
  ['subnet-id', 'text'],
  ['instance-id', 'text'],
  ['tcp-flags', 'integer'],
  ['type', 'text'],
  ['pkt-srcaddr', 'text'],
  ['pkt-dstaddr', 'text'],
  ['region', 'text'],
  ['az-id', 'text'],
  ['sublocation-type', 'text'],
  ['sublocation-id', 'text'],
  ['pkt-src-aws-service', 'text'],
  ['pkt-dst-aws-service', 'text'],
  ['flow-direction', 'text'],
  ['traffic-path', 'integer'],
  ['ecs-cluster-arn', 'text'],
  ['ecs-cluster-name', 'text'],
  ['ecs-container-instance-arn', 'text'],
  ['ecs-container-instance-id', 'text'],
  ['ecs-container-id', 'text'],
  ['ecs-second-container-id', 'text'],
  ['ecs-service-name', 'text'],
  ['ecs-task-definition-arn', 'text'],
  ['ecs-task-arn', 'text'],
  ['ecs-task-id', 'text'],
  ['reject-reason', 'text'],
  ['resource-id', 'text'],
  ['encryption-status', 'integer'],
];
const FIELDS: KnownFields = new Map(KINDS);

export interface ParseVpcFlowLogOptions extends AwsLogOptions {
  /**
   * The fields by their names, such as `srcaddr`, in the order of the lines: for lines without a header, such as those
   * from CloudWatch Logs. @default the first line names them, as in the files that VPC Flow Logs puts in S3
   */
  readonly fields?: readonly string[];
}

/**
 * Parses VPC Flow Logs in text: a line for each flow, in the default format or in any custom one. A line that repeats the
 * header is passed over.
 *
 * Rejections: `AWSLOG_FIELD_COUNT`, `AWSLOG_FIELD_INVALID`, and those of `parseLines`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 * @throws MillraceError `AWSLOG_HEADER_INVALID` in a run, where the first line does not name fields
 */
export function parseVpcFlowLog(options: ParseVpcFlowLogOptions = {}): Parser<string, VpcFlowLogRecord> {
  checkOptions('parseVpcFlowLog', options, {
    fields: check.optional(checkFields),
    maxRecordChars: checkMaxRecordChars,
  });
  const given = options.fields && columnsOf([...options.fields], FIELDS);
  return logLines({
    name: 'parseVpcFlowLog',
    signature: signatureOf(options),
    ...framingOf(options),
    begin: () => flows(given),
    beginReparse: (rejected) => flows(given ?? columnsKept(rejected, FIELDS)),
  });
}

function flows(given: Columns | undefined): ParseLine<VpcFlowLogRecord> {
  let columns = given;
  return (line) => {
    const texts = line.split(' ').filter((text) => text !== '');
    if (columns === undefined) {
      columns = header(texts);
      return SKIP;
    }
    const isRepeated = texts.length === columns.names.length && texts.every((text, at) => text === columns!.names[at]);
    return isRepeated ? SKIP : (namedRecord(columns, texts) as VpcFlowLogRecord);
  };
}

function header(names: readonly string[]): Columns {
  if (names.every((name) => FIELD.test(name)) && names.some((name) => FIELDS.has(name))) {
    return columnsOf(names, FIELDS);
  }
  throw headerInvalid('its first line names no fields; where it has no header, set "fields"');
}

const FIELD = /^[a-z][a-z0-9-]*$/;

const checkFields: OptionCheck = (value) => {
  const names = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const fits = names.length > 0 && names.every((name) => typeof name === 'string' && FIELD.test(name));
  return fits && new Set(names).size === names.length ? undefined : 'an array of names of fields, no two the same';
};

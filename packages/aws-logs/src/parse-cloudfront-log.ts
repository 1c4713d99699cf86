import type { Parser } from '@millrace/core';
import { signatureOf } from '@millrace/core/plugin';
import { RecordProblem, type ParseLine, SKIP } from '@millrace/framing';
import { type AwsLogOptions, framingOptions } from './aws-log-options.ts';
import type { CloudFrontLogRecord } from './cloudfront-log-record.ts';
import type { FieldKind } from './field-kinds.ts';
import { logLines } from './log-lines.ts';
import { type Columns, columnsKept, columnsOf, headerInvalid, type KnownFields, namedRecord } from './named-line.ts';

/** The fields of https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html behind date and time. */
const KINDS: readonly (readonly [string, FieldKind])[] = [
  ['x-edge-location', 'text'],
  ['sc-bytes', 'integer'],
  ['c-ip', 'text'],
  ['cs-method', 'text'],
  ['cs(Host)', 'text'],
  ['cs-uri-stem', 'text'],
  ['sc-status', 'integer'],
  ['cs(Referer)', 'header'],
  ['cs(User-Agent)', 'header'],
  ['cs-uri-query', 'text'],
  ['cs(Cookie)', 'header'],
  ['x-edge-result-type', 'text'],
  ['x-edge-request-id', 'text'],
  ['x-host-header', 'text'],
  ['cs-protocol', 'text'],
  ['cs-bytes', 'integer'],
  ['time-taken', 'number'],
  ['x-forwarded-for', 'text'],
  ['ssl-protocol', 'text'],
  ['ssl-cipher', 'text'],
  ['x-edge-response-result-type', 'text'],
  ['cs-protocol-version', 'text'],
  ['fle-status', 'text'],
  ['fle-encrypted-fields', 'integer'],
  ['c-port', 'integer'],
  ['time-to-first-byte', 'number'],
  ['x-edge-detailed-result-type', 'text'],
  ['sc-content-type', 'text'],
  ['sc-content-len', 'integer'],
  ['sc-range-start', 'integer'],
  ['sc-range-end', 'integer'],
];
/** The columns `date` and `time` become one field. */
const DATE_TIME = 'date-time';
const FIELDS: KnownFields = new Map<string, FieldKind>([[DATE_TIME, 'time'], ...KINDS]);

/**
 * Parses CloudFront's standard logs: tab-separated lines in the W3C extended format, whose `#Fields` line says what they
 * hold. Headers (Referer, User-Agent, Cookie) are URL-decoded once; URLs stay as AWS wrote them.
 *
 * Rejections: `AWSLOG_FIELD_COUNT`, `AWSLOG_FIELD_INVALID`, and those of `parseLines`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 * @throws MillraceError `AWSLOG_HEADER_INVALID` in a run, where there is no `#Fields` line before the first request
 */
export function parseCloudFrontLog(options: AwsLogOptions = {}): Parser<string, CloudFrontLogRecord> {
  const name = 'parseCloudFrontLog';
  return logLines({
    name,
    signature: signatureOf(options),
    ...framingOptions(name, options),
    begin: () => requests(undefined),
    beginReparse: (rejected) => requests(columnsKept(rejected, FIELDS)),
  });
}

function requests(given: Columns | undefined): ParseLine<CloudFrontLogRecord> {
  let columns = given;
  return (line) => {
    if (line.startsWith('#')) {
      const [, names] = /^#Fields:\s*(.*)$/s.exec(line) ?? [];
      if (names !== undefined) columns = columnsOf(fieldNames(names), FIELDS);
      return SKIP;
    }
    if (columns === undefined) throw headerInvalid('there is no #Fields line before the first request');
    return namedRecord(columns, fieldTexts(line, columns)) as CloudFrontLogRecord | RecordProblem;
  };
}

function fieldNames(names: string): readonly string[] {
  const all = names.trim().split(/\s+/);
  return all[0] === 'date' && all[1] === 'time' ? [DATE_TIME, ...all.slice(2)] : all;
}

/** The fields of a line, date and time in one. AWS ends some lines with a tab too many. */
function fieldTexts(line: string, { names }: Columns): readonly string[] {
  const texts = line.split('\t');
  if (names[0] === DATE_TIME && texts.length > 1) texts.splice(0, 2, `${texts[0]}T${texts[1]}Z`);
  while (texts.length > names.length && texts.at(-1) === '') texts.pop();
  return texts;
}

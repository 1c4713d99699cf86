import type { Parser as TextParser } from '@millrace/core';
import { parseCsv, parseFixedWidth, parseJson, parseLines, parseNdjson, parseRegex } from '@millrace/formats';
import { parseXml } from '@millrace/xml';
import {
  parseCloudFrontLog,
  parseCloudTrail,
  parseS3AccessLog,
  parseVpcFlowLog,
  parseWafLog,
} from '../../packages/aws-logs/src/index.ts';

export const MARK: RegExp = /kanarie|94071719/i;
let canaries = 0;
/** How many canaries were made so far. */
export const canariesMade = (): number => canaries;
export const word = (): string => `kanarie${(canaries += 1)}`;
export const digits = (): string => `94071719${(canaries += 1)}`;

/** Numbers from a seed, the same in every run: xorshift. */
let state = 20_261_128;
export function below(count: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % count;
}
export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

type Parser = TextParser<string, never>;

interface Format {
  readonly parser: Parser;
  readonly file: () => string;
}

const object = (): string =>
  `{"${word()}":"${word()}","${word()}":${digits()},"${word()}":{"${word()}":["${word()}"]}}`;
const row = (separator: string): string => [word(), digits(), `"${word()}"`].join(separator);
const element = (): string =>
  `<r ${word()}="${word()}"><${word()}>${word()}</${word()}><a>&amp;${word()}</a><!--${word()}--><b><![CDATA[${word()}]]></b></r>`;
const fine = (): string => {
  const name = word();
  return `<r ${word()}="${word()}"><${name}>${word()}</${name}><a>${digits()}</a><a>${word()}</a></r>`;
};
const types = {
  n: 'integer',
  d: 'decimal',
  b: 'boolean',
  f: (text: string): never => {
    throw new RangeError(`not for ${text}`);
  },
} as const;

export const FORMATS: Readonly<Record<string, Format>> = {
  ndjson: { parser: parseNdjson() as Parser, file: () => times(4, object).join('\n') },
  'ndjson, exact': {
    parser: parseNdjson({ numbers: 'exact', blankLines: 'reject' }) as Parser,
    file: () => times(4, object).join('\n'),
  },
  json: {
    parser: parseJson({ path: 'rows[*]', copy: { owner: 'owner' } }) as Parser,
    file: () => `{"owner":"${word()}","${word()}":1,"rows":[${times(4, object).join()}]}`,
  },
  'json, short records': {
    parser: parseJson({ path: '[*]', maxRecordChars: 60 }) as Parser,
    file: () => `[${times(4, object).join()}]`,
  },
  csv: { parser: parseCsv() as Parser, file: () => times(4, () => row(',')).join('\n') },
  'csv, no header': {
    parser: parseCsv({ columns: ['a', 'b'], delimiter: ';' }) as Parser,
    file: () => times(4, () => row(';')).join('\n'),
  },
  'csv, types': {
    parser: parseCsv({ types }) as Parser,
    file: () => `n,d,b,f\n${times(4, () => times(4, word).join()).join('\n')}`,
  },
  'csv, sniffed': {
    parser: parseCsv({ delimiter: 'sniff', maxRecordChars: 50 }) as Parser,
    file: () => times(12, () => row(';')).join('\n'),
  },
  'csv, equal names': {
    parser: parseCsv() as Parser,
    file: () => `${[word()].flatMap((name) => [name, name]).join()}\n1,2`,
  },
  lines: {
    parser: parseLines({ blankLines: 'reject', maxRecordChars: 8 }) as Parser,
    file: () => times(4, word).join('\n\n'),
  },
  regex: {
    parser: parseRegex(/^(?<n>\w+) (?<d>\w+)$/, { types: { n: 'number', d: 'bigint' } }) as Parser,
    file: () => times(4, () => `${word()} ${digits()}`).join('\n'),
  },
  'fixed width': {
    parser: parseFixedWidth({
      columns: [
        { name: 'n', width: 8 },
        { name: 'd', width: 8 },
      ],
      types: { n: 'integer' },
    }) as Parser,
    file: () => times(4, () => `${word()}${digits()}`).join('\n'),
  },
  xml: { parser: parseXml({ record: 'r' }) as Parser, file: () => `<d>${times(3, fine).join('\n')}</d>` },
  'xml, broken': {
    parser: parseXml({ record: '/d/r', maxAttributes: 1 }) as Parser,
    file: () => `<d>${times(2, fine).join('')}${element()}</d>`,
  },
  cloudfront: {
    parser: parseCloudFrontLog() as Parser,
    file: () =>
      `#Fields: date time ${word()} sc-bytes ${word()}\n${times(3, () => [word(), word(), word(), word()].join('\t')).join('\n')}`,
  },
  vpc: {
    parser: parseVpcFlowLog() as Parser,
    file: () => `bytes ${word()} srcport\n${times(3, () => `${word()} ${digits()} ${word()}`).join('\n')}`,
  },
  's3 access': {
    parser: parseS3AccessLog() as Parser,
    file: () =>
      times(3, () => `${word()} ${word()} [06/Feb/2019:00:00:38 +0000] ${times(12, word).join(' ')} "${word()}"`).join(
        '\n',
      ),
  },
  waf: { parser: parseWafLog() as Parser, file: () => times(3, object).join('\n') },
  cloudtrail: { parser: parseCloudTrail() as Parser, file: () => `{"Records":[${times(3, object).join()}]}` },
};

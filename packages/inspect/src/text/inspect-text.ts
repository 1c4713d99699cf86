import type { Finding, Oddity } from '../finding.ts';
import { type Guess, guess } from '../guess.ts';
import type { FileFormat } from '../finding.ts';
import { describeCsv, findCsv, type FoundCsv, singleColumn } from '../csv/find-csv.ts';
import { findJson } from '../json/find-json.ts';
import { jsonColumns } from '../json/json-columns.ts';
import { keyCandidates } from '../keys.ts';
import { findXml } from '../xml/find-xml.ts';
import { xmlRecords } from '../xml/xml-records.ts';
import { findFixedWidth, type FoundFixedWidth } from './find-fixed-width.ts';
import { findLines } from './find-lines.ts';
import { lineEndOf } from './lines-of.ts';

/** What a text is: the members of a finding that its content decides. */
export type TextFinding = Pick<
  Finding,
  | 'format'
  | 'csv'
  | 'json'
  | 'xml'
  | 'fixedWidth'
  | 'columns'
  | 'keys'
  | 'recordsSeen'
  | 'recordsTotal'
  | 'first'
  | 'oddities'
>;

/** A sample as text. */
export interface TextSample {
  readonly name: string;
  readonly text: string;
  readonly complete: boolean;
  /** Lines from other places of the file. */
  readonly more: readonly string[];
  readonly signal: AbortSignal;
}

const CARRIAGE_RETURNS: Oddity = {
  code: 'line-end-carriage-return',
  message: 'Lines end with a carriage return alone, which parseCsv does not take for line ends.',
};
const FIRST = 10;
/** Names that say that a text is a table. */
const TABLE_NAME = /\.(?:csv|tsv|tab|psv)(?:\.\w+)*$/i;

/** Finds the format of a text, and what its records are. */
export async function inspectText(sample: TextSample): Promise<TextFinding> {
  const { text, complete } = sample;
  if (text.trim() === '') return finished(guess<FileFormat>('empty', complete ? 0.95 : 0.5), [], 0, complete, []);
  return (await ofMarkup(sample)) ?? ofJson(sample) ?? ofLines(sample);
}

function finished(
  format: Guess<FileFormat>,
  columns: TextFinding['columns'],
  records: number,
  complete: boolean,
  first: TextFinding['first'],
  oddities: readonly Oddity[] = [],
): TextFinding {
  return {
    format,
    columns,
    keys: keyCandidates(columns, records, complete),
    recordsSeen: records,
    ...(complete && { recordsTotal: records }),
    first,
    oddities,
  };
}

async function ofMarkup({ text, complete, signal }: TextSample): Promise<TextFinding | undefined> {
  const found = findXml(text, complete);
  if (found === undefined) return undefined;
  if (found.xml === undefined) return finished(found.format, [], 0, complete, []);
  const { records, rejections } = await xmlRecords(text, found.xml, complete, signal);
  const columns = jsonColumnsAsText(records, complete);
  const first = records.slice(0, FIRST) as TextFinding['first'];
  return { ...finished(found.format, columns, records.length, complete, first, rejections), xml: found.xml };
}

/** All values of XML are texts, whose types are judged as those of CSV are. */
function jsonColumnsAsText(records: readonly unknown[], complete: boolean): TextFinding['columns'] {
  return jsonColumns(records, complete, true);
}

function ofJson({ text, complete }: TextSample): TextFinding | undefined {
  const found = findJson(text, complete);
  if (found === undefined) return undefined;
  const { format, json, records, oddities } = found;
  const first = records.slice(0, FIRST).map((record) => (isObject(record) ? record : { value: record }));
  const columns = jsonColumns(records, complete);
  return {
    ...finished(format, columns, records.length, complete, first, oddities),
    ...(json !== undefined && { json }),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ofLines(sample: TextSample): TextFinding {
  const { name, text, complete, more } = sample;
  const isTable = TABLE_NAME.test(name);
  const lines = findLines(text, complete);
  const csv = lines.isLog && !isTable ? undefined : findCsv(text, complete, more);
  const fixed = isTable || lines.isLog ? undefined : findFixedWidth(text, complete);
  const csvScore = (csv?.confidence ?? 0) + (isTable ? 0.25 : 0);
  const fixedScore = fixed?.confidence ?? 0;
  if (csv !== undefined && csvScore >= 0.45 && csvScore >= fixedScore)
    return ofCsv(text, csv, csvScore, fixedScore, complete);
  if (fixed !== undefined && fixedScore >= 0.6) return ofFixedWidth(fixed, csvScore, complete);
  if (csv !== undefined && csvScore >= 0.45) return ofCsv(text, csv, csvScore, fixedScore, complete);
  if (isTable) return ofCsv(text, describeCsv(text, singleColumn(), false, complete, more), 0.75, 0, complete);
  const format = guess<FileFormat>('lines', lines.isLog ? 0.95 : 0.7 - csvScore / 2, 'csv', csvScore / 2);
  return finished(format, lines.columns, lines.records, complete, lines.first);
}

function ofCsv(text: string, found: FoundCsv, score: number, rival: number, complete: boolean): TextFinding {
  const { columns, rows, first } = found;
  const isOld = lineEndOf(text) === '\r';
  const csv = isOld ? { ...found.csv, lineEnd: '\r' as const } : found.csv;
  const oddities = isOld ? [CARRIAGE_RETURNS, ...found.oddities] : found.oddities;
  const confidence = Math.min(0.99, score * (1 - 0.3 * Math.max(0, rival - 0.3)));
  const format = guess<FileFormat>(
    'csv',
    confidence,
    rival > 0.3 ? 'fixed-width' : 'lines',
    rival > 0.3 ? rival / 2 : 0.05,
  );
  return { ...finished(format, columns, rows.length, complete, first, oddities), csv };
}

function ofFixedWidth(found: FoundFixedWidth, rival: number, complete: boolean): TextFinding {
  const { fixedWidth, columns, first, records, confidence } = found;
  const format = guess<FileFormat>('fixed-width', confidence, 'lines', Math.max(0.2, rival / 2));
  return { ...finished(format, columns, records, complete, first), fixedWidth };
}

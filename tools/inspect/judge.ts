import type { ColumnFinding, Finding } from '@millrace/inspect';
import type { Truth } from './truth.ts';

/** Something that was found wrong. */
export interface Miss {
  readonly what: string;
  readonly found: string;
  readonly expected: string;
  /** How sure it was. */
  readonly confidence: number;
}

interface Seen {
  readonly value: unknown;
  readonly confidence: number;
}

/** Compares a finding with the truth. `sameText` says whether two encodings give the same text of this file. */
export async function judge(
  finding: Finding,
  truth: Truth,
  sameText: (found: string, expected: string) => Promise<boolean>,
): Promise<readonly Miss[]> {
  const misses: Miss[] = [];
  const see = (
    what: string,
    found: Seen | undefined,
    expected: string,
    isRight = String(found?.value) === expected,
  ): void => {
    if (isRight) return;
    misses.push({ what, found: String(found?.value), expected, confidence: found?.confidence ?? 0 });
  };
  see('compression', finding.compression, truth.compression);
  see('format', finding.format, truth.format);
  if (truth.charset !== '') {
    const isRight = await sameText(finding.charset?.value ?? '', truth.charset);
    see('charset', finding.charset, truth.charset, isRight);
  }
  if (truth.format === 'csv') judgeDialect(finding, truth, see);
  const path = finding.xml?.record ?? finding.json?.path;
  const paths = truth.path_of_records.split('|');
  if (truth.format === 'json' || truth.format === 'xml')
    see('records', path, truth.path_of_records, paths.includes(String(path?.value)));
  const isComparable = truth.format !== 'json' || path?.value === paths.at(-1);
  if (truth.columns !== undefined && isComparable && misses.length === 0)
    misses.push(...judgeColumns(finding, truth.columns));
  return misses;
}

function judgeDialect(
  { csv, columns }: Finding,
  truth: Truth,
  see: (what: string, found: Seen | undefined, expected: string, isRight?: boolean) => void,
): void {
  if (truth.columns === undefined || truth.columns.length > 1) see('delimiter', csv?.delimiter, truth.delimiter);
  // Where no value is in quotes, there is none to be found.
  if (truth.quote !== '') see('quote', csv?.quote, truth.quote);
  see('header', csv && { ...csv.header, value: csv.header.value ? 'yes' : 'no' }, truth.header);
  see('skip', csv?.skipLines, truth.skip);
  see('comment', csv?.comment, truth.comment);
  const width = truth.columns?.length ?? columns.length;
  see('width', { value: columns.length, confidence: csv?.delimiter.confidence ?? 0 }, String(width));
}

function judgeColumns({ columns, complete }: Finding, expected: readonly string[]): readonly Miss[] {
  // In a part of a JSON document, not all fields have come yet.
  if (columns.length !== expected.length && (complete || columns.length > expected.length)) {
    return [{ what: 'columns', found: String(columns.length), expected: String(expected.length), confidence: 0 }];
  }
  return columns.flatMap((column, index) => {
    const found = kindOf(column);
    const kinds = expected[index]!.split('|');
    if (kinds.includes(found)) return [];
    const what = `type of ${column.name}`;
    return [{ what, found, expected: expected[index]!, confidence: column.type.confidence }];
  });
}

function kindOf({ type, decimal, thousands }: ColumnFinding): string {
  return `${type.value}${thousands === undefined ? '' : ':thousands'}${decimal === undefined ? '' : ':comma'}`;
}

import type { ColumnFinding, FixedWidthFinding } from '../finding.ts';
import { findHeader } from '../csv/find-header.ts';
import { columnsOf } from '../types/columns-of.ts';
import { linesOf } from './lines-of.ts';

export interface FoundFixedWidth {
  readonly fixedWidth: FixedWidthFinding;
  readonly columns: readonly ColumnFinding[];
  readonly first: readonly Readonly<Record<string, string>>[];
  readonly records: number;
  readonly confidence: number;
}

const SAMPLE_LINES = 2000;
const MOST_LINES = 100_000;
const FIRST = 10;

/** Finds columns that are separated by white space at the same places of all lines; `undefined` if there are not two. */
export function findFixedWidth(text: string, complete: boolean): FoundFixedWidth | undefined {
  const all = linesOf(text, complete, MOST_LINES).filter((line) => line.trim() !== '');
  const lines = all.slice(0, SAMPLE_LINES);
  if (lines.length < 3 || lines.some((line) => line.includes('\t'))) return undefined;
  const gaps = gapsOf(lines);
  const spans = spansOf(gaps, lines);
  if (spans.length < 2) return undefined;
  const cut = (line: string): readonly string[] =>
    spans.map(({ start, width }) => line.slice(start, start + width).trim());
  const rows = all.map((line, index) => ({ fields: cut(line), line: index + 1 }));
  const header = findHeader(
    rows.slice(0, 501).map(({ fields }) => fields),
    complete,
  );
  const names = spans.map((_, index) => {
    const name = header.value ? rows[0]!.fields[index]! : '';
    return name === '' ? `column_${index + 1}` : name;
  });
  const unique = names.map((name, index) => (names.indexOf(name) === index ? name : `${name}_${index + 1}`));
  const records = header.value ? rows.slice(1) : rows;
  const { columns } = columnsOf(unique, records, [], complete && all.length < MOST_LINES);
  const first = records
    .slice(0, FIRST)
    .map(({ fields }) => Object.fromEntries(unique.map((name, index) => [name, fields[index]!])));
  const fixed = spans.map(({ start, width }, index) => ({ name: unique[index]!, start, width }));
  return {
    fixedWidth: { columns: fixed, header },
    columns,
    first,
    records: records.length,
    confidence: confidenceOf(lines, columns, spans.length),
  };
}

/** For each place, whether all lines have white space there, or end before. */
function gapsOf(lines: readonly string[]): readonly boolean[] {
  const length = Math.max(...lines.map((line) => line.length));
  return Array.from({ length: Math.min(length, 4000) }, (_, at) =>
    lines.every((line) => at >= line.length || line[at] === ' '),
  );
}

interface Span {
  readonly start: number;
  readonly width: number;
}

/** The columns between the gaps; each takes the gap after it, which longer values of other lines may fill. */
function spansOf(gaps: readonly boolean[], lines: readonly string[]): readonly Span[] {
  const starts: number[] = [];
  for (const [at, isGap] of gaps.entries()) if (!isGap && (at === 0 || gaps[at - 1] === true)) starts.push(at);
  const whole = starts.filter((start, index) => index === 0 || !isInside(start, starts[index + 1], lines));
  const length = Math.max(...lines.map((line) => line.length));
  return spansFrom(whole, length);
}

/** Whether what begins here is a later word of the field before, in the few lines in which it is not empty. */
function isInside(start: number, next: number | undefined, lines: readonly string[]): boolean {
  const filled = lines.filter((line) => line.slice(start, next).trim() !== '');
  return filled.length < lines.length / 2 && filled.every((line) => /\S/.test(line[start - 2] ?? ''));
}

function spansFrom(starts: readonly number[], length: number): readonly Span[] {
  return starts.map((start, index) => ({
    start: index === 0 ? 0 : start,
    width: (starts[index + 1] ?? length) - (index === 0 ? 0 : start),
  }));
}

function confidenceOf(lines: readonly string[], columns: readonly ColumnFinding[], count: number): number {
  const lengths = new Set(lines.map((line) => line.length));
  const sameLength = lengths.size === 1 ? 0.3 : lengths.size <= lines.length / 3 ? 0.1 : 0;
  const typed = columns.filter(({ type }) => type.value !== 'text' && type.value !== 'empty').length;
  const aligned = 0.25 * (1 - 0.6 ** typed);
  const enough = 0.3 * (1 - 0.85 ** lines.length) * (1 - 0.5 ** (count - 1));
  return Math.min(0.95, 0.15 + sameLength + aligned + enough);
}

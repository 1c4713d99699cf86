import type { ColumnFinding, CsvFinding, Oddity } from '../finding.ts';
import { type Guess, guess } from '../guess.ts';
import { lineEndOf } from '../text/lines-of.ts';
import { columnsOf } from '../types/columns-of.ts';
import { type Dialect, findDialect, usualWidth } from './find-dialect.ts';
import { findHeader } from './find-header.ts';
import { type SampleRow, splitRows } from './split-rows.ts';

export interface FoundCsv {
  readonly csv: CsvFinding;
  readonly width: number;
  readonly columns: readonly ColumnFinding[];
  readonly rows: readonly SampleRow[];
  readonly first: readonly Readonly<Record<string, string>>[];
  readonly oddities: readonly Oddity[];
  /** How sure it is that the text is CSV at all. */
  readonly confidence: number;
}

const SEP_LINE = /^"?sep=(.)"?\r?\n/i;
const FIRST = 10;
/** Rows of a large sample that are looked at. */
const MOST_ROWS = 100_000;

/** Finds the dialect, header, columns and oddities of CSV; `undefined` if the text is not cut into fields by any delimiter. */
export function findCsv(text: string, complete: boolean, more: readonly string[] = []): FoundCsv | undefined {
  // Lines that end with a carriage return alone are read as lines, and are an oddity.
  const lined = lineEndOf(text) === '\r' ? text.replaceAll('\r', '\n') : text;
  const sep = SEP_LINE.exec(lined);
  const body = sep === null ? lined : lined.slice(sep[0].length);
  const found = findDialect(body, complete);
  const dialect = sep === null ? found : { ...(found ?? singleColumn()), delimiter: guess(sep[1]!, 0.99) };
  if (dialect === undefined) return undefined;
  return describeCsv(body, dialect, sep !== null, complete, more);
}

/** What a text of one column is, as CSV. */
export function singleColumn(): Dialect {
  return { delimiter: guess(',', 0.5), quote: '"', escape: '"', comment: '', width: 1, score: 0.3 };
}

export function describeCsv(
  body: string,
  dialect: Dialect,
  sepLine: boolean,
  complete: boolean,
  more: readonly string[],
): FoundCsv {
  const { delimiter, quote, escape, comment } = dialect;
  const cut = { delimiter: delimiter.value, quote, escape, comment };
  const all = splitRows(body, cut, complete, MOST_ROWS);
  const width = usualWidth(all.slice(0, 2000));
  const skipped = preamble(all, width);
  const table = skipped.rows === 0 ? all : all.slice(skipped.rows);
  const fit = table.filter(({ fields }) => fields.length === width || fields.length >= width - 1);
  const header = findHeader(
    fit.slice(0, 501).map(({ fields }) => fields),
    complete,
  );
  const records = header.value ? table.slice(1) : table;
  const names = header.value ? headerNames(table[0]!.fields, width) : numbered(width);
  const elsewhere = more.flatMap((part) => splitRows(part, cut, false).filter(({ fields }) => fields.length === width));
  const columns = columnsOf(names, records, elsewhere, complete && all.length < MOST_ROWS);
  const offset = sepLine ? 1 : 0;
  const [quoted, stray] = [sum(all, 'quoted'), sum(all, 'stray')];
  const csv: CsvFinding = {
    delimiter,
    quote: quoteGuess(quote, quoted, stray),
    escape,
    header,
    headerWidth: table[0]?.fields.length ?? 0,
    skipLines: skippedGuess(skipped.lines, header),
    comment: guess(comment, comment === '' ? 0.95 : 0.85, comment === '' ? undefined : '', 0.1),
    lineEnd: lineEndOf(body),
    sepLine,
    lenientQuotes: stray > 0,
    padded: isPadded(records) || (header.value && table[0]!.fields.some((name) => name !== name.trim())),
  };
  const first = records
    .slice(0, FIRST)
    .map(({ fields }) => Object.fromEntries(names.map((name, index) => [name, fields[index] ?? ''])));
  const oddities = csvOddities(table, width, header.value, names, columns.strangers, offset);
  return { csv, width, columns: columns.columns, rows: records, first, oddities, confidence: dialect.score };
}

function quoteGuess(quote: string, quoted: number, stray: number): Guess<string> {
  if (quote === '') return guess('', 0.85, '"', 0.15);
  if (quoted === 0) return guess(quote, 0.9, '', 0.5);
  return guess(quote, 0.98 - Math.min(0.3, stray / (quoted + stray)), '', 0.05);
}

/** A first row that is neither a header nor a record for certain may be something else. */
function skippedGuess(lines: number, header: Guess<boolean>): Guess<number> {
  if (lines > 0) return guess(lines, 0.8, 0, 0.2);
  return guess(0, header.confidence < 0.85 ? 0.88 : 0.95);
}

/** Rows at the head that have fewer fields than the table, such as a title, and the lines that they take. */
function preamble(rows: readonly SampleRow[], width: number): { readonly rows: number; readonly lines: number } {
  if (width < 2) return { rows: 0, lines: 0 };
  const isTitle = ({ fields }: SampleRow): boolean => {
    const filled = fields.filter((field) => field.trim() !== '').length;
    return fields.length < width || (width > 2 && filled <= Math.max(1, width / 4));
  };
  const first = rows.findIndex((row) => !isTitle(row));
  if (first <= 0 || first > 50) return { rows: 0, lines: 0 };
  // Rows that are mostly empty are a title only if those below are not.
  const below = rows.slice(first, first + 20);
  if (below.filter((row) => !isTitle(row)).length < below.length * 0.8) return { rows: 0, lines: 0 };
  // A header may lack the name of its first column, as R writes it.
  if (rows[first - 1]!.fields.length === width - 1 && width > 2 && first === 1) return { rows: 0, lines: 0 };
  return { rows: first, lines: rows[first]!.line - 1 };
}

function headerNames(fields: readonly string[], width: number): readonly string[] {
  const trimmed = fields.map((field) => field.trim());
  // R leaves out the name of the row names.
  const whole = trimmed.length === width - 1 ? ['', ...trimmed] : trimmed;
  const seen = new Map<string, number>();
  return Array.from({ length: Math.max(width, whole.length) }, (_, index) => {
    const name = (whole[index] ?? '') === '' ? `column_${index + 1}` : whole[index]!;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name}_${times}`;
  });
}

function numbered(width: number): readonly string[] {
  return Array.from({ length: width }, (_, index) => `column_${index + 1}`);
}

function isPadded(rows: readonly SampleRow[]): boolean {
  const sample = rows.slice(0, 200).flatMap(({ fields }) => fields);
  const padded = sample.filter((field) => field !== field.trim() && field.trim() !== '').length;
  return padded > sample.length / 4;
}

function sum(rows: readonly SampleRow[], member: 'quoted' | 'stray'): number {
  return rows.reduce((total, row) => total + row[member], 0);
}

function csvOddities(
  table: readonly SampleRow[],
  width: number,
  hasHeader: boolean,
  names: readonly string[],
  strangers: readonly { readonly name: string; readonly kind: string; readonly lines: readonly number[] }[],
  offset: number,
): readonly Oddity[] {
  const lines = (rows: readonly SampleRow[]): Pick<Oddity, 'lines' | 'count'> => ({
    lines: rows.slice(0, 10).map(({ line }) => line + offset),
    count: rows.length,
  });
  const short = table.filter(({ fields }) => fields.length < width);
  const long = table.filter(({ fields }) => fields.length > width);
  const stray = table.filter((row) => row.stray > 0);
  const open = table.filter(({ unclosed }) => unclosed);
  const head = hasHeader ? table[0]!.fields.map((field) => field.trim()) : [];
  const repeated = head.filter((name, index) => name !== '' && head.indexOf(name) !== index).length;
  const unnamed = head.filter((name) => name === '').length + Math.max(0, names.length - head.length);
  const found: readonly (Oddity | undefined)[] = [
    short.length === 0
      ? undefined
      : { code: 'row-short', message: `Rows have fewer than ${width} fields.`, ...lines(short) },
    long.length === 0
      ? undefined
      : { code: 'row-long', message: `Rows have more than ${width} fields.`, ...lines(long) },
    stray.length === 0
      ? undefined
      : {
          code: 'quote-inside-field',
          message: 'Values have quotes inside fields, or text after a closing quote.',
          ...lines(stray),
        },
    open.length === 0 ? undefined : { code: 'quote-unclosed', message: 'A quote is not closed.', ...lines(open) },
    !hasHeader || repeated === 0
      ? undefined
      : { code: 'column-repeated', message: `${repeated} columns have the name of another one.` },
    !hasHeader || unnamed === 0 ? undefined : { code: 'column-unnamed', message: `${unnamed} columns have no name.` },
    ...strangers.map(({ name, kind, lines: at }) => ({
      code: 'value-of-other-type',
      message: `Nearly all values of ${name} are ${kind}; some are not.`,
      lines: at.slice(0, 10).map((line) => line + offset),
      count: at.length,
    })),
  ];
  return found.filter((one) => one !== undefined);
}

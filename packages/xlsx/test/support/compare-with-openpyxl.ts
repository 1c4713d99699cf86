import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runRangeParser } from '@millrace/testkit';
import { parseXlsx } from '../../src/index.ts';

/** A value as `make-workbooks.py` writes it down. */
type OpenpyxlValue =
  | string
  | number
  | boolean
  | null
  | { readonly datetime: string }
  | { readonly time: string }
  | { readonly duration: number };

type OpenpyxlRow = readonly [row: number, values: readonly OpenpyxlValue[]];

/** A workbook, and what openpyxl reads from it: by sheet, the rows that hold something. */
export interface OpenpyxlWorkbook {
  readonly file: string;
  readonly writer: string;
  readonly way: string;
  readonly sheets: readonly (readonly [name: string, rows: readonly OpenpyxlRow[]])[];
}

const COLUMNS = Array.from({ length: 60 }, (_, index) => `column ${index + 1}`);

export function openpyxlWorkbooks(directory: string): readonly OpenpyxlWorkbook[] {
  return JSON.parse(readFileSync(join(directory, 'expected.json'), 'utf8')) as readonly OpenpyxlWorkbook[];
}

/** What openpyxl reads, in the form that records have. */
export function expectedRows({ sheets }: OpenpyxlWorkbook): unknown {
  return sheets.map(([name, rows]) => [
    name,
    rows.map(([row, values]) => [row, COLUMNS.map((_, column) => shown(values[column] ?? null))]),
  ]);
}

/** What `parseXlsx` reads, by sheet and row. */
export async function readRows(directory: string, file: string): Promise<unknown> {
  const parser = parseXlsx({ columns: COLUMNS, errorCells: 'text' });
  const run = await runRangeParser(parser, new Uint8Array(readFileSync(join(directory, file))));
  if (run.rejections.length > 0) throw new Error(JSON.stringify(run.rejections));
  return run.parts.map(({ name, at }, index) => {
    const values = run.values.slice(at, run.parts[index + 1]?.at);
    const rows = values.map((record, place) => [
      run.place(at + place)?.line,
      COLUMNS.map((column) => midnight(record[column]!)),
    ]);
    return [name, rows];
  });
}

function shown(value: OpenpyxlValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('duration' in value) return duration(value.duration);
  return 'time' in value ? value.time : value.datetime;
}

/** openpyxl makes a moment of each date; here a date whose format shows no time is a date. */
function midnight(value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00.000` : value;
}

function duration(ms: number): string {
  const hours = Math.floor(Math.abs(ms) / 3_600_000);
  const rest = new Date(Math.abs(ms) % 3_600_000).toISOString().slice(13, -1);
  return `${ms < 0 ? '-' : ''}${String(hours).padStart(2, '0')}${rest}`;
}

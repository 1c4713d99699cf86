import { invalid } from '../xlsx-error.ts';

/** Columns that a sheet has: A to XFD. */
export const MAX_COLUMNS = 16_384;

/** The letters of a column, which counts from 0. */
export function columnName(column: number): string {
  let name = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    name = String.fromCharCode(0x41 + ((rest - 1) % 26)) + name;
  return name;
}

export function cellName(column: number, row: number): string {
  return `${columnName(column)}${row}`;
}

/**
 * The column of a cell by its reference, such as B7, which must be in this row.
 *
 * @throws MillraceError `XLSX_INVALID`
 */
export function columnOf(reference: string, row: number): number {
  let at = 0;
  let column = 0;
  for (; at < reference.length && at <= 3; at += 1) {
    // Both cases of a letter.
    const letter = (reference.charCodeAt(at) & ~0x20) - 0x40;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  let number = 0;
  for (; at < reference.length; at += 1) {
    const digit = reference.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) throw invalid(`A cell of row ${row} has an invalid reference`);
    number = number * 10 + digit;
  }
  if (column === 0 || column > MAX_COLUMNS || number !== row)
    throw invalid(`A cell of row ${row} has the reference of another row, or of no column`);
  return column - 1;
}

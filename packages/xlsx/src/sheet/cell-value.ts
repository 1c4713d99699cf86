import type { Decimal } from '@millrace/core';
import { RecordProblem } from '@millrace/framing';
import { exactNumber } from './exact-number.ts';
import { dateText } from './serial-date.ts';
import type { StoredCell } from './stored-cell.ts';

/** The value of a cell, by its own type; `null` if it is empty. */
export type XlsxValue = string | number | boolean | null;

/** With `numbers: 'exact'`: also numbers that no JavaScript number is. */
export type ExactXlsxValue = XlsxValue | bigint | Decimal;

/** How cells become values. */
export interface ValueSettings {
  readonly is1904: boolean;
  readonly numbers: 'double' | 'exact';
  readonly errorCells: 'reject' | 'null' | 'text';
}

/** Errors of formulas (ECMA-376-1, section 18.17.3, and what Excel has added since). What else a file has may be content. */
const ERRORS: ReadonlySet<string> = new Set([
  '#NULL!',
  '#DIV/0!',
  '#VALUE!',
  '#REF!',
  '#NAME?',
  '#NUM!',
  '#N/A',
  '#GETTING_DATA',
  '#SPILL!',
  '#CONNECT!',
  '#BLOCKED!',
  '#UNKNOWN!',
  '#FIELD!',
  '#CALC!',
  '#BUSY!',
  '#PYTHON!',
  '#EXTERNAL!',
]);

/** The value of a cell in a column without a type, or why it has none. */
export function cellValue(cell: StoredCell, settings: ValueSettings): ExactXlsxValue | RecordProblem {
  switch (cell.is) {
    case 'text':
    case 'date':
      return cell.text;
    case 'boolean':
      return cell.value;
    case 'number':
      if (cell.kind !== 'number') return dateText(cell.number, cell.kind, settings.is1904) ?? dateProblem();
      return settings.numbers === 'exact' ? exactNumber(cell.text, cell.number) : cell.number;
    case 'error':
      if (settings.errorCells === 'reject') return errorProblem(cell.error);
      return settings.errorCells === 'null' ? null : cell.error;
  }
}

export function dateProblem(): RecordProblem {
  const what =
    'is a date that the calendar does not have, such as February 29, 1900, or beyond the years 1 to 9999. Ask the sender to correct it';
  return new RecordProblem({ code: 'XLSX_DATE_INVALID', what });
}

function errorProblem(error: string): RecordProblem {
  const shown = ERRORS.has(error) ? ` ${error}` : '';
  const what = `has the error${shown} in place of a value. Ask the sender to correct it, or set "errorCells" to 'null' or 'text'`;
  return new RecordProblem({ code: 'XLSX_CELL_ERROR', what });
}
